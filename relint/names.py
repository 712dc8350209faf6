"""What a name refers to: scopes, bindings, attributes of `self`, and dotted names through imports.

Everything here is flow-insensitive and knows one file. What cannot be told is None, never a guess.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Callable, Iterator, Literal, Sequence

import libcst as cst

from relint.screen import Guarded
from relint.tree import Tree

FromStars = Callable[[Sequence[str], str], str | None]
"""The dotted name that star imports of some modules bring a name from; "" when none does, None when unknown."""
Kind = Literal[
    "import",  # target holds the dotted name
    "assign",  # value is what the name holds
    "unpack",  # value is what is unpacked
    "augment",  # value is what is added (or whatever the operator says)
    "annotation",  # a bare `x: T`
    "for",  # value is what is iterated over
    "with",  # value is the context manager
    "parameter",  # value is the default, if any
    "function",
    "class",
    "except",
    "delete",
    "other",  # match patterns, type parameters
]

COMPREHENSIONS = (cst.GeneratorExp, cst.ListComp, cst.SetComp, cst.DictComp)
_WITH_BODY = frozenset({cst.FunctionDef, cst.ClassDef, cst.Lambda})
_SCOPES = frozenset({cst.Module, cst.FunctionDef, cst.Lambda, cst.ClassDef, *COMPREHENSIONS})

_TOLD_BY_CHILD = _SCOPES | {cst.CompFor}
"""Nodes whose parts are not all in one scope; whatever else is below a node is in the same scope as the node."""


@dataclass(frozen=True, eq=False)
class Binding:
    """One place that gives a name a meaning."""

    name: str
    kind: Kind
    node: cst.CSTNode
    value: cst.BaseExpression | None = None
    annotation: cst.BaseExpression | None = None
    target: str | None = None


class Scope:
    """The names of one module, class, function or comprehension."""

    def __init__(self, node: cst.CSTNode, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, Literal["global", "nonlocal"]] = {}

    def __iter__(self) -> Iterator[Scope]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class Names:
    """The scope table of one tree."""

    def __init__(self, tree: Tree, from_stars: FromStars | None = None) -> None:
        """Without `from_stars`, nothing is known of the names that star imports bring."""
        self._tree = tree
        self._stars: list[str] = []
        self._from_stars = from_stars or (lambda stars, name: None)
        self._scopes: dict[cst.CSTNode, Scope] = {}
        self._scope_of: dict[cst.CSTNode, Scope] = {}
        self._stores: set[cst.CSTNode] = set()
        self._attributes: dict[cst.ClassDef, dict[str, list[Binding]]] = {}
        self._known_attributes: dict[tuple[cst.ClassDef, str], list[Binding]] = {}
        self._uses: dict[tuple[Scope, str], list[cst.Name]] | None = None
        self._imported: frozenset[str] | None = None
        self.module = self._scope_at(tree.module)
        self._bind_all()

    # -- questions ---------------------------------------------------------------------------------------------------

    def scope_of(self, node: cst.CSTNode) -> Scope:
        """The scope in which the expressions of `node` are evaluated (a function's own name lies outside it)."""
        parents, known = self._tree.parents, self._scope_of
        passed: list[cst.CSTNode] = []
        while (scope := known.get(node)) is None:
            parent = parents.get(node)
            if parent is None or type(parent) in _TOLD_BY_CHILD:
                scope = known[node] = self._scope_around(node)
                break
            passed.append(node)
            node = parent
        for each in passed:
            known[each] = scope
        return scope

    def _scope_around(self, node: cst.CSTNode) -> Scope:
        parents = self._tree.parents
        below: cst.CSTNode | None = None
        child = node
        parent = parents.get(child)
        while parent is not None:
            if type(parent) in _SCOPES and _is_inside(below, child, parent):
                return self._scope_at(parent)
            below, child, parent = child, parent, parents.get(parent)
        return self.module

    def body_scope(self, node: cst.FunctionDef | cst.ClassDef | cst.Lambda) -> Scope:
        """The scope that a function or class opens."""
        if self._tree.screen is not None:
            self._tree.screen.look_into(node)
        return self._scope_at(node)

    def find(self, name: cst.Name) -> tuple[Scope, list[Binding]] | None:
        """The scope that owns `name` and its bindings there; None for builtins and names out of sight."""
        scope = self.scope_of(name)
        found = self.find_text(name.value, scope)
        if found is not None and found[0] is scope and scope.parent is not None:
            if isinstance(scope.node, cst.ClassDef) and self._is_above(name, scope.node, found[1]):
                return self.find_text(name.value, scope.parent)
        return found

    def _is_above(self, name: cst.Name, cls: cst.ClassDef, bindings: list[Binding]) -> bool:
        """Whether a class body uses a name before the methods of that name: `@retry` above `def retry(self)`."""
        for binding in bindings:
            if not isinstance(binding.node, cst.FunctionDef) or binding.node.name is name:
                return False
        body = list(cls.body.body)
        methods = {self._in_body(cls, binding.node) for binding in bindings}
        return self._in_body(cls, name) in body[: min(map(body.index, methods)) + 1]

    def _in_body(self, cls: cst.ClassDef, node: cst.CSTNode) -> cst.CSTNode:
        """The statement of a class body that a node is part of."""
        while self._tree.parents[node] is not cls.body:
            node = self._tree.parents[node]
        return node

    def find_text(self, name: str, scope: Scope) -> tuple[Scope, list[Binding]] | None:
        """As `find`, for a name seen from `scope`."""
        for around in scope:
            if around is not scope and isinstance(around.node, cst.ClassDef):
                continue
            where = around.elsewhere.get(name)
            if where == "global":
                around = self.module
            elif where == "nonlocal":
                continue
            if found := around.bindings.get(name):
                return around, found
            if where == "global":
                return None
        return None

    def bindings(self, name: cst.Name) -> list[Binding]:
        """Everything that gives `name` a meaning in the scope that owns it; empty when out of sight."""
        found = self.find(name)
        return found[1] if found else []

    def imports(self, scope: Scope) -> Iterator[tuple[str, list[Binding]]]:
        """The names that an import binds in a scope, each with all that binds it there."""
        known = scope.bindings
        for name, bindings in known.in_sight() if isinstance(known, Guarded) else known.items():
            if any(binding.kind == "import" for binding in bindings):
                yield name, known[name]

    def imported(self) -> frozenset[str]:
        """The dotted names that imports at module level give names to."""
        if self._imported is None:
            found = (b for _, bindings in self.imports(self.module) for b in bindings)
            self._imported = frozenset(b.target for b in found if b.kind == "import" and b.target)
        return self._imported

    def is_free(self, name: str, scope: Scope) -> bool:
        """Whether `name`, seen from `scope`, means nothing but what the module gives it."""
        found = self.find_text(name, scope)
        return found is None or found[0] is self.module

    def uses(self, scope: Scope, name: str) -> list[cst.Name]:
        """Every place that reads the `name` owned by `scope`, in source order."""
        if self._tree.screen is not None:
            self._tree.screen.look_into(scope.node)
            if isinstance(scope.node, cst.Module | cst.ClassDef):
                self._tree.screen.look_for((name,))
        if self._uses is None:
            self._uses = {}
            for node in self._tree.of(cst.Name):
                if node not in self._stores:
                    found = self.find(node)
                    owner = found[0] if found else self.module
                    self._uses.setdefault((owner, node.value), []).append(node)
        return self._uses.get((scope, name), [])

    def is_store(self, name: cst.Name) -> bool:
        """Whether this occurrence of a name binds it."""
        return name in self._stores

    def self_class(self, expression: cst.BaseExpression) -> cst.ClassDef | None:
        """The class in the file that a method's first parameter (`self`, `cls`) stands for."""
        if not isinstance(expression, cst.Name):
            return None
        found = self.find(expression)
        if found is None or len(found[1]) != 1 or found[1][0].kind != "parameter":
            return None
        function = found[0].node
        if not isinstance(function, cst.FunctionDef):
            return None
        cls = self.class_of_method(function)
        if cls is None or not _is_first(expression.value, function):
            return None
        return cls

    def class_of_method(self, function: cst.FunctionDef) -> cst.ClassDef | None:
        """The class whose body holds the function directly (static methods excluded)."""
        parent = self._tree.parents.get(function)
        while isinstance(parent, cst.IndentedBlock | cst.If | cst.Else | cst.Try):
            parent = self._tree.parents.get(parent)
        if not isinstance(parent, cst.ClassDef):
            return None
        if any(isinstance(d.decorator, cst.Name) and d.decorator.value == "staticmethod" for d in function.decorators):
            return None
        return parent

    def attribute(self, cls: cst.ClassDef, name: str) -> list[Binding]:
        """What the class in the file, or a base class in the file, binds as attribute `name`."""
        known = self._known_attributes.get((cls, name))
        if known is None:
            known = self._known_attributes[cls, name] = self._attribute(cls, name)
        return known

    def _attribute(self, cls: cst.ClassDef, name: str) -> list[Binding]:
        found: list[Binding] = []
        for ancestor in self.ancestry(cls):
            if self._tree.screen is not None:
                self._tree.screen.look_for_stores(ancestor, name)
            found += self._attributes.get(ancestor, {}).get(name, [])
            found += self._scope_at(ancestor).bindings.get(name, [])
        return found

    def ancestry(self, cls: cst.ClassDef) -> list[cst.ClassDef]:
        """The class and its base classes in the file, nearest first."""
        order: list[cst.ClassDef] = []
        todo = [cls]
        while todo:
            current = todo.pop(0)
            if current in order:
                continue
            order.append(current)
            for base in current.bases:
                if isinstance(base.value, cst.Name) and base.star == "":
                    todo += [b.node for b in self.bindings(base.value) if isinstance(b.node, cst.ClassDef)]
        return order

    def dotted(self, expression: cst.BaseExpression) -> str | None:
        """The dotted name of a Name or Attribute chain through imports and aliases; builtins as `builtins.x`.

        None when the name has another meaning as well. `X = None` beside an import is allowed for: that is how
        optional dependencies are written.
        """
        return self._dotted(expression, set())

    def _dotted(self, expression: cst.BaseExpression, seen: set[cst.CSTNode]) -> str | None:
        match expression:
            case cst.Attribute(value=value, attr=attr):
                base = self._dotted(value, seen)
                return f"{base}.{attr.value}" if base else None
            case cst.Name():
                return self._dotted_name(expression, seen)
        return None

    def _dotted_name(self, name: cst.Name, seen: set[cst.CSTNode]) -> str | None:
        found = self.find(name)
        if found is None and name.value in _EVERY_ERROR:
            return f"builtins.{name.value}"
        if found is None:
            brought = self._from_stars(self._stars, name.value) if self._stars else ""
            return brought or (f"builtins.{name.value}" if brought == "" and name.value in _BUILTINS else None)
        targets = set()
        for binding in found[1]:
            if binding.kind == "import":
                targets.add(binding.target)
            elif binding.kind == "assign" and binding.value is not None:
                if is_none(binding.value):
                    continue
                if (imported := _imported_by_call(binding.value)) is not None:
                    targets.add(imported)
                    continue
                if binding.value in seen or not isinstance(binding.value, cst.Name | cst.Attribute):
                    return None
                targets.add(self._dotted(binding.value, seen | {binding.value}))
            else:
                return None
        return targets.pop() if len(targets) == 1 else None

    # -- building ----------------------------------------------------------------------------------------------------

    def _scope_at(self, node: cst.CSTNode) -> Scope:
        scope = self._scopes.get(node)
        if scope is None:
            outer = None if isinstance(node, cst.Module) else self.scope_of(node)
            scope = self._scopes[node] = Scope(node, outer)
            if self._tree.screen is not None and (hidden := self._tree.screen.names(node)):
                scope.bindings = Guarded(hidden)
        return scope

    def _add(self, scope: Scope, binding: Binding) -> None:
        while isinstance(scope.node, COMPREHENSIONS) and binding.kind != "for" and scope.parent:
            scope = scope.parent  # PEP 572: a walrus binds outside the comprehension
        where = scope.elsewhere.get(binding.name)
        if where == "global":
            scope = self.module
        elif where == "nonlocal":
            outer = self.find_text(binding.name, scope)
            scope = outer[0] if outer else scope
        scope.bindings.setdefault(binding.name, []).append(binding)

    def _bind_all(self) -> None:
        tree = self._tree
        for statement in tree.of(cst.Global, cst.Nonlocal):
            where: Literal["global", "nonlocal"] = "global" if isinstance(statement, cst.Global) else "nonlocal"
            for item in statement.names:
                self.scope_of(statement).elsewhere[item.name.value] = where
        for node in tree.of(cst.FunctionDef, cst.ClassDef):
            kind: Kind = "function" if isinstance(node, cst.FunctionDef) else "class"
            self._add(self.scope_of(node), Binding(node.name.value, kind, node))
        for function in tree.of(cst.FunctionDef, cst.Lambda):
            self._bind_parameters(function)
        for imported in tree.of(*_IMPORTS):
            self._bind_import(imported)
        for assign in tree.of(cst.Assign):
            for target in assign.targets:
                self._bind_target(target.target, "assign", assign, assign.value)
        for annotated in tree.of(cst.AnnAssign):
            kind = "assign" if annotated.value is not None else "annotation"
            self._bind_target(annotated.target, kind, annotated, annotated.value, annotated.annotation.annotation)
        for augmented in tree.of(cst.AugAssign):
            self._bind_target(augmented.target, "augment", augmented, augmented.value)
        for walrus in tree.of(cst.NamedExpr):
            self._bind_target(walrus.target, "assign", walrus, walrus.value)
        for loop in tree.of(cst.For, cst.CompFor):
            self._bind_target(loop.target, "for", loop, loop.iter)
        for item_ in tree.of(cst.WithItem):
            if item_.asname is not None:
                self._bind_target(item_.asname.name, "with", item_, item_.item)
        for handler in tree.of(cst.ExceptHandler, cst.ExceptStarHandler):
            if handler.name is not None:
                self._bind_target(handler.name.name, "except", handler, None)
        for deleted in tree.of(cst.Del):
            self._bind_target(deleted.target, "delete", deleted, None)
        for pattern in tree.of(cst.MatchAs, cst.MatchStar):
            if pattern.name is not None:
                self._bind_target(pattern.name, "other", pattern, None)
        for mapping in tree.of(cst.MatchMapping):
            if mapping.rest is not None:
                self._bind_target(mapping.rest, "other", mapping, None)

    def _bind_parameters(self, function: cst.FunctionDef | cst.Lambda) -> None:
        scope = self._scope_at(function)
        for parameter in parameters(function):
            annotation = parameter.annotation.annotation if parameter.annotation else None
            binding = Binding(parameter.name.value, "parameter", parameter, parameter.default, annotation)
            scope.bindings.setdefault(binding.name, []).append(binding)

    def _bind_import(self, node: cst.CSTNode) -> None:
        scope = self.scope_of(node)
        if isinstance(node, cst.ImportFrom | cst.LazyImportFrom):
            base = "." * len(node.relative) + (_dotted_text(node.module) if node.module else "")
            if isinstance(node.names, cst.ImportStar):
                self._stars.append(base)
                return
            for alias in node.names:
                local = _alias_name(alias) or _dotted_text(alias.name)
                joint = "" if base.endswith(".") else "."
                target = f"{base}{joint}{_dotted_text(alias.name)}"
                self._add(scope, Binding(local, "import", node, target=target))
        elif isinstance(node, cst.Import | cst.LazyImport):
            for alias in node.names:
                dotted = _dotted_text(alias.name)
                given = _alias_name(alias)
                first = dotted.partition(".")[0]
                self._add(scope, Binding(given or first, "import", node, target=dotted if given else first))

    def _bind_target(
        self,
        target: cst.CSTNode,
        kind: Kind,
        node: cst.CSTNode,
        value: cst.BaseExpression | None,
        annotation: cst.BaseExpression | None = None,
    ) -> None:
        match target:
            case cst.Name():
                self._stores.add(target)
                self._add(self.scope_of(target), Binding(target.value, kind, node, value, annotation))
            case cst.Attribute(value=owner, attr=attr):
                if (cls := self.self_class(owner)) is not None:
                    bound = self._attributes.setdefault(cls, {}).setdefault(attr.value, [])
                    bound.append(Binding(attr.value, kind, node, value, annotation))
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                values = _matching(elements, value) if kind == "assign" else None
                for index, element in enumerate(elements):
                    if values is not None:
                        self._bind_target(element.value, "assign", node, values[index])
                    else:
                        inner: Kind = "unpack" if kind == "assign" else kind
                        # What one element of a loop or a context manager is cannot be told from the whole.
                        known = value if inner in ("unpack", "for") else None
                        self._bind_target(element.value, "unpack" if known else inner, node, known)
            case cst.StarredElement(value=inner_target):
                self._bind_target(inner_target, "unpack", node, value)


_BUILTINS = frozenset(dir(builtins))
_EVERY_ERROR = frozenset({"BaseException", "Exception"})
"""Builtins that no star import brings in another meaning; some bring `TimeoutError`."""
_IMPORTS = (cst.Import, cst.ImportFrom, cst.LazyImport, cst.LazyImportFrom)


def parameters(function: cst.FunctionDef | cst.Lambda) -> list[cst.Param]:
    """All parameters of a function in the order they are written, `*args` and `**kwargs` included."""
    params = function.params
    star = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
    double = [params.star_kwarg] if params.star_kwarg is not None else []
    return [*params.posonly_params, *params.params, *star, *params.kwonly_params, *double]


def last_name(expression: cst.CSTNode) -> str:
    """The name, or the last attribute, that an expression ends in; empty for anything else."""
    match expression:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
    return ""


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is the literal `None`."""
    return isinstance(node, cst.Name) and node.value == "None"


def _imported_by_call(value: cst.BaseExpression) -> str | None:
    """The module of `import_module("x")`, `LazyImport("x")` and their like."""
    match value:
        case cst.Call(
            func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)),
            args=[cst.Arg(value=cst.SimpleString() as module, keyword=None), *_],
        ) if name.lower().replace("_", "") in _IMPORTERS:
            text = module.evaluated_value
            return text if isinstance(text, str) and not text.startswith(".") else None
    return None


_IMPORTERS = frozenset({"importmodule", "lazyimport", "tryimport", "optionalimport", "importoptional"})


def _is_inside(below: cst.CSTNode | None, child: cst.CSTNode, scope: cst.CSTNode) -> bool:
    kind = type(scope)
    if kind is cst.Module:
        return True
    if kind in _WITH_BODY:
        return child is scope.body  # type: ignore[attr-defined]
    # A comprehension: only the iterable of its first `for` is evaluated outside.
    return not (type(child) is cst.CompFor and below is child.iter)


def _is_first(name: str, function: cst.FunctionDef) -> bool:
    positional = [*function.params.posonly_params, *function.params.params]
    return bool(positional) and positional[0].name.value == name


def _dotted_text(node: cst.CSTNode | None) -> str:
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=value, attr=attr):
            return f"{_dotted_text(value)}.{attr.value}"
    return ""


def _alias_name(alias: cst.ImportAlias) -> str | None:
    return alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else None


def _matching(elements: Sequence[cst.BaseElement], value: cst.BaseExpression | None) -> list[cst.BaseExpression] | None:
    """The value of each element of an unpacking, when both sides are displays of one length without a star."""
    if not isinstance(value, cst.Tuple | cst.List) or len(value.elements) != len(elements):
        return None
    if any(isinstance(e, cst.StarredElement) for e in (*elements, *value.elements)):
        return None
    return [element.value for element in value.elements]

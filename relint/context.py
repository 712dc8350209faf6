"""What a rule may ask about one file. Small on purpose: topic questions live in `relint.queries`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator, TypeVar

import libcst as cst

from relint import elsewhere, instances
from relint.definitions import from_stars
from relint.file_context import FileContext
from relint.model import Edit
from relint.names import COMPREHENSIONS, Binding, Names, is_none
from relint.nodes import kinds
from relint.tree import Tree

if TYPE_CHECKING:
    from relint.config import Settings
    from relint.project import Project

_Node = TypeVar("_Node", bound=cst.CSTNode)
_Answer = TypeVar("_Answer")
_FUNCTIONS = (cst.FunctionDef, cst.Lambda)
_STATEMENTS = kinds((cst.SimpleStatementLine, cst.BaseCompoundStatement, cst.SimpleStatementSuite))
_LOOPS = (cst.For, cst.While, cst.CompFor)
_NESTED = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


class Context(FileContext):
    """One Python file: its tree, text, names, settings and the door to other files."""

    def __init__(self, path: str, tree: Tree, settings: Settings, project: Project) -> None:
        super().__init__(path, settings, project)
        self.tree = tree
        self._names: Names | None = None

    @property
    def text(self) -> str:
        """The text that was checked."""
        return self.tree.text

    @property
    def names(self) -> Names:
        """The scope table, built when first asked for."""
        if self._names is None:
            self._names = Names(self.tree, partial(from_stars, self.project, self.path))
        return self._names

    def settled(self, question: str, node: cst.CSTNode, answer: Callable[[], _Answer]) -> _Answer | None:
        """As `memo`, for a question about a node that may lead back to itself (`x = x or y`): None there."""
        return self.memo((question, node), lambda: self._guarded(question, node, answer))

    # -- around a node -----------------------------------------------------------------------------------------------

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around `node`; None for the module."""
        return self.tree.parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around `node`, innermost first, without itself."""
        parents = self.tree.parents
        current = parents.get(node)
        while current is not None:
            yield current
            current = parents.get(current)

    def enclosing(self, node: cst.CSTNode, *types: type[_Node]) -> _Node | None:
        """The innermost node of `types` around `node`."""
        wanted = kinds(types)
        for ancestor in self.ancestors(node):
            if wanted[type(ancestor)]:
                return ancestor  # type: ignore[return-value]
        return None

    def function_of(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The function whose body evaluates `node` (not the one whose default or decorator it is)."""
        scope = self.names.scope_of(node)
        for around in scope:
            if isinstance(around.node, _FUNCTIONS):
                return around.node
            if isinstance(around.node, cst.ClassDef):
                return None
        return None

    def in_async(self, node: cst.CSTNode) -> bool:
        """Whether `node` runs directly in an `async def`."""
        function = self.function_of(node)
        return isinstance(function, cst.FunctionDef) and function.asynchronous is not None

    def in_loop(self, node: cst.CSTNode) -> bool:
        """Whether `node` is repeated by a loop or comprehension of its own function."""
        child = node
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, _NESTED):
                return False
            if isinstance(ancestor, _LOOPS) and child is not getattr(ancestor, "iter", None):
                if not isinstance(ancestor, cst.For | cst.While) or child is not ancestor.orelse:
                    return True
            elif isinstance(ancestor, COMPREHENSIONS):
                if child is not ancestor.for_in:
                    return True
            child = ancestor
        return False

    def in_try(self, node: cst.CSTNode) -> cst.Try | cst.TryStar | None:
        """The innermost `try` of the same function whose body (not handlers) holds `node`."""
        child = node
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, _NESTED):
                return None
            if isinstance(ancestor, cst.Try | cst.TryStar) and child is ancestor.body:
                return ancestor
            child = ancestor
        return None

    def statement_of(self, node: cst.CSTNode) -> cst.CSTNode:
        """The whole statement (a simple line or a compound statement) that is or holds `node`."""
        current: cst.CSTNode | None = node
        while current is not None:
            if _STATEMENTS[type(current)]:
                return current
            current = self.tree.parents.get(current)
        return node

    def siblings(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        """All statements of the block that holds `statement`, itself included, in order."""
        block = self.tree.parents.get(statement)
        body = getattr(block, "body", None)
        return list(body) if isinstance(body, list | tuple) else [statement]

    def walk(
        self, root: cst.CSTNode, *types: type[_Node], stop: tuple[type[cst.CSTNode], ...] = _NESTED
    ) -> Iterator[_Node]:
        """The nodes of `types` at or under `root` in source order, not entering nested functions and classes."""
        return self.tree.walk(root, types, stop=stop)

    # -- what an expression is ---------------------------------------------------------------------------------------

    def qualname(self, expression: cst.CSTNode) -> str | None:
        """The dotted name of what an expression refers to, None when unknown.

        Follows imports and aliases; a method is named through the class of its object: `self.http.get` is
        `requests.Session.get` where `self.http` holds a session.
        """
        return self.memo(("qualname", expression), lambda: self._qualname(expression))

    def _qualname(self, expression: cst.CSTNode) -> str | None:
        if not isinstance(expression, cst.Name | cst.Attribute):
            return None
        if (dotted := self.names.dotted(expression)) is not None:
            return elsewhere.named(self, expression, dotted) or dotted
        if isinstance(expression, cst.Attribute):
            if (owner := self.instance_of(expression.value)) is not None:
                return f"{owner}.{expression.attr.value}"
            if (base := self.qualname(expression.value)) is not None:
                return f"{base}.{expression.attr.value}"
        return self._qualname_of_value(expression)

    def _qualname_of_value(self, expression: cst.Name | cst.Attribute) -> str | None:
        """`get = session.get`; `get(u)`: the name of the one value a name was given, beside None."""
        values = [value for value in self.bindings(expression) or () if not is_none(value)]
        if len(values) == 1 and isinstance(values[0], cst.Name | cst.Attribute) and values[0] is not expression:
            return self._guarded("qualname", values[0], lambda: self.qualname(values[0]))
        return None

    def definitions(self, expression: cst.CSTNode) -> list[Binding] | None:
        """Every binding of a name, or of an attribute of `self` (or of a class in the file, or an instance of one).

        None when none is in sight.
        """
        match expression:
            case cst.Name():
                return self.names.bindings(expression) or None
            case cst.Attribute(value=value, attr=attr):
                cls = self.names.self_class(value) or self.class_of(value) or self.class_def(value)
                return (self.names.attribute(cls, attr.value) or None) if cls is not None else None
        return None

    def bindings(self, name: cst.CSTNode) -> tuple[cst.BaseExpression, ...] | None:
        """Every expression a name (or `self.x`) may hold; None when one of them is out of sight."""
        found = self.definitions(name)
        if not found or any(b.kind != "assign" or b.value is None for b in found):
            return None
        return tuple(b.value for b in found if b.value is not None)

    def value_of(self, name: cst.CSTNode) -> cst.BaseExpression | None:
        """The expression a name (or `self.x`) was given, when it is bound exactly once."""
        values = self.bindings(name)
        return values[0] if values is not None and len(values) == 1 else None

    def function_def(self, expression: cst.CSTNode) -> cst.FunctionDef | None:
        """The function or method in the file that an expression names, when it can only be that one."""
        found = self.definitions(expression)
        if found and isinstance(found[0].node, cst.FunctionDef) and found[0].kind == "function":
            return found[0].node if len(found) == 1 or isinstance(expression, cst.Attribute) else None
        return None

    def class_def(self, expression: cst.CSTNode) -> cst.ClassDef | None:
        """The class in the file that an expression names."""
        if isinstance(expression, cst.Name):
            found = self.names.bindings(expression)
            if len(found) == 1 and isinstance(found[0].node, cst.ClassDef):
                return found[0].node
        return None

    def instance_of(self, expression: cst.CSTNode) -> str | None:
        """The dotted class that an expression is an instance of, None when unknown or when it may be several.

        For a class of the project it is the first base class that comes from elsewhere.
        """
        return self.settled("instance", expression, lambda: self._instance_of(expression))

    def _instance_of(self, expression: cst.CSTNode) -> str | None:
        known = instances.instance_of(self, expression)
        return known if known and not elsewhere.is_own(self, known) else elsewhere.instance(self, expression) or known

    def annotated(self, annotation: cst.BaseExpression) -> str | None:
        """The dotted class that an annotation names."""
        return instances.annotated(self, annotation)

    def class_of(self, expression: cst.CSTNode) -> cst.ClassDef | None:
        """The class defined in the file that an expression is an instance of."""
        return self.settled("class_of", expression, lambda: instances.class_of(self, expression))

    def base_of(self, cls: cst.ClassDef) -> str | None:
        """The first base class of a class in the file that comes from elsewhere, as a dotted name."""
        return instances.base_of(self, cls)

    def callee(self, call: cst.Call) -> str | None:
        """The dotted name of what is called."""
        return self.qualname(call.func)

    def keyword(self, call: cst.Call, name: str) -> cst.Arg | None:
        """The argument given by keyword `name`."""
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value == name:
                return arg
        return None

    def positional(self, call: cst.Call, index: int) -> cst.Arg | None:
        """The argument at position `index`; None when it is absent or a `*args` before it hides it."""
        for position, arg in enumerate(call.args):
            if arg.keyword is not None or arg.star:
                return None
            if position == index:
                return arg
        return None

    def argument(self, call: cst.Call, name: str, index: int | None = None) -> cst.Arg | None:
        """The argument given by keyword `name` or at position `index`."""
        return self.keyword(call, name) or (None if index is None else self.positional(call, index))

    def unpacks(self, call: cst.Call, star: str = "**") -> bool:
        """Whether the call unpacks `**mapping` (or `*iterable`), which may hold any argument."""
        return any(arg.star == star for arg in call.args)

    def literal(self, node: cst.CSTNode | None) -> Any:
        """The value of a literal: str, bytes, int, float, True, False; Ellipsis when `node` is no such literal.

        The literal None is None. A name bound once to a literal has its value.
        """
        match node:
            case cst.Name(value="None"):
                return None
            case cst.Name(value="True" | "False"):
                return node.value == "True"
            case cst.Integer() | cst.Float():
                return node.evaluated_value
            case cst.SimpleString():
                return node.evaluated_value
            case cst.ConcatenatedString():
                value = node.evaluated_value
                return ... if value is None else value
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                value = self.literal(inner)
                return -value if isinstance(value, int | float) else ...
            case cst.Name():
                bound = self.value_of(node)
                if bound is None:
                    return elsewhere.constant(self, node)
                return self._guarded("literal", node, lambda: self.literal(bound), ...)
            case cst.Attribute():
                return elsewhere.constant(self, node)
        return ...

    def decorators(self, function: cst.FunctionDef | cst.ClassDef) -> list[tuple[str | None, cst.BaseExpression]]:
        """(dotted name, expression) of each decorator; for a call the name of what is called."""
        found = []
        for decorator in function.decorators:
            expression = decorator.decorator
            named = expression.func if isinstance(expression, cst.Call) else expression
            found.append((self.qualname(named), expression))
        return found

    def _guarded(
        self, question: str, node: cst.CSTNode, answer: Callable[[], _Answer], unknown: _Answer | None = None
    ) -> _Answer | None:
        """`answer()`, or `unknown` when the question leads back to itself."""
        open_questions: set[Any] = self.memo("open questions", set)
        key = (question, node)
        if key in open_questions:
            return unknown
        open_questions.add(key)
        try:
            return answer()
        finally:
            open_questions.discard(key)

    # -- text --------------------------------------------------------------------------------------------------------

    def range(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node in the text, without the parentheses around it."""
        return self.tree.span(node)

    def source(self, node: cst.CSTNode) -> str:
        """The text of a node, as written."""
        return self.tree.source(node)

    def edit(self, node: cst.CSTNode, text: str) -> Edit:
        """The edit that replaces a node by `text`."""
        return Edit(*self.tree.span(node), text)

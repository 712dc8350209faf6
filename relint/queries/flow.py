"""What text a name holds at the place where it is read: the statements before it, run over texts.

Branches give alternatives, a loop's body runs once or not at all (a use in it may come after it ran once), a nested
function sees what its outer function left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterable, Sequence

import libcst as cst

from relint.names import Binding, Scope, parameters
from relint.queries.text import Hole, Texts, bounded, holes, is_text, joined
from relint.queries.text_formatting import modulo

if TYPE_CHECKING:
    from relint.context import Context
    from relint.queries.text_folding import Folder

_ENDS = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def texts_of_name(folder: Folder, name: cst.Name) -> Texts | None:
    """The texts of a name at its place; None when nothing is known of it."""
    found = folder.ctx.names.find(name)
    if found is None or name in folder.open_names:
        return None
    folder.open_names.add(name)
    try:
        return _Flow(folder, name, *found).texts()
    finally:
        folder.open_names.discard(name)


def nearest(ctx: Context, name: cst.Name, bindings: list[Binding]) -> list[Binding]:
    """Of the bindings of a name those of the innermost loop around it; all of them when it is in none."""
    for ancestor in ctx.ancestors(name):
        if around := [b for b in bindings if b.node is ancestor]:
            return around
    return bindings


@dataclass(frozen=True)
class _After:
    """The texts after a statement: None while the name is unbound; `reached` when the use was in it."""

    texts: Texts | None
    reached: bool = False
    ended: bool = False


class _Flow:
    """One name of one scope, read at one place."""

    def __init__(self, folder: Folder, name: cst.Name, scope: Scope, bindings: list[Binding]) -> None:
        self.folder = folder
        self.ctx = folder.ctx
        self.name = name
        self.scope = scope
        self.bindings = bindings
        self.by_node: dict[cst.CSTNode, list[Binding]] = {}
        for binding in bindings:
            self.by_node.setdefault(binding.node, []).append(binding)

    def texts(self) -> Texts | None:
        if all(b.kind in ("for", "unpack") for b in self.bindings):
            return self._union(self._looped(b) for b in nearest(self.ctx, self.name, self.bindings))
        if any(b.kind in ("import", "function", "class", "except", "other") for b in self.bindings):
            return None
        if len(self.bindings) == 1 and self.bindings[0].kind == "assign" and self.bindings[0].value is not None:
            return self.folder.entry(self.bindings[0].value)
        body = getattr(self.scope.node, "body", None)
        statements = body.body if isinstance(body, cst.BaseSuite) else body
        if not isinstance(statements, list | tuple):
            return self._initial()
        self.interesting = {self.name, *self.ctx.ancestors(self.name)}
        for binding in self.bindings:
            self.interesting |= {binding.node, *self.ctx.ancestors(binding.node)}
        self.passing = False
        after = self._run(statements, self._initial())
        return after.texts

    def _union(self, alternatives: Iterable[Texts | None]) -> Texts | None:
        texts: list[tuple[object, ...]] = []
        for alternative in alternatives:
            texts += alternative if alternative is not None else self._hole()
        return bounded(texts) or None  # type: ignore[arg-type]

    def _hole(self) -> Texts:
        return ((Hole(self.name, self.name, self.name, self.name),),)

    def _initial(self) -> Texts | None:
        """What the name holds before the first statement: a parameter's arguments as far as they are in sight."""
        for binding in self.bindings:
            if binding.kind == "parameter":
                return self._arguments(binding) or self._hole()
        return None

    # -- statements --------------------------------------------------------------------------------------------------

    def _run(self, statements: Sequence[cst.CSTNode], texts: Texts | None) -> _After:
        for statement in statements:
            after = self._step(statement, texts)
            if after.reached or after.ended:
                return after
            texts = after.texts
        return _After(texts)

    def _step(self, statement: cst.CSTNode, texts: Texts | None) -> _After:
        if statement not in self.interesting:
            return _After(texts, ended=_ends(statement))
        match statement:
            case cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body):
                return self._simple(body, texts)
            case cst.If():
                return self._branches(statement, texts)
            case cst.For() | cst.While():
                return self._loop(statement, texts)
            case cst.With(body=body):
                if self._holds(statement.items):
                    return _After(texts, reached=True)
                texts = self._bound_in(statement.items, texts)
                return self._run(_block(body), texts)
            case cst.Try() | cst.TryStar():
                return self._try(statement, texts)
            case cst.Match(cases=cases):
                return self._either([_block(case.body) for case in cases], texts, or_none=True)
        # A nested function or class: what it does to the name is out of sight; a use in it sees the whole outer body.
        return _After(texts)

    def _simple(self, statements: Sequence[cst.BaseSmallStatement], texts: Texts | None) -> _After:
        for statement in statements:
            if statement not in self.interesting:
                if isinstance(statement, _ENDS):
                    return _After(texts, ended=True)
                continue
            if self._holds([statement]):
                return _After(texts, reached=True)
            for node in [statement, *self.ctx.walk(statement, cst.NamedExpr)]:
                for binding in self.by_node.get(node, ()):
                    texts = self._bind(binding, texts)
            if isinstance(statement, _ENDS):
                return _After(texts, ended=True)
        return _After(texts)

    def _bind(self, binding: Binding, texts: Texts | None) -> Texts | None:
        value = binding.value
        if binding.kind == "assign" and value is not None:
            return self.folder.entry(value)
        if binding.kind == "annotation":
            return texts
        if binding.kind == "augment" and value is not None and isinstance(binding.node, cst.AugAssign):
            before = texts or self._hole()
            match binding.node.operator:
                case cst.AddAssign():
                    return joined(before, self.folder.entry(value))
                case cst.ModuloAssign():
                    return modulo(self.folder, before, value, value) or self._hole()
        if binding.kind == "unpack":
            return self._unpacked(binding) or self._hole()
        return self._hole()

    def _branches(self, statement: cst.If, texts: Texts | None) -> _After:
        blocks: list[Sequence[cst.CSTNode]] = []
        current: cst.If | cst.Else | None = statement
        while isinstance(current, cst.If):
            if self._holds([current.test]):
                return _After(texts, reached=True)
            for walrus in self.ctx.walk(current.test, cst.NamedExpr):
                for binding in self.by_node.get(walrus, ()):
                    texts = self._bind(binding, texts)
            blocks.append(_block(current.body))
            current = current.orelse
        otherwise = current is None
        if current is not None:
            blocks.append(_block(current.body))
        return self._either(blocks, texts, or_none=otherwise)

    def _either(self, blocks: list[Sequence[cst.CSTNode]], texts: Texts | None, *, or_none: bool) -> _After:
        """One of the blocks, or none of them."""
        outcomes = [texts] if or_none else []
        for block in blocks:
            after = self._run(block, texts)
            if after.reached:
                return after
            if not after.ended:
                outcomes.append(after.texts)
        known = [outcome for outcome in outcomes if outcome is not None]
        return _After(self._union(known) if known else None, ended=not outcomes)

    def _loop(self, statement: cst.For | cst.While, texts: Texts | None) -> _After:
        head = statement.iter if isinstance(statement, cst.For) else statement.test
        if self._holds([head]):
            return _After(texts, reached=True)
        inside = texts
        for binding in self.by_node.get(statement, ()):
            inside = self._looped(binding) or self._hole()
        if self._holds([statement]) and statement not in self.by_node:
            inside = self._union(t for t in (inside, self._passed(statement, inside)) if t is not None) or inside
        after = self._run(_block(statement.body), inside)
        if after.reached:
            return after
        return _After(self._union(t for t in (texts, after.texts) if t is not None))

    def _passed(self, loop: cst.For | cst.While, texts: Texts | None) -> Texts | None:
        """What one pass of a loop leaves to the next, unless that grows: then one pass says it all."""
        if self.passing or any(self._grows(b) for b in self.bindings):
            return None
        self.passing = True
        try:
            return self._run(_block(loop.body), texts).texts
        finally:
            self.passing = False

    def _try(self, statement: cst.Try | cst.TryStar, texts: Texts | None) -> _After:
        body = self._run(_block(statement.body), texts)
        if body.reached:
            return body
        outcomes = [] if body.ended else [body.texts]
        for handler in statement.handlers:
            after = self._run(_block(handler.body), self._union(t for t in (texts, body.texts) if t is not None))
            if after.reached:
                return after
            if not after.ended:
                outcomes.append(after.texts)
        texts = self._union(t for t in outcomes if t is not None)
        for block in (statement.orelse, statement.finalbody):
            if block is not None:
                after = self._run(_block(block.body), texts)
                if after.reached:
                    return after
                texts = after.texts
        return _After(texts, ended=not outcomes)

    def _grows(self, binding: Binding) -> bool:
        if binding.kind == "augment":
            return True
        value = binding.value if binding.kind == "assign" else None
        return value is not None and any(n.value == self.name.value for n in self.ctx.walk(value, cst.Name))

    def _holds(self, nodes: Iterable[cst.CSTNode]) -> bool:
        return not self.passing and any(
            node is self.name or any(a is node for a in self.ctx.ancestors(self.name)) for node in nodes
        )

    def _bound_in(self, items: Iterable[cst.CSTNode], texts: Texts | None) -> Texts | None:
        return self._hole() if any(item in self.by_node for item in items) else texts

    # -- loops and parameters ----------------------------------------------------------------------------------------

    def _looped(self, binding: Binding) -> Texts | None:
        """The texts of a loop variable over a literal display (or a name for one), through one unpacking."""
        loop = binding.node
        if not isinstance(loop, cst.For | cst.CompFor):
            return self._unpacked(binding)
        path = _path(loop.target, self.name.value)
        values = self._values(loop.iter, path) if path is not None else None
        if not values:
            return None
        texts = [text for value in values for text in self.folder.entry(value)]
        if all(not holes(text) for text in texts):
            return tuple(texts[:1]) if len(texts) > 4 else bounded(texts)  # one constant stands for many
        return bounded(texts) if all(map(is_text, texts)) else None

    def _unpacked(self, binding: Binding) -> Texts | None:
        """The texts of a name in `columns, values = self.parts()`."""
        match binding:
            case Binding(node=cst.Assign(targets=[cst.AssignTarget(target=target)]), value=cst.Call() as call):
                path = _path(target, self.name.value)
                return self.folder.item_returned(call, path) if path else None
        return None

    def _values(self, items: cst.BaseExpression, path: tuple[int, ...]) -> list[cst.BaseExpression] | None:
        match items:
            case cst.Name() | cst.Attribute():
                bound = self.ctx.value_of(items) or self.folder.class_constant(items)
                return self._values(bound, path) if bound is not None and bound is not items else None
            case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
                found = [at(element.value, path) for element in elements]
            case cst.Dict(elements=elements) if not path:
                found = [e.key if isinstance(e, cst.DictElement) else None for e in elements]
            case cst.Call(func=cst.Attribute(value=owner, attr=attr), args=[]) if attr.value in _DICT_VIEWS:
                display = self.ctx.value_of(owner) if isinstance(owner, cst.Name | cst.Attribute) else owner
                if not isinstance(display, cst.Dict):
                    return None
                found = [self._of_item(e, attr.value, path) for e in display.elements]
            case cst.Call(func=cst.Name(value="sorted" | "list" | "tuple" | "set" | "reversed"), args=[arg, *_]):
                return self._values(arg.value, path)
            case cst.Call(func=cst.Name(value="enumerate"), args=[arg, *_]) if path[:1] == (1,):
                return self._values(arg.value, path[1:])
            case _:
                return None
        known = [value for value in found if value is not None]
        return known if len(known) == len(found) else None

    def _of_item(self, element: cst.BaseDictElement, view: str, path: tuple[int, ...]) -> cst.BaseExpression | None:
        if not isinstance(element, cst.DictElement):
            return None
        if view == "items" and path:
            return at(element.key if path[0] == 0 else element.value, path[1:])
        return at(element.key if view == "keys" else element.value, path)

    def _arguments(self, parameter: Binding) -> Texts | None:
        """What the calls in the file give a parameter; with the unknown of other callers unless it is private."""
        function = self.scope.node
        if not isinstance(function, cst.FunctionDef):
            return None
        calls = self._calls_of(function)
        if not calls:
            return None
        texts: list[Texts | None] = []
        for call in calls:
            value = self._argument(call, function, parameter)
            texts.append(self.folder.entry(value) if value is not None else None)
        private = function.name.value.startswith("_") or self._is_nested(function)
        return self._union(texts if private and self._only_called(function, len(calls)) else [*texts, None])

    def _calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        def answer() -> dict[str, list[cst.Call]]:
            calls: dict[str, list[cst.Call]] = {}
            for call in self.ctx.tree.of(cst.Call):
                match call.func:
                    case cst.Name(value=called) | cst.Attribute(attr=cst.Name(value=called)):
                        calls.setdefault(called, []).append(call)
            return calls

        self.ctx.tree.look_for(function.name.value)
        named = self.ctx.memo("calls by name", answer).get(function.name.value, [])
        return [call for call in named if self.ctx.function_def(call.func) is function]

    def _argument(self, call: cst.Call, function: cst.FunctionDef, parameter: Binding) -> cst.BaseExpression | None:
        names = [p.name.value for p in parameters(function)]
        index = names.index(parameter.name)
        if isinstance(call.func, cst.Attribute) and self.ctx.names.class_of_method(function) is not None:
            index -= 1
        arg = self.ctx.argument(call, parameter.name, index if index >= 0 else None)
        if arg is not None:
            return arg.value
        return parameter.value if not self.ctx.unpacks(call) and not self.ctx.unpacks(call, "*") else None

    def _is_nested(self, function: cst.FunctionDef) -> bool:
        return self.ctx.function_of(function) is not None

    def _only_called(self, function: cst.FunctionDef, calls: int) -> bool:
        """Whether every mention of the function in the file is one of the calls that are known."""
        name = function.name.value
        mentions = sum(node.value == name for node in self.ctx.tree.every(cst.Name, words=(name,)))
        mentions += sum(node.attr.value == name for node in self.ctx.tree.every(cst.Attribute, words=(name,)))
        return mentions == calls


_DICT_VIEWS = frozenset({"items", "keys", "values"})


def _block(suite: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    return list(suite.body) if isinstance(suite, cst.IndentedBlock) else [suite]


def _ends(statement: cst.CSTNode) -> bool:
    """Whether control does not come past a statement that says nothing of the name."""
    return isinstance(statement, cst.SimpleStatementLine) and any(isinstance(s, _ENDS) for s in statement.body)


def _path(target: cst.CSTNode, name: str) -> tuple[int, ...] | None:
    """Where in an unpacking target a name stands; () for the target itself."""
    match target:
        case cst.Name(value=value):
            return () if value == name else None
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for index, element in enumerate(elements):
                if isinstance(element, cst.StarredElement):
                    return None
                if (inner := _path(element.value, name)) is not None:
                    return (index, *inner)
    return None


def at(value: cst.BaseExpression, path: tuple[int, ...]) -> cst.BaseExpression | None:
    """What stands at a place of a display."""
    for index in path:
        if not isinstance(value, cst.Tuple | cst.List) or index >= len(value.elements):
            return None
        value = value.elements[index].value
    return value

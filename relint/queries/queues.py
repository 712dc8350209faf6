"""Who puts into a queue and who gets from it, as far as one file shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from relint.context import Context
from relint.names import Scope, is_none, parameters

_DEPTH = 4


@dataclass
class Traffic:
    """The places in the file that use one queue.

    `refuses`: something puts without waiting, and would fail if the queue were full. `watched`: something compares its
    length with a limit. `waits`: a `get` waits for the next item.
    """

    puts: list[cst.CSTNode] = field(default_factory=list)
    gets: list[cst.CSTNode] = field(default_factory=list)
    refuses: bool = False
    watched: bool = False
    waits: bool = False


def traffic(ctx: Context, made: cst.Call) -> Traffic:
    """What the file does with the queue that a call makes and binds to a name or an attribute."""
    return ctx.memo(("traffic", made), lambda: _Search(ctx).of_value(made))


def crosses_functions(ctx: Context, queue: Traffic) -> bool:
    """Whether one function puts and another gets."""
    putting = {ctx.function_of(node) for node in queue.puts}
    getting = {ctx.function_of(node) for node in queue.gets}
    return bool(putting and getting) and len(putting | getting) > 1


def getter_puts(ctx: Context, queue: Traffic) -> bool:
    """Whether a function that gets also puts: it would wait for itself on a full queue."""
    return not {ctx.function_of(n) for n in queue.puts}.isdisjoint({ctx.function_of(n) for n in queue.gets})


class _Search:
    """Follows one queue through names, attributes, arguments and parameters."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.found = Traffic()
        self.seen: set[object] = set()

    def of_value(self, value: cst.BaseExpression) -> Traffic:
        self._follow_value(value, 0)
        return self.found

    def _follow_value(self, value: cst.BaseExpression, depth: int) -> None:
        """`x = value`, `self.x = value`, `f(value)`."""
        if depth > _DEPTH:
            return
        match self.ctx.parent(value):
            case cst.Assign(targets=targets, value=assigned) if assigned is value:
                for target in targets:
                    self._follow_target(target.target, depth)
            case cst.AnnAssign(target=target, value=assigned) if assigned is value:
                self._follow_target(target, depth)
            case (cst.BooleanOperation() | cst.IfExp()) as either:  # `queue or Queue()`
                self._follow_value(either, depth)
            case cst.DictComp() as many:  # `self.queues = {key: Queue() for key in keys}`
                match self.ctx.parent(many):
                    case cst.Assign(targets=[cst.AssignTarget(target=held)]) | cst.AnnAssign(target=held):
                        self._follow_target(held, depth, inside=True)
            case cst.Return():
                self._follow_property(value, depth)
            case cst.Arg() as arg:
                self._follow_argument(arg, arg, depth)
            case cst.Element() as element:
                # `Thread(target=f, args=(queue,))`
                display = self.ctx.parent(element)
                arg_ = self.ctx.parent(display) if display is not None else None
                if isinstance(arg_, cst.Arg) and arg_.keyword is not None and arg_.keyword.value == "args":
                    self._follow_argument(arg_, element, depth)

    def _follow_property(self, value: cst.BaseExpression, depth: int) -> None:
        """What a `cached_property` returns is kept like an attribute."""
        function = self.ctx.function_of(value)
        cls = self.ctx.names.class_of_method(function) if isinstance(function, cst.FunctionDef) else None
        if cls is None or not isinstance(function, cst.FunctionDef):
            return
        if any((name or "").endswith("cached_property") for name, _ in self.ctx.decorators(function)):
            self._follow_attribute(cls, function.name.value, depth)

    def _follow_target(self, target: cst.BaseExpression, depth: int, inside: bool = False) -> None:
        """`inside`: the target is a mapping that holds the queue."""
        match target:
            case cst.Name(value=name):
                found = self.ctx.names.find(target)
                if found is not None and isinstance(found[0].node, cst.ClassDef):
                    self._follow_attribute(found[0].node, name, depth, inside)
                elif found is not None:
                    self._follow_name(found[0], name, depth, inside)
            case cst.Attribute(value=owner, attr=cst.Name(value=name)):
                cls = self.ctx.names.self_class(owner)
                if cls is not None:
                    self._follow_attribute(cls, name, depth, inside)
            case cst.Subscript(value=held) if not inside:  # `self.queues[key] = value`
                self._follow_target(held, depth, inside=True)

    def _follow_name(self, scope: Scope, name: str, depth: int, inside: bool = False) -> None:
        if (scope, name) not in self.seen:
            self.seen.add((scope, name))
            for use in self.ctx.names.uses(scope, name):
                self._use(use, depth, inside)

    def _follow_attribute(self, cls: cst.ClassDef, name: str, depth: int, inside: bool = False) -> None:
        if (cls, name) in self.seen:
            return
        self.seen.add((cls, name))
        family = set(self.ctx.names.ancestry(cls))
        for attribute in self.ctx.tree.every(cst.Attribute, words=(name,)):
            if attribute.attr.value != name:
                continue
            owner = self.ctx.names.self_class(attribute.value) or self.ctx.class_of(attribute.value)
            if owner is None or owner in family or cls in self.ctx.names.ancestry(owner):
                self._use(attribute, depth, inside)

    def _use(self, use: cst.BaseExpression, depth: int, inside: bool = False) -> None:
        if inside:
            self._take_out(use, depth)
            return
        match self.ctx.parent(use):
            case cst.Attribute(value=owner, attr=cst.Name(value=method)) as attribute if owner is use:
                if method == "maxsize":  # `queue.maxsize = 1000`
                    self.found.watched = True
                elif method in ("sync_q", "async_q"):
                    self._follow_value(attribute, depth)
                    self._use(attribute, depth)
                else:
                    self._method(attribute, method)
            case _:
                self._follow_value(use, depth + 1)

    def _take_out(self, mapping: cst.BaseExpression, depth: int) -> None:
        """`queues[key]`, `queues.get(key)`."""
        match self.ctx.parent(mapping):
            case cst.Subscript(value=owner) as held if owner is mapping:
                self._use(held, depth)
            case cst.Attribute(value=owner, attr=cst.Name(value="get" | "pop" | "setdefault")) as method:
                call = self.ctx.parent(method)
                if owner is mapping and isinstance(call, cst.Call):
                    self._use(call, depth)

    def _method(self, attribute: cst.Attribute, method: str) -> None:
        parent = self.ctx.parent(attribute)
        call = parent if isinstance(parent, cst.Call) and parent.func is attribute else None
        if method in ("put", "put_nowait"):
            if call is not None and call.args and _is_signal(self.ctx, call.args[0].value):
                return
            self.found.puts.append(attribute)
            waits = method == "put" and (call is None or self.ctx.argument(call, "block", 1) is None)
            self.found.refuses |= not waits
        elif method in ("get", "get_nowait"):
            self.found.gets.append(attribute)
            self.found.waits |= method == "get" and _waits(self.ctx, attribute, call)
        elif method in ("qsize", "full"):
            comparison = self.ctx.enclosing(attribute, cst.Comparison)
            self.found.watched |= method == "full" or (
                comparison is not None and not any(self.ctx.literal(side) in (0, 1) for side in _sides(comparison))
            )

    def _follow_argument(self, arg: cst.Arg, given: cst.Arg | cst.Element, depth: int) -> None:
        """Into the parameter of a function or class of the file; of a function passed along too: `submit(f, queue)`."""
        call = self.ctx.parent(arg)
        if not isinstance(call, cst.Call) or depth > _DEPTH:
            return
        function, first = self._function(call, given)
        if function is None:
            self._follow_loop(call)
            return
        if arg is given and arg.keyword is not None:
            self._follow_name(self.ctx.names.body_scope(function), arg.keyword.value, depth + 1)
            return
        siblings: list[object] = list(call.args)
        if isinstance(given, cst.Element):
            siblings = list(getattr(self.ctx.parent(given), "elements", ()))
        names = [p.name.value for p in parameters(function)]
        if self.ctx.names.class_of_method(function) is not None:
            names = names[1:]
        index = siblings.index(given) - first
        if 0 <= index < len(names):
            self._follow_name(self.ctx.names.body_scope(function), names[index], depth + 1)

    def _follow_loop(self, call: cst.Call) -> None:
        """`async for item in items_of(queue)`: a function of another file takes out what the loop goes over."""
        match self.ctx.parent(call):
            case cst.For(iter=items) if items is call:
                self.found.gets.append(call)
                self.found.waits = True

    def _function(self, call: cst.Call, given: cst.Arg | cst.Element) -> tuple[cst.FunctionDef | None, int]:
        """The function of the file that gets the arguments of a call, and the position of the first of them."""
        if isinstance(given, cst.Element):
            target = self.ctx.keyword(call, "target")
            return (None if target is None else self.ctx.function_def(target.value)), 0
        if (function := self.ctx.function_def(call.func)) is not None:
            return function, 0
        if (cls := self.ctx.class_def(call.func)) is not None:
            return next((m for m in _methods(self.ctx, cls) if m.name.value == "__init__"), None), 0
        for index, argument in enumerate(call.args):
            if argument is given:
                break
            if (function := self.ctx.function_def(argument.value)) is not None:
                return function, index + 1
        return None, 0


def _is_signal(ctx: Context, item: cst.BaseExpression) -> bool:
    """Whether an item is the end of the work, or a word to go on: it is put once."""
    return is_none(item) or isinstance(ctx.literal(item), bool)


def _waits(ctx: Context, get: cst.Attribute, call: cst.Call | None) -> bool:
    """Whether a `get` waits for an item; `while not queue.empty()` says that one is there."""
    if call is not None and (block := ctx.argument(call, "block", 0)) is not None:
        return ctx.literal(block.value) is not False
    emptied = f"not {ctx.source(get.value)}.empty()"
    loop = ctx.enclosing(get, cst.While)
    return loop is None or emptied not in _conditions(ctx, loop.test)


def _conditions(ctx: Context, test: cst.BaseExpression) -> list[str]:
    """What must all hold for a test to hold."""
    match test:
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            return [*_conditions(ctx, left), *_conditions(ctx, right)]
    return [ctx.source(test)]


def _methods(ctx: Context, cls: cst.ClassDef) -> list[cst.FunctionDef]:
    return [m for ancestor in ctx.names.ancestry(cls) for m in ancestor.body.body if isinstance(m, cst.FunctionDef)]


def _sides(comparison: cst.Comparison) -> list[cst.BaseExpression]:
    return [comparison.left, *(target.comparator for target in comparison.comparisons)]

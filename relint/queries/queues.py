"""Who puts into a queue and who gets from it, as far as one file shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable

import libcst as cst

from relint.context import Context
from relint.names import Scope, is_none, parameters

_DEPTH = 4


@dataclass
class Traffic:
    """The places in the file that use one queue.

    `handed`: functions that are not in the file, each with the position or name of the parameter that gets the queue.
    `refuses`: something puts without waiting, and would fail if the queue were full. `watched`: something compares its
    length with a limit. `waits`: a `get` waits for the next item.
    """

    puts: list[cst.CSTNode] = field(default_factory=list)
    gets: list[cst.CSTNode] = field(default_factory=list)
    handed: list[tuple[cst.BaseExpression, int | str]] = field(default_factory=list)
    refuses: bool = False
    watched: bool = False
    waits: bool = False


def traffic(ctx: Context, made: cst.Call) -> Traffic:
    """What the file does with the queue that a call makes and binds to a name or an attribute."""
    return ctx.memo(("traffic", made), lambda: _Search(ctx).of_value(made))


def traffic_of_parameter(ctx: Context, function: cst.BaseExpression, parameter: int | str) -> Traffic:
    """What a function or class of the file does with a queue that it is given, by position or by name."""
    search = _Search(ctx)
    search.follow_parameter(search.definition(function), parameter, 0)
    return search.found


def traffic_of_uses(ctx: Context, uses: Iterable[cst.BaseExpression]) -> Traffic:
    """What the file does with a queue that some expressions are."""
    search = _Search(ctx)
    for use in uses:
        search.use(use, 0)
    return search.found


def crosses_functions(ctx: Context, queue: Traffic) -> bool:
    """Whether one function puts and another gets."""
    putting = {ctx.function_of(node) for node in queue.puts}
    getting = {ctx.function_of(node) for node in queue.gets}
    return bool(putting and getting) and len(putting | getting) > 1


def waits_for_more(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether what takes from a queue waits for the next item."""
    if not isinstance(get, cst.Attribute):
        return True
    call = ctx.parent(get)
    return get.attr.value != "get_nowait" and _waits(ctx, get, call if isinstance(call, cst.Call) else None)


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
                self.use(use, depth, inside)

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
                self.use(attribute, depth, inside)

    def use(self, use: cst.BaseExpression, depth: int, inside: bool = False) -> None:
        if inside:
            self._take_out(use, depth)
            return
        match self.ctx.parent(use):
            case cst.Attribute(value=owner, attr=cst.Name(value=method)) as attribute if owner is use:
                if method == "maxsize":  # `queue.maxsize = 1000`
                    self.found.watched = True
                elif method in ("sync_q", "async_q"):
                    self._follow_value(attribute, depth)
                    self.use(attribute, depth)
                else:
                    self._method(attribute, method)
            case _:
                self._follow_value(use, depth + 1)

    def _take_out(self, mapping: cst.BaseExpression, depth: int) -> None:
        """`queues[key]`, `queues.get(key)`."""
        match self.ctx.parent(mapping):
            case cst.Subscript(value=owner) as held if owner is mapping:
                self.use(held, depth)
            case cst.Attribute(value=owner, attr=cst.Name(value="get" | "pop" | "setdefault")) as method:
                call = self.ctx.parent(method)
                if owner is mapping and isinstance(call, cst.Call):
                    self.use(call, depth)

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
        for function, parameter in _receivers(self.ctx, call, arg, given):
            if (definition := self.definition(function)) is not None:
                self.follow_parameter(definition, parameter, depth + 1)
                return
        self.found.handed += _receivers(self.ctx, call, arg, given)
        self._follow_loop(call)

    def follow_parameter(self, function: cst.FunctionDef | None, parameter: int | str, depth: int) -> None:
        """Into a function of the file."""
        if function is None:
            return
        names = [p.name.value for p in parameters(function)]
        if self.ctx.names.class_of_method(function) is not None:
            names = names[1:]
        if isinstance(parameter, str):
            self._follow_name(self.ctx.names.body_scope(function), parameter, depth)
        elif parameter < len(names):
            self._follow_name(self.ctx.names.body_scope(function), names[parameter], depth)

    def definition(self, function: cst.BaseExpression) -> cst.FunctionDef | None:
        """The function of the file that runs when something is called; for a class its `__init__`."""
        if (cls := self.ctx.class_def(function)) is not None:
            return next((m for m in _methods(self.ctx, cls) if m.name.value == "__init__"), None)
        return self.ctx.function_def(function)

    def _follow_loop(self, call: cst.Call) -> None:
        """`async for item in items_of(queue)`: a function of another file takes out what the loop goes over."""
        match self.ctx.parent(call):
            case cst.For(iter=items) if items is call:
                self.found.gets.append(call)
                self.found.waits = True


def _receivers(
    ctx: Context, call: cst.Call, arg: cst.Arg, given: cst.Arg | cst.Element
) -> list[tuple[cst.BaseExpression, int | str]]:
    """Which functions may get an argument of a call, and as what: the one called, or one that is passed along.

    `work(queue)`, `submit(work, queue)`, `Thread(target=work, args=(queue,))`.
    """
    if isinstance(given, cst.Element):
        target = ctx.keyword(call, "target")
        elements = list(getattr(ctx.parent(given), "elements", ()))
        return [(target.value, elements.index(given))] if target is not None else []
    at = list(call.args).index(arg)
    before = [(index, other.value) for index, other in enumerate(call.args[:at]) if other.keyword is None]
    if arg.keyword is not None:
        return [(function, arg.keyword.value) for function in (call.func, *(value for _, value in before))]
    return [(call.func, at), *((value, at - index - 1) for index, value in before)]


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

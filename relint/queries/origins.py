"""Where a value comes from: the names it went through, the calls that made it, the callables it may be."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from relint.context import Context
from relint.names import Binding, is_none


@dataclass(frozen=True, eq=False)
class Origins:
    """What one expression goes back to, as far as the file tells.

    `bindings` are the names and attributes it went through, `calls` the calls that may have made it, `classes` the
    classes of the file that it may be an instance of. `complete` is False when some of it is out of sight.
    """

    bindings: set[Binding] = field(default_factory=set)
    calls: list[cst.Call] = field(default_factory=list)
    classes: set[cst.ClassDef] = field(default_factory=set)
    complete: bool = True

    def meets(self, other: Origins) -> bool:
        """Whether both may be one and the same object."""
        return not self.bindings.isdisjoint(other.bindings) or not self.classes.isdisjoint(other.classes)


def origins(ctx: Context, expression: cst.BaseExpression) -> Origins:
    """What an expression goes back to, through assignments, properties and functions of the file."""
    return ctx.memo(("origins", expression), lambda: _origins(ctx, expression))


def _origins(ctx: Context, expression: cst.BaseExpression) -> Origins:
    bindings: set[Binding] = set()
    calls: list[cst.Call] = []
    classes: set[cst.ClassDef] = set()
    complete = True
    seen: set[cst.CSTNode] = set()
    todo: list[cst.BaseExpression] = [expression]
    while todo:
        current = todo.pop()
        if current in seen or is_none(current):
            continue
        seen.add(current)
        match current:
            case cst.Await(expression=inner) | cst.NamedExpr(value=inner):
                todo.append(inner)
            case cst.IfExp(body=left, orelse=right) | cst.BooleanOperation(left=left, right=right):
                todo += [left, right]
            case cst.Call(func=cst.Name(value="super")):
                if (cls := ctx.enclosing(current, cst.ClassDef)) is not None:
                    classes.add(cls)
            case cst.Call(func=func):
                if (function := ctx.function_def(func)) is not None:
                    todo += returned(ctx, function)
                    continue
                calls.append(current)
                if (cls := ctx.class_def(func)) is not None:
                    classes.add(cls)
            case cst.Name() | cst.Attribute():
                if (cls := ctx.names.self_class(current)) is not None:
                    classes.add(cls)
                    continue
                found = ctx.definitions(current)
                if not found:
                    complete = False
                for binding in found or ():
                    bindings.add(binding)
                    below = _of_binding(ctx, binding, classes)
                    complete = complete and below is not None
                    todo += below or []
            case _:
                complete = False
    return Origins(bindings, calls, classes, complete)


def _of_binding(ctx: Context, binding: Binding, classes: set[cst.ClassDef]) -> list[cst.BaseExpression] | None:
    """The expressions a binding takes its value from; None when that is out of sight."""
    if binding.annotation is not None and (cls := ctx.class_def(binding.annotation)) is not None:
        classes.add(cls)
    if binding.kind in ("assign", "with") and binding.value is not None:
        return [binding.value]
    if binding.kind == "annotation":
        return []
    if isinstance(binding.node, cst.FunctionDef):
        return returned(ctx, binding.node)
    return None


def returned(ctx: Context, function: cst.FunctionDef) -> list[cst.BaseExpression]:
    """The expressions that a function returns."""
    return [r.value for r in ctx.walk(function.body, cst.Return) if r.value is not None]


def callable_names(ctx: Context, expression: cst.BaseExpression) -> tuple[str, ...]:
    """The dotted name of each callable that an expression may be; empty when one of them is unknown.

    `get`, `self.session.get`, `requests.get if x else requests.post`, `getattr(requests, verb)` (named
    `requests.get`: which verb cannot be told), `{"get": requests.get}[verb]`, and a name that is imported from one
    place or, failing that, another.
    """
    return ctx.memo(("callables", expression), lambda: _callable_names(ctx, expression, frozenset()))


def _callable_names(ctx: Context, expression: cst.BaseExpression, seen: frozenset[cst.CSTNode]) -> tuple[str, ...]:
    if expression in seen:
        return ()
    seen |= {expression}
    match expression:
        case cst.Name() | cst.Attribute():
            if (name := method_name(ctx, expression)) is not None:
                return (name,)
            return _imported_either(ctx, expression) or _all_names(ctx, ctx.bindings(expression) or (), seen)
        case cst.IfExp(body=left, orelse=right):
            return _all_names(ctx, (left, right), seen)
        case cst.Call(func=cst.Name(value="getattr"), args=[cst.Arg(value=owner), cst.Arg(value=which), *_]):
            chosen = ctx.literal(which)
            verb = chosen if isinstance(chosen, str) else "get"
            known = ctx.instance_of(owner) or ctx.qualname(owner)
            return (f"{known}.{verb}",) if known else ()
        case cst.Subscript(value=cst.Dict() as table):
            return _all_names(ctx, _values(table), seen)
        case cst.Subscript(value=cst.Name() as named):
            bound = ctx.value_of(named)
            return _all_names(ctx, _values(bound), seen) if isinstance(bound, cst.Dict) else ()
    return ()


def _all_names(
    ctx: Context, expressions: tuple[cst.BaseExpression, ...], seen: frozenset[cst.CSTNode]
) -> tuple[str, ...]:
    names: list[str] = []
    for expression in expressions:
        below = _callable_names(ctx, expression, seen)
        if not below:
            return ()
        names += below
    return tuple(dict.fromkeys(names))


def _imported_either(ctx: Context, expression: cst.Name | cst.Attribute) -> tuple[str, ...]:
    """What a name may be that is imported from one place or, failing that, another."""
    if isinstance(expression, cst.Attribute):
        if not isinstance(expression.value, cst.Name | cst.Attribute):
            return ()
        owners = _imported_either(ctx, expression.value)
        return tuple(f"{owner}.{expression.attr.value}" for owner in owners)
    found = ctx.names.bindings(expression)
    if any(binding.kind != "import" for binding in found):
        return ()
    return tuple(dict.fromkeys(binding.target for binding in found if binding.target))


def _values(table: cst.Dict) -> tuple[cst.BaseExpression, ...]:
    return tuple(element.value for element in table.elements)


def method_name(ctx: Context, expression: cst.Name | cst.Attribute) -> str | None:
    """As `ctx.qualname`; also for `self.get` and `super().get` in a class of the file, named through its base class.

    None for a method that a class of the file defines itself.
    """
    if not isinstance(expression, cst.Attribute):
        return ctx.qualname(expression)
    value, attr = expression.value, expression.attr.value
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "super":
        cls = ctx.enclosing(expression, cst.ClassDef)
        ancestors = ctx.names.ancestry(cls)[1:] if cls is not None else []
    else:
        cls = ctx.names.self_class(value) or ctx.class_of(value)
        ancestors = ctx.names.ancestry(cls) if cls is not None else []
    if cls is None:
        return ctx.qualname(expression)
    if any(attr in ctx.names.body_scope(ancestor).bindings for ancestor in ancestors):
        return None
    if (name := ctx.qualname(expression)) is not None:
        return name
    base = ctx.base_of(cls)
    return f"{base}.{attr}" if base and not ctx.definitions(expression) else None


def receiver(ctx: Context, expression: cst.BaseExpression) -> cst.BaseExpression | None:
    """The object whose method an expression is: `session` of `session.get`, of a name bound once to it, and of
    `getattr(session, verb)`."""
    seen: set[cst.CSTNode] = set()
    current: cst.BaseExpression | None = expression
    while current is not None and current not in seen:
        seen.add(current)
        match current:
            case cst.Attribute(value=value) if not ctx.definitions(current):
                return value
            case cst.Call(func=cst.Name(value="getattr"), args=[cst.Arg(value=owner), *_]):
                return owner
            case cst.Name() | cst.Attribute():
                current = ctx.value_of(current)
            case _:
                return None
    return None

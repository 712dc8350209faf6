"""Which class is an expression an instance of? What `Context` answers, and keeps, by these names.

Told by constructors, annotations, `with ... as`, properties and functions in the file; unknown is None, never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from relint import elsewhere
from relint.libraries.returns import GENERIC, SUBCLASSES, instance_of_call
from relint.libraries.shared import is_shared
from relint.names import Binding, is_none, last_name

if TYPE_CHECKING:
    from relint.context import Context

_TRANSPARENT = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Awaitable", "Mapped"})
_HANDS_ON = frozenset({"contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext"})
"""Context managers that give what they are given."""
_PROPERTIES = frozenset({"property", "cached_property"})


def instance_of(ctx: Context, expression: cst.CSTNode) -> str | None:
    """What `Context.instance_of` says, worked out."""
    match expression:
        case cst.Call(func=func, args=[arg]) if ctx.names.dotted(func) in _HANDS_ON:
            return ctx.instance_of(arg.value)
        case cst.Call(func=func):
            return _instance_of_call(ctx, func)
        case cst.Await(expression=inner) | cst.NamedExpr(value=inner):
            return ctx.instance_of(inner)
        case cst.IfExp(body=left, orelse=right):
            return _agreed(ctx, [left, right])
        case cst.BooleanOperation(left=left, right=right, operator=cst.Or()):
            # `session or Session()`: what is not given is of the kind that is made instead.
            known = [c for c in (ctx.instance_of(left), ctx.instance_of(right)) if c is not None]
            return known[0] if len(set(known)) == 1 else None
        case cst.Name() | cst.Attribute():
            found = ctx.definitions(expression)
            return _instance_of_bindings(ctx, found) if found else None
    return None


def _instance_of_call(ctx: Context, func: cst.BaseExpression) -> str | None:
    if (cls := ctx.class_def(func)) is not None:
        return ctx.base_of(cls)
    if (dotted := ctx.qualname(func)) is not None:
        return instance_of_call(dotted)
    if (maker := ctx.instance_of(func)) is not None:
        return instance_of_call(f"{maker}.__call__")
    function = ctx.function_def(func)
    if function is not None and function.returns is not None:
        return annotated(ctx, function.returns.annotation)
    return None if function is None else _returned(ctx, function)


def _agreed(ctx: Context, expressions: list[cst.BaseExpression]) -> str | None:
    classes = {ctx.instance_of(e) for e in expressions if ctx.literal(e) not in (None, False)}
    return classes.pop() if len(classes) == 1 else None


def _instance_of_bindings(ctx: Context, found: list[Binding]) -> str | None:
    classes: set[str | None] = set()
    for binding in found:
        if binding.annotation is not None and (named := annotated(ctx, binding.annotation)) is not None:
            classes.add(elsewhere.made_from(ctx, named) or named)
        elif binding.kind in ("assign", "with") and binding.value is not None:
            if not is_none(binding.value):
                classes.add(ctx.instance_of(binding.value))
        elif binding.kind == "parameter" and is_none(binding.value):
            continue  # `def f(session=None): if session is None: session = Session()`
        elif isinstance(binding.node, cst.FunctionDef) and _is_property(binding.node):
            classes.add(_held_by_property(ctx, binding.node))
        else:
            return None
    return classes.pop() if len(classes) == 1 else None


def _held_by_property(ctx: Context, function: cst.FunctionDef) -> str | None:
    if function.returns is not None and (known := annotated(ctx, function.returns.annotation)) is not None:
        return known
    return _returned(ctx, function)


def _returned(ctx: Context, function: cst.FunctionDef) -> str | None:
    return _agreed(ctx, [r.value for r in ctx.walk(function.body, cst.Return) if r.value is not None])


def annotated(ctx: Context, annotation: cst.BaseExpression) -> str | None:
    """The dotted class that an annotation names: `X`, `"X"`, `X | None`, `Optional[X]`, `Annotated[X, ...]`, `X[T]`."""
    match annotation:
        case cst.SimpleString():
            return _annotated_in_string(ctx, annotation)
        case cst.BinaryOperation(operator=cst.BitOr(), left=left, right=right):
            known = [annotated(ctx, side) for side in (left, right) if not is_none(side)]
            return known[0] if len(known) == 1 else None
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=inner)), *_]):
            outer = ctx.names.dotted(value) or ""
            if outer in GENERIC:
                return outer
            return annotated(ctx, inner) if outer.rpartition(".")[2] in _TRANSPARENT else None
        case cst.Name() | cst.Attribute():
            if (cls := ctx.class_def(annotation)) is not None:
                return ctx.base_of(cls)
            dotted = ctx.names.dotted(annotation)
            if dotted is None or dotted.rpartition(".")[2] in _TRANSPARENT:
                return None  # a bare `Final` says nothing
            return SUBCLASSES.get(dotted, dotted)
    return None


def _annotated_in_string(ctx: Context, annotation: cst.SimpleString) -> str | None:
    value = annotation.evaluated_value
    if not isinstance(value, str):
        return None
    parts = [part.strip() for part in value.split("|") if part.strip() != "None"]
    name, bracket, _ = parts[0].partition("[") if len(parts) == 1 else ("", "", "")
    first, *rest = name.split(".")
    found = ctx.names.find_text(first, ctx.names.scope_of(annotation))
    if found is None or len(found[1]) != 1:
        return None
    if found[1][0].kind == "import":
        dotted = ".".join([found[1][0].target or "", *rest])
        return SUBCLASSES.get(dotted, dotted) if not bracket or dotted in GENERIC else None
    if isinstance(found[1][0].node, cst.ClassDef) and not rest and not bracket:
        return ctx.base_of(found[1][0].node)
    return None


def class_of(ctx: Context, expression: cst.CSTNode) -> cst.ClassDef | None:
    """What `Context.class_of` says, worked out."""
    match expression:
        case cst.Call(func=func):
            return ctx.class_def(func)
        case cst.Name() | cst.Attribute():
            classes = set()
            for binding in ctx.definitions(expression) or ():
                if binding.annotation is not None:
                    classes.add(ctx.class_def(binding.annotation))
                elif binding.value is not None and binding.kind in ("assign", "with"):
                    if not is_none(binding.value):
                        classes.add(ctx.class_of(binding.value))
                else:
                    return None
            return classes.pop() if len(classes) == 1 else None
    return None


def base_of(ctx: Context, cls: cst.ClassDef) -> str | None:
    """What `Context.base_of` says: of several base classes, rather one of those that modules share."""
    first = None
    for ancestor in ctx.names.ancestry(cls):
        for base in ancestor.bases:
            dotted = ctx.names.dotted(base.value) if base.star == "" else None
            if dotted is None:
                continue
            if is_shared(dotted):
                return SUBCLASSES.get(dotted, dotted)
            if (inherited := elsewhere.made_from(ctx, dotted)) is not None:
                return inherited
            first = first or SUBCLASSES.get(dotted, dotted)
    return first


def _is_property(function: cst.FunctionDef) -> bool:
    """Told by the last name of a decorator (`functools.cached_property` too)."""
    return any(last_name(decorator.decorator) in _PROPERTIES for decorator in function.decorators)

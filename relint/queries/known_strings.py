"""Is a value certainly a string? What is not known may be a number, a date or None."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import Binding

_TO_STRING = frozenset("ascii chr format input repr str".split())
_METHODS = frozenset(
    "capitalize casefold decode format hexdigest isoformat join ljust lower lstrip removeprefix removesuffix rjust "
    "rstrip strftime strip swapcase title upper zfill".split()
)
"""Methods whose result is a string (that of `bytes` has no business in text)."""
_MANY = frozenset("Collection FrozenSet Iterable Iterator List Sequence Set Tuple frozenset list set tuple".split())


def is_string(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether an expression is a string whatever comes in: made as one here, or annotated as `str`."""
    return bool(ctx.settled("string", value, lambda: _is_string(ctx, value)))


def _is_string(ctx: Context, value: cst.BaseExpression) -> bool:
    match value:
        case cst.SimpleString():
            return isinstance(value.evaluated_value, str)
        case cst.FormattedString():
            return True
        case cst.ConcatenatedString(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            return is_string(ctx, left) and is_string(ctx, right)
        case cst.BooleanOperation(left=left, right=right):
            return is_string(ctx, left) and is_string(ctx, right)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            return is_string(ctx, left) or is_string(ctx, right)
        case cst.BinaryOperation(left=left, operator=cst.Modulo()):
            return is_string(ctx, left)
        case cst.NamedExpr(value=inner):
            return is_string(ctx, inner)
        case cst.Call(func=cst.Name(value=name)) if name in _TO_STRING:
            return ctx.callee(value) == f"builtins.{name}"
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method))):
            return method in _METHODS
        case cst.Name() | cst.Attribute():
            found = ctx.definitions(value)
            return bool(found) and all(_binds_string(ctx, b) for b in found or ())
    return False


def _binds_string(ctx: Context, binding: Binding) -> bool:
    match binding:
        case Binding(
            kind="for", value=cst.Name() as items, node=cst.For(target=cst.Name()) | cst.CompFor(target=cst.Name())
        ):
            found = ctx.definitions(items)
            return bool(found) and all(b.annotation is not None and _is_many(b.annotation) for b in found or ())
        case Binding(kind="parameter", value=default, annotation=annotation):
            return annotation is not None and _is_str(annotation) and (default is None or is_string(ctx, default))
        case Binding(annotation=annotation) if annotation is not None:
            return _is_str(annotation)
        case Binding(kind="assign", value=value) if value is not None:
            return is_string(ctx, value)
        case Binding(kind="augment", node=cst.AugAssign(operator=cst.AddAssign()), value=value) if value is not None:
            return is_string(ctx, value)
    return False


def _is_str(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name(value="str"):
            return True
        case cst.SimpleString():
            return annotation.evaluated_value == "str"
        case cst.Subscript(
            value=cst.Name(value="Annotated"), slice=[cst.SubscriptElement(slice=cst.Index(value=inner)), *_]
        ):
            return _is_str(inner)
    return False


def _is_many(annotation: cst.BaseExpression) -> bool:
    """`list[str]`, `Iterable[str]`, `tuple[str, ...]`."""
    match annotation:
        case cst.Subscript(
            value=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)),
            slice=[cst.SubscriptElement(slice=cst.Index(value=inner)), *rest],
        ) if name in _MANY:
            only = not rest or (isinstance(rest[0].slice, cst.Index) and isinstance(rest[0].slice.value, cst.Ellipsis))
            return only and _is_str(inner)
    return False

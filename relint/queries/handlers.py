"""What an `except` clause catches."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.database_errors import ANY_ERROR, is_database_error

Handler = cst.ExceptHandler | cst.ExceptStarHandler


def caught(ctx: Context, handler: Handler) -> list[str | None]:
    """The dotted classes a handler names, None for those that are unknown; a bare `except` is BaseException."""
    return ["builtins.BaseException"] if handler.type is None else _named(ctx, handler.type)


def catches_any_error(ctx: Context, handler: Handler) -> bool:
    """Whether a handler is bare or names `Exception` or `BaseException`."""
    return not ANY_ERROR.isdisjoint(caught(ctx, handler))


def catches_database_error(ctx: Context, handler: Handler) -> bool:
    """Whether a handler names a database error of Django, SQLAlchemy or a driver."""
    return any(name is not None and is_database_error(name) for name in caught(ctx, handler))


def _named(ctx: Context, expression: cst.BaseExpression) -> list[str | None]:
    match expression:
        case cst.Tuple(elements=elements):
            return [name for element in elements for name in _named(ctx, element.value)]
        case cst.Name() | cst.Attribute() if isinstance(value := ctx.value_of(expression), cst.Tuple):
            return _named(ctx, value)
    return [ctx.qualname(expression)]

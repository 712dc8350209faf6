"""What an `except` clause catches."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.database_errors import ANY_ERROR, is_database_error
from relint.names import last_name

Handler = cst.ExceptHandler | cst.ExceptStarHandler


def caught(ctx: Context, handler: Handler) -> list[str | None]:
    """The dotted classes a handler names, None for those that are unknown; a bare `except` is BaseException."""
    return (
        ["builtins.BaseException"] if handler.type is None else list(map(ctx.qualname, classes_in(ctx, handler.type)))
    )


def caught_words(ctx: Context, handler: Handler) -> frozenset[str]:
    """The last words of what a handler names, known or not; empty for a bare `except`."""
    if handler.type is None:
        return frozenset()
    return frozenset(last_name(each) for each in classes_in(ctx, handler.type))


def catches_any_error(ctx: Context, handler: Handler) -> bool:
    """Whether a handler is bare or names `Exception` or `BaseException`."""
    return not ANY_ERROR.isdisjoint(caught(ctx, handler))


def catches_database_error(ctx: Context, handler: Handler) -> bool:
    """Whether a handler names a database error of Django, SQLAlchemy or a driver."""
    return any(name is not None and is_database_error(name) for name in caught(ctx, handler))


def classes_in(ctx: Context, expression: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The expressions that a tuple of classes is made of, also one that a name was given."""
    match expression:
        case cst.Tuple(elements=elements):
            return [each for element in elements for each in classes_in(ctx, element.value)]
        case cst.Name() | cst.Attribute() if isinstance(value := ctx.value_of(expression), cst.Tuple):
            return classes_in(ctx, value)
    return [expression]

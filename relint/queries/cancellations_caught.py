"""Which cancellations an `except` clause catches."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.queries.handlers import Handler, caught

CANCELLED: frozenset[str] = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "trio.Cancelled",
        "anyio.get_cancelled_exc_class",
    }
)
"""How a cancellation is named. `concurrent.futures.CancelledError` is another class."""
_EVERYTHING = "builtins.BaseException"


def catches(ctx: Context, handler: Handler) -> bool:
    """Whether a handler catches cancellations."""
    return bool(cancellations(ctx, handler) & {*CANCELLED, _EVERYTHING})


def catches_nothing_else(ctx: Context, handler: Handler) -> bool:
    """Whether a handler catches cancellations and nothing else."""
    return cancellations(ctx, handler) <= CANCELLED


def cancellations(ctx: Context, handler: Handler) -> set[str | None]:
    """All that a handler catches, by its dotted names; None among them for what is unknown."""
    found = set(caught(ctx, handler))
    if isinstance(handler.type, cst.Call):
        found.add(ctx.callee(handler.type))
        found.discard(None)
    return found

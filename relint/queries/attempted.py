"""What a retry does again, and after which errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.passes import attempts_in
from relint.queries.retries import Retry


@dataclass(frozen=True, eq=False)
class Attempted:
    """The calls of an attempt, and the errors after which they are made again; None stands for any error."""

    calls: tuple[cst.Call, ...]
    errors: tuple[cst.BaseExpression | None, ...]


def attempted(ctx: Context, retry: Retry) -> Iterator[Attempted]:
    """What a hand-written loop tries, or a decorated function does; of other retries that is not in sight."""
    match retry.node:
        case cst.For() | cst.While():
            for attempt in attempts_in(retry.node):
                handlers = [h for h in attempt.handlers if any(h is failure.node for failure in retry.failures)]
                if handlers:
                    yield Attempted(tuple(ctx.walk(attempt.body, cst.Call)), tuple(h.type for h in handlers))
        case cst.Call() | cst.Name() | cst.Attribute():
            decorator = ctx.parent(retry.node)
            function = ctx.parent(decorator) if isinstance(decorator, cst.Decorator) else None
            if isinstance(function, cst.FunctionDef):
                yield Attempted(tuple(ctx.walk(function.body, cst.Call)), (_errors(ctx, retry.node),))


def error_words(ctx: Context, errors: cst.CSTNode | None) -> frozenset[str]:
    """The last words of the error classes that an expression names: `retry_if_exception_type(ConnectionError)`."""
    if errors is None:
        return frozenset()
    words = {last_name(node) for node in ctx.walk(errors, cst.Name, cst.Attribute)}
    return frozenset(word for word in words if word[:1].isupper() or word == "gaierror")


def _errors(ctx: Context, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The errors that a library is told to retry."""
    if not isinstance(node, cst.Call):
        return None
    if (ctx.callee(node) or "").startswith("backoff."):
        given = ctx.argument(node, "exception", 1)
    else:
        given = ctx.keyword(node, "retry") or ctx.keyword(node, "on") or ctx.keyword(node, "exceptions")
    return given.value if given is not None else None

"""Retries by recursion: `except E: time.sleep(1); return self.fetch(url)`."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import last_name
from relint.queries.failing_answers import is_failing
from relint.queries.handlers import caught_words
from relint.queries.pauses import pauses_in
from relint.queries.retries import Failure, Retry
from relint.queries.retry_words import NOT_YET


def recursion(ctx: Context, function: cst.FunctionDef) -> Retry | None:
    """The retry of a function that sleeps and calls itself after a failure."""
    failures: dict[cst.CSTNode, Failure] = {}
    for call in ctx.walk(function.body, cst.Call):
        if last_name(call.func) != function.name.value or not _is_itself(ctx, call, function):
            continue
        cause = _cause(ctx, call)
        pauses = pauses_in(ctx, cause.body) if cause is not None else []
        if cause is None or not pauses or any(p.delay not in (Delay.FIXED, Delay.GROWING) for p in pauses):
            continue
        failures[cause] = Failure(cause, pauses[0].delay, tuple(pauses))
    return Retry("recursion", function, tuple(failures.values())) if failures else None


def _is_itself(ctx: Context, call: cst.Call, function: cst.FunctionDef) -> bool:
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    return ctx.function_def(call.func) is function or (isinstance(owner, cst.Name) and owner.value in ("self", "cls"))


def _cause(ctx: Context, call: cst.Call) -> cst.ExceptHandler | cst.If | None:
    """The handler, or the test of a failing answer, in which a function calls itself."""
    for ancestor in ctx.ancestors(call):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.For() | cst.While():
                return None
            case cst.ExceptHandler():
                return None if (names := caught_words(ctx, ancestor)) and names <= NOT_YET else ancestor
            case cst.If(test=test) if is_failing(ctx, test):
                return ancestor
    return None

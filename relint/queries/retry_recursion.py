"""Retries by recursion: `except E: time.sleep(1); return self.fetch(url)`, or `call_later(1, self.fetch)`."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.sleeps import SCHEDULERS
from relint.names import last_name
from relint.queries.delays import delay_of
from relint.queries.failing_answers import is_failing
from relint.queries.handlers import caught_words
from relint.queries.pauses import Pause, pauses_in
from relint.queries.retries import Failure, Retry
from relint.queries.retry_words import NOT_YET


def recursion(ctx: Context, function: cst.FunctionDef) -> Retry | None:
    """The retry of a function that sleeps and calls itself after a failure, or has itself called later."""
    failures: dict[cst.CSTNode, Failure] = {}
    for call in ctx.walk(function.body, cst.Call):
        if (pause := _reschedules(ctx, call, function)) is not None:
            cause = _cause(ctx, call)
            if cause is None or pause.delay not in (Delay.FIXED, Delay.GROWING):
                return None  # done after a success as well, it is a timer
            failures[cause] = Failure(cause, pause.delay, (pause,))
            continue
        if not _names(ctx, call.func, function):
            continue
        cause = _cause(ctx, call)
        pauses = pauses_in(ctx, cause.body) if cause is not None else []
        if cause is None or not pauses or any(p.delay not in (Delay.FIXED, Delay.GROWING) for p in pauses):
            continue
        failures[cause] = Failure(cause, pauses[0].delay, tuple(pauses))
    return Retry("recursion", function, tuple(failures.values())) if failures else None


def _reschedules(ctx: Context, call: cst.Call, function: cst.FunctionDef) -> Pause | None:
    """`loop.call_later(5, self.connect)`, in `connect`: the pause before it is called again."""
    position = SCHEDULERS.get(last_name(call.func))
    if position is None or not any(_names(ctx, arg.value, function) for arg in call.args):
        return None
    delay = ctx.argument(call, "delay", position)
    return Pause(call, delay.value, delay_of(ctx, delay.value)) if delay is not None else None


def _names(ctx: Context, callback: cst.BaseExpression, function: cst.FunctionDef) -> bool:
    if last_name(callback) != function.name.value:
        return False
    owner = callback.value if isinstance(callback, cst.Attribute) else None
    return ctx.function_def(callback) is function or (isinstance(owner, cst.Name) and owner.value in ("self", "cls"))


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

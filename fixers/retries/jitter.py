"""How a wait is written so that chance has a part in it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.sleeps import EVENTS, SCHEDULERS, SLEEPS
from relint.model import Edit
from relint.names import last_name
from relint.queries.delays import is_told
from relint.queries.mentions import names_in
from relint.queries.pauses import Pause
from relint.queries.retries import Retry

FEW_ATTEMPTS = 10
"""With more attempts than this, or with who knows how many, a fixed delay is not made exponential: the whole would
take many times as long, or longer than whoever configured it wants."""


def jittered(ctx: Context, retry: Retry, pause: Pause) -> tuple[Edit, ...] | None:
    """The edits that make a hand-written pause random; None where its argument is not plainly a number of seconds."""
    duration = pause.duration
    if duration is None or not _takes_seconds(ctx, pause.call):
        return None
    imported = edits.ensure_import(ctx, "random.uniform", pause.call)
    if imported is None:
        return None
    uniform, changes = imported
    duration = _named_above(ctx, pause.call, duration) or duration
    if is_told(ctx, duration):  # never sooner than the other side has asked for
        return (*changes, ctx.edit(duration, f"{edits.parenthesized(ctx, duration)} * {uniform}(1, 1.5)"))
    bound = _full(ctx, retry, pause, duration)
    text = f"{uniform}(0, {bound})" if bound is not None else spread(ctx, duration, uniform)
    return (*changes, ctx.edit(duration, text))


def _named_above(ctx: Context, call: cst.Call, duration: cst.BaseExpression) -> cst.BaseExpression | None:
    """The value of `delay = 2**attempt` just above `sleep(delay)`, if it is told as well: what is told stays true."""
    value = ctx.value_of(duration)
    if not isinstance(duration, cst.Name) or value is None:
        return None
    statement, assigned = ctx.statement_of(call), ctx.statement_of(value)
    siblings = ctx.siblings(statement)
    if assigned not in siblings or siblings.index(assigned) > siblings.index(statement):
        return None
    between = siblings[siblings.index(assigned) + 1 : siblings.index(statement)]
    told = [part for part in between if duration.value in names_in(ctx, part)]
    return value if told and all(isinstance(part, cst.SimpleStatementLine) for part in told) else None


def spread(ctx: Context, duration: cst.BaseExpression, uniform: str) -> str:
    """The same delay, half to one and a half times as long."""
    around = f"{uniform}(0.5, 1.5)"
    if isinstance(duration, cst.Integer | cst.Float) and duration.evaluated_value == 1:
        return around
    product = isinstance(duration, cst.BinaryOperation) and isinstance(duration.operator, cst.Multiply)
    return f"{ctx.source(duration) if product else edits.parenthesized(ctx, duration)} * {around}"


def full_jitter(ctx: Context, counter: str | None, uniform: str) -> str:
    """A new delay: full jitter where the attempt number is known, else about a second."""
    if counter is None:
        return f"{uniform}(0.5, 1.5)"
    return f"{uniform}(0, min({ctx.settings.sanctioned.max_delay}, 2**{counter}))"


def _full(ctx: Context, retry: Retry, pause: Pause, duration: cst.BaseExpression) -> str | None:
    """The upper end of full jitter: what grows stays, what is fixed doubles with each attempt."""
    cap = ctx.settings.sanctioned.max_delay
    if retry.counter is None:
        return None
    if pause.delay is Delay.GROWING:
        text = ctx.source(duration)
        return text if _is_capped(ctx, duration, cap) else f"min({cap}, {text})"
    seconds = ctx.literal(duration)
    few = retry.attempts is not None and retry.attempts <= FEW_ATTEMPTS
    if not few or not isinstance(seconds, int | float) or seconds >= cap:
        return None
    base = "" if seconds == 1 else f"{edits.parenthesized(ctx, duration)} * "
    return f"min({cap}, {base}2**{retry.counter})"


def _is_capped(ctx: Context, duration: cst.BaseExpression, cap: float) -> bool:
    """Whether a delay has an upper end already, or one of its parts is so long that ours would cut it short."""
    parts = [duration]
    for name in ctx.walk(duration, cst.Name, cst.Attribute):
        parts += [b.value for b in ctx.definitions(name) or () if b.value is not None]
    if any(ctx.callee(call) == "builtins.min" for part in parts for call in ctx.walk(part, cst.Call)):
        return True
    numbers = [ctx.literal(node) for node in ctx.walk(duration, cst.Integer, cst.Float, cst.Name)]
    return any(isinstance(number, int | float) and number >= cap for number in numbers)


def _takes_seconds(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call) or ""
    if last_name(call.func) in SCHEDULERS or name in SLEEPS or name in ("asyncio.wait_for", "asyncio.tasks.wait_for"):
        return True
    return isinstance(call.func, cst.Attribute) and (
        call.func.attr.value == "wait" and ctx.instance_of(call.func.value) in EVENTS
    )

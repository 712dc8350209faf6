"""Celery tasks written as classes: what they retry is said by attributes, `autoretry_for = (OSError,)`."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.retries import CELERY_KEYWORDS
from relint.names import is_none, last_name
from relint.queries.delays import delay_of
from relint.queries.retries import Failure, Retry


def class_retries(ctx: Context) -> Iterator[Retry]:
    """The retries of the task classes of the file: one for a class that retries by itself, one for `self.retry()`."""
    for cls in ctx.tree.of(cst.ClassDef):
        if not _is_task(ctx, cls):
            continue
        manual = list(_manual(ctx, cls))
        yield from manual
        if (retry := _automatic(ctx, cls, by_hand=bool(manual))) is not None:
            yield retry


def _is_task(ctx: Context, cls: cst.ClassDef) -> bool:
    """Whether a class is a Celery task by its base, or by its base's name and what it says about retries."""
    if (ctx.base_of(cls) or "").startswith("celery."):
        return True
    named = any(last_name(base.value).endswith("Task") for base in cls.bases)
    return named and any(_attribute(ctx, cls, key) is not None for key in CELERY_KEYWORDS)


def _attribute(ctx: Context, cls: cst.ClassDef, name: str) -> cst.BaseExpression | None:
    found = ctx.names.attribute(cls, name)
    return found[0].value if len(found) == 1 and found[0].kind == "assign" else None


def _automatic(ctx: Context, cls: cst.ClassDef, *, by_hand: bool) -> Retry | None:
    own = ctx.names.body_scope(cls).bindings  # what a base class in the file says is told there
    errors = _attribute(ctx, cls, "autoretry_for")
    limit = _attribute(ctx, cls, "max_retries")
    if "max_retries" in own and is_none(limit) and (errors is not None or by_hand):
        return Retry("celery-class", cls, (), endless=True, delay_node=limit)
    if errors is None or "autoretry_for" not in own or is_none(limit):
        return None
    backoff, jitter = _attribute(ctx, cls, "retry_backoff"), _attribute(ctx, cls, "retry_jitter")
    if backoff is None or ctx.literal(backoff) in (False, 0):
        kind, node = _default_delay(ctx, cls), errors
    elif jitter is not None and ctx.literal(jitter) in (False, 0):
        kind, node = Delay.GROWING, jitter
    else:
        kind, node = Delay.RANDOM, errors
    return Retry("celery-class", cls, (Failure(cls, kind),), delay_node=node)


def _manual(ctx: Context, cls: cst.ClassDef) -> Iterator[Retry]:
    for method in ctx.walk(cls.body, cst.FunctionDef):
        for call in ctx.walk(method.body, cst.Call):
            match call.func:
                case cst.Attribute(value=owner, attr=cst.Name(value="retry")) if ctx.names.self_class(owner) is cls:
                    if (retry := _by_hand(ctx, cls, call)) is not None:
                        yield retry


def _by_hand(ctx: Context, cls: cst.ClassDef, call: cst.Call) -> Retry | None:
    if ctx.unpacks(call) or ctx.keyword(call, "eta") is not None or not _is_after_a_failure(ctx, call):
        return None
    countdown = ctx.keyword(call, "countdown")
    if countdown is None or is_none(countdown.value):
        return Retry("celery-class-call", call, (Failure(call, _default_delay(ctx, cls)),))
    kind = delay_of(ctx, countdown.value)
    if kind is Delay.FIXED and "retries" in ctx.source(countdown.value):
        kind = Delay.GROWING
    return Retry("celery-class-call", call, (Failure(call, kind),), delay_node=countdown)


def _is_after_a_failure(ctx: Context, call: cst.Call) -> bool:
    """In a handler, or with the error: else it is asked again until a state comes, a poll."""
    return ctx.enclosing(call, cst.ExceptHandler) is not None or ctx.keyword(call, "exc") is not None


def _default_delay(ctx: Context, cls: cst.ClassDef) -> Delay:
    seconds = _attribute(ctx, cls, "default_retry_delay")
    return delay_of(ctx, seconds) if seconds is not None else Delay.FIXED

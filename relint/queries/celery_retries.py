"""Celery's two kinds of retry: `autoretry_for` on the task, and `self.retry()` in its body."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.retries import CELERY_DECORATORS, CELERY_KEYWORDS
from relint.names import is_none, last_name
from relint.queries.celery_classes import class_retries
from relint.queries.delays import delay_of
from relint.queries.retries import Failure, Retry
from relint.queries.retry_words import is_not_yet


def celery_retries(ctx: Context) -> Iterator[Retry]:
    """The retries of Celery tasks: one for a task that retries by itself, one for each `self.retry(...)`."""
    for function in ctx.tree.seen(cst.FunctionDef):
        decorator = task_decorator(ctx, function)
        if decorator is None:
            continue
        manual = [
            (call, retry)
            for call in _manual(ctx, function)
            if (retry := _manual_retry(ctx, call, decorator)) is not None
        ]
        yield from (retry for _, retry in manual)
        unbounded = any(_takes_the_limit_of_the_task(ctx, call) for call, _ in manual)
        if isinstance(decorator, cst.Call) and (retry := _automatic(ctx, decorator, unbounded)) is not None:
            yield retry
    yield from class_retries(ctx)


def _takes_the_limit_of_the_task(ctx: Context, call: cst.Call) -> bool:
    """`self.retry()` without a `max_retries` of its own."""
    limit = ctx.keyword(call, "max_retries")
    return limit is None or is_none(limit.value)


def task_decorator(ctx: Context, function: cst.FunctionDef) -> cst.BaseExpression | None:
    """The decorator that makes a function a Celery task."""
    for name, decorator in ctx.decorators(function):
        called = decorator.func if isinstance(decorator, cst.Call) else decorator
        word = called.value if isinstance(called, cst.Name) else getattr(getattr(called, "attr", None), "value", "")
        if word not in CELERY_DECORATORS:
            continue
        if (name or "").startswith("celery."):
            return decorator
        keywords = {a.keyword.value for a in decorator.args if a.keyword} if isinstance(decorator, cst.Call) else set()
        if keywords & CELERY_KEYWORDS:
            return decorator
    return None


def _automatic(ctx: Context, decorator: cst.Call, has_unbounded: bool) -> Retry | None:
    from relint.queries.retry_calls import any_error

    if ctx.unpacks(decorator):
        return None
    errors = ctx.keyword(decorator, "autoretry_for")
    automatic = errors is not None and not (isinstance(errors.value, cst.Tuple) and not errors.value.elements)
    if automatic and errors is not None and _all_say_not_yet(errors.value):
        return None
    limit = ctx.keyword(decorator, "max_retries")
    endless = limit is not None and is_none(limit.value)
    if not automatic:
        return Retry("celery", decorator, (), endless=True, delay_node=limit) if endless and has_unbounded else None
    assert errors is not None
    if endless or is_none(_retry_argument(ctx, decorator, "max_retries")):
        return Retry("celery", decorator, (), endless=True, delay_node=limit)
    backoff, jitter = ctx.keyword(decorator, "retry_backoff"), ctx.keyword(decorator, "retry_jitter")
    backs_off = ctx.literal(backoff.value) if backoff is not None else False
    if backs_off in (False, 0):
        kind, node = _countdown_of(ctx, decorator), errors
    elif jitter is not None and ctx.literal(jitter.value) in (False, 0):
        kind, node = Delay.GROWING, jitter
    else:
        kind, node = Delay.RANDOM, errors
    failure = Failure(decorator, kind, (), any_error(ctx, errors.value))
    return Retry("celery", decorator, (failure,), delay_node=node)


def _all_say_not_yet(errors: cst.BaseExpression) -> bool:
    """`autoretry_for=(JobRunning,)`: the task polls."""
    classes = [e.value for e in errors.elements] if isinstance(errors, cst.Tuple | cst.List) else [errors]
    return bool(classes) and all(is_not_yet(last_name(each)) for each in classes)


def automatic_delay(ctx: Context, decorator: cst.Call) -> cst.BaseExpression | None:
    """The seconds that `autoretry_for` waits without `retry_backoff`; None: Celery's own, `CELERY_DEFAULT_DELAY`."""
    return _retry_argument(ctx, decorator, "countdown") or default_delay(ctx, decorator)


def _countdown_of(ctx: Context, decorator: cst.Call) -> Delay:
    """The delay without `retry_backoff`: `countdown` of `retry_kwargs`, or `default_retry_delay`."""
    given = ctx.keyword(decorator, "retry_kwargs")
    if given is not None and not isinstance(given.value, cst.Dict):
        return Delay.UNKNOWN
    countdown = _retry_argument(ctx, decorator, "countdown")
    return delay_of(ctx, countdown) if countdown is not None else _default_delay(ctx, decorator)


def _retry_argument(ctx: Context, decorator: cst.Call, key: str) -> cst.BaseExpression | None:
    """A value in the dict display `retry_kwargs={...}`."""
    given = ctx.keyword(decorator, "retry_kwargs")
    if given is None or not isinstance(given.value, cst.Dict):
        return None
    elements = [e for e in given.value.elements if isinstance(e, cst.DictElement)]
    return next((e.value for e in elements if ctx.literal(e.key) == key), None)


def _default_delay(ctx: Context, decorator: cst.BaseExpression) -> Delay:
    seconds = default_delay(ctx, decorator)
    return delay_of(ctx, seconds) if seconds is not None else Delay.FIXED


def default_delay(ctx: Context, decorator: cst.BaseExpression) -> cst.BaseExpression | None:
    """The `default_retry_delay=` of a task's decorator; None: it has Celery's own, `CELERY_DEFAULT_DELAY`."""
    given = ctx.keyword(decorator, "default_retry_delay") if isinstance(decorator, cst.Call) else None
    return given.value if given is not None else None


def _manual(ctx: Context, function: cst.FunctionDef) -> Iterator[cst.Call]:
    """`self.retry(...)` of a bound task, or `name_of_the_task.retry(...)`."""
    first = function.params.params[0].name.value if function.params.params else None
    for call in ctx.walk(function.body, cst.Call):
        match call.func:
            case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="retry")):
                if owner in (first, function.name.value):
                    yield call


def _manual_retry(ctx: Context, call: cst.Call, decorator: cst.BaseExpression) -> Retry | None:
    if ctx.unpacks(call) or ctx.keyword(call, "eta") is not None:
        return None
    if ctx.enclosing(call, cst.ExceptHandler) is None:
        return None  # asked again until a state comes: a poll
    countdown = ctx.keyword(call, "countdown")
    if countdown is None or is_none(countdown.value):
        kind, node = _default_delay(ctx, decorator), None
    else:
        kind, node = delay_of(ctx, countdown.value), countdown
        if kind is Delay.FIXED and "retries" in ctx.source(countdown.value):
            kind = Delay.GROWING
    return Retry("celery-call", call, (Failure(call, kind),), delay_node=node)

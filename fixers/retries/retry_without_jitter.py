"""Gives the delay a random part, in the way of whatever makes the retry."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.retries.jitter import jittered, spread
from relint.fixers.retries.sanctions import agreed_retry
from relint.fixers.retries.tenacity import jittered_wait
from relint.libraries.retries import BY_KEYWORDS, CELERY_DEFAULT_DELAY
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.celery_retries import automatic_delay, default_delay, task_decorator
from relint.queries.retries import Retry
from relint.queries.versions import minimum_version
from relint.rules.retries.retry_without_jitter import rule

_LONGEST = 600
"""Celery's `retry_backoff_max`: a longer delay would become shorter."""


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    retry: Retry = finding.data
    if (agreed := agreed_retry(ctx, retry)) is not None:
        return agreed
    changes = _changes(finding, retry, ctx)
    if changes is None:
        return None
    return Fix("Add jitter to the delay", changes, Safety.UNSAFE if retry.kind == "urllib3" else None)


def _changes(finding: Finding, retry: Retry, ctx: Context) -> tuple[Edit, ...] | None:
    call = retry.node
    match retry.kind:
        case "loop" | "recursion":
            pauses = (pause for failure in retry.failures for pause in failure.pauses)
            pause = next((pause for pause in pauses if pause.call is finding.node), None)
            return jittered(ctx, retry, pause) if pause is not None else None
        case "tenacity":
            assert isinstance(retry.delay_node, cst.BaseExpression)
            return jittered_wait(ctx, retry.delay_node)
        case "backoff":
            return _backoff(ctx, call)
        case "urllib3":
            return _urllib3(ctx, call)
        case "celery":
            return _celery(ctx, call)
        case "celery-call":
            return _celery_call(ctx, call)
        case "keywords":
            return _keywords(ctx, call)
    return None


def _backoff(ctx: Context, call: cst.CSTNode) -> tuple[Edit, ...] | None:
    imported = edits.ensure_import(ctx, "backoff.full_jitter", call)
    if imported is None or not isinstance(call, cst.Call):
        return None
    name, changes = imported
    return (*changes, *edits.set_keyword(ctx, call, "jitter", name))


def _urllib3(ctx: Context, call: cst.CSTNode) -> tuple[Edit, ...] | None:
    assert isinstance(call, cst.Call)
    factor = ctx.keyword(call, "backoff_factor")
    if factor is None or (minimum_version(ctx, "urllib3") or (1,)) < (2,):
        return None
    return edits.set_keyword(ctx, call, "backoff_jitter", ctx.source(factor.value))


def _celery(ctx: Context, decorator: cst.CSTNode) -> tuple[Edit, ...] | None:
    assert isinstance(decorator, cst.Call)
    if ctx.keyword(decorator, "retry_backoff") is not None and ctx.keyword(decorator, "retry_jitter") is not None:
        return edits.set_keyword(ctx, decorator, "retry_jitter", "True")
    given = automatic_delay(ctx, decorator)
    seconds = CELERY_DEFAULT_DELAY if given is None else ctx.literal(given)
    if not isinstance(seconds, int) or not 1 <= seconds <= _LONGEST:
        return None
    if ctx.keyword(decorator, "retry_jitter") is not None:
        return None
    return edits.set_keyword(ctx, decorator, "retry_backoff", str(seconds) if given is None else ctx.source(given))


def _celery_call(ctx: Context, call: cst.CSTNode) -> tuple[Edit, ...] | None:
    assert isinstance(call, cst.Call)
    imported = edits.ensure_import(ctx, "random.uniform", call)
    if imported is None:
        return None
    uniform, changes = imported
    countdown = ctx.keyword(call, "countdown")
    if countdown is not None and ctx.literal(countdown.value) is not None:
        return (*changes, ctx.edit(countdown.value, spread(ctx, countdown.value, uniform)))
    task = ctx.function_of(call)
    decorator = task_decorator(ctx, task) if isinstance(task, cst.FunctionDef) else None
    seconds = default_delay(ctx, decorator) if decorator is not None else None
    if seconds is not None and any(True for _ in ctx.walk(seconds, cst.Call)):
        return None
    delay = f"{CELERY_DEFAULT_DELAY} * {uniform}(0.5, 1.5)" if seconds is None else spread(ctx, seconds, uniform)
    return (*changes, *edits.set_keyword(ctx, call, "countdown", delay))


def _keywords(ctx: Context, call: cst.CSTNode) -> tuple[Edit, ...] | None:
    if not isinstance(call, cst.Call):
        return None
    library = BY_KEYWORDS[ctx.callee(call) or ""]
    if library.jitter_fix is None:
        return None
    source, keyword, template = library.jitter_fix
    given = ctx.keyword(call, source) if source else None
    if source and (given is None or not isinstance(ctx.literal(given.value), int | float)):
        return None
    value = template.format(ctx.source(given.value) if given is not None else "")
    return edits.set_keyword(ctx, call, keyword, value)

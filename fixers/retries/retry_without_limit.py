"""Bounds the attempts: a counted loop whose last failure is raised, or the library's own limit."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.retries.sanctions import agreed_retry
from relint.fixers.retries.tenacity import with_argument
from relint.libraries.retries import BY_KEYWORDS
from relint.model import Edit, Finding, Fix
from relint.queries.retries import Retry
from relint.rules.retries.retry_without_limit import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    retry: Retry = finding.data
    if (agreed := agreed_retry(ctx, retry)) is not None:
        return agreed
    attempts = ctx.settings.sanctioned.attempts
    changes = _changes(ctx, retry, attempts)
    return Fix(f"Give up after {attempts} attempts", changes) if changes is not None else None


def _changes(ctx: Context, retry: Retry, attempts: int) -> tuple[Edit, ...] | None:
    node = retry.node
    match retry.kind:
        case "loop":
            return _loop(ctx, retry, attempts)
        case "tenacity":
            return with_argument(ctx, node, "stop", "stop_after_attempt", str(attempts))
        case "backoff":
            assert isinstance(node, cst.Call)
            return edits.set_keyword(ctx, node, "max_tries", str(attempts))
        case "celery":
            assert isinstance(node, cst.Call)
            return edits.set_keyword(ctx, node, "max_retries", str(attempts)) if retry.delay_node is not None else None
        case "keywords" if isinstance(node, cst.Call):
            limit = BY_KEYWORDS[ctx.callee(node) or ""].limits[0]
            return edits.set_keyword(ctx, node, limit, str(attempts))
    return None


def _loop(ctx: Context, retry: Retry, attempts: int) -> tuple[Edit, ...] | None:
    """`while True:` becomes `for attempt in range(5):`, and each handler that went round raises at the last one."""
    loop = retry.node
    handlers = [failure.node for failure in retry.failures]
    header = _counted(ctx, loop, attempts)
    if header is None or not all(isinstance(handler, cst.ExceptHandler) for handler in handlers):
        return None
    name, changes = header
    for handler in handlers:
        assert isinstance(handler, cst.ExceptHandler)
        raised = _raise_first(ctx, handler, f"if {name} == {attempts - 1}:")
        if raised is None:
            return None
        changes += raised
    return changes


def _counted(ctx: Context, loop: cst.CSTNode, attempts: int) -> tuple[str, tuple[Edit, ...]] | None:
    """The name that counts the attempts, and the edits that let the loop count them."""
    match loop:
        case cst.While(test=test, orelse=None) if ctx.literal(test) in (True, 1):
            name = edits.free_name(ctx, "attempt", loop)
            return name, (Edit(ctx.range(loop)[0], ctx.range(test)[1], f"for {name} in range({attempts})"),)
        case cst.For(target=cst.Name(value=name), iter=cst.Call(args=[]) as counted, orelse=None):
            return name, (ctx.edit(counted, f"range({attempts})"),)
    return None


def _raise_first(ctx: Context, handler: cst.ExceptHandler, test: str) -> tuple[Edit, ...] | None:
    if not isinstance(handler.body, cst.IndentedBlock) or not handler.body.body:
        return None
    step = ctx.tree.default_indent
    return edits.insert_before(ctx, handler.body.body[0], test, f"{step}raise")

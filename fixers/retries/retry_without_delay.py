"""Puts a random, growing pause between the attempts."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.retries.jitter import full_jitter
from relint.fixers.retries.sanctions import agreed_retry
from relint.fixers.retries.tenacity import with_argument
from relint.model import Edit, Finding, Fix
from relint.queries.endings import ends_of
from relint.queries.mentions import names_in
from relint.queries.retries import Failure, Retry
from relint.queries.versions import minimum_version
from relint.rules.retries.retry_without_delay import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    retry, failure = finding.data
    if (agreed := agreed_retry(ctx, retry)) is not None:
        return agreed
    changes = _changes(ctx, retry, failure)
    return Fix("Wait for a random, growing time before the next attempt", changes) if changes is not None else None


def _changes(ctx: Context, retry: Retry, failure: Failure) -> tuple[Edit, ...] | None:
    cap = ctx.settings.sanctioned.max_delay
    node = retry.node
    match retry.kind:
        case "loop":
            return _loop(ctx, retry, failure)
        case "tenacity":
            return with_argument(ctx, node, "wait", "wait_random_exponential", f"max={cap}")
        case "urllib3" if (minimum_version(ctx, "urllib3") or (1,)) >= (2,):
            assert isinstance(node, cst.Call)
            factor = edits.set_keyword(ctx, node, "backoff_factor", "1")
            return _joined(ctx, node, factor, "backoff_jitter=1")
        case "keywords" if isinstance(node, cst.Call) and ctx.callee(node) == "retrying.retry":
            if any(ctx.keyword(node, name) for name in ("wait_fixed", "wait_exponential_multiplier")):
                return None
            growth = f"wait_exponential_multiplier=1000, wait_exponential_max={int(cap * 1000)}"
            return edits.append_argument(ctx, node, f"{growth}, wait_jitter_max=1000")
    return None


def _joined(ctx: Context, call: cst.Call, first: tuple[Edit, ...], argument: str) -> tuple[Edit, ...] | None:
    """Two arguments at once: appended they would be two insertions at one place."""
    if ctx.keyword(call, argument.partition("=")[0]) is not None:
        return first
    if ctx.keyword(call, "backoff_factor") is not None:
        return (*first, *edits.append_argument(ctx, call, argument))
    return edits.append_argument(ctx, call, f"backoff_factor=1, {argument}")


def _loop(ctx: Context, retry: Retry, failure: Failure) -> tuple[Edit, ...] | None:
    """A sleep at the end of the handler; not after the last attempt, where the loop says which one that is."""
    handler = failure.node
    if not isinstance(handler, cst.ExceptHandler) or not isinstance(handler.body, cst.IndentedBlock):
        return None
    random = edits.ensure_import(ctx, "random.uniform", handler.body.body[0])
    is_async = ctx.in_async(handler)
    sleep = edits.ensure_import(ctx, "asyncio.sleep" if is_async else "time.sleep", handler.body.body[0])
    if random is None or sleep is None:
        return None
    line = f"{'await ' if is_async else ''}{sleep[0]}({full_jitter(ctx, retry.counter, random[0])})"
    guard = _not_the_last(ctx, retry, handler.body)
    lines = [line] if guard is None else [guard, f"{ctx.tree.default_indent}{line}"]
    placed = _at_the_end(ctx, handler.body, lines)
    return (*random[1], *sleep[1], *placed) if placed is not None else None


def _not_the_last(ctx: Context, retry: Retry, body: cst.IndentedBlock) -> str | None:
    """The test that another attempt follows; None where that is not known, or the handler has asked it."""
    loop, counter = retry.node, retry.counter
    if counter is None or not isinstance(loop, cst.For) or not isinstance(loop.iter, cst.Call):
        return None
    if len(loop.iter.args) != 1 or ctx.callee(loop.iter) != "builtins.range" or _gives_up(ctx, counter, body):
        return None
    limit = loop.iter.args[0].value
    if isinstance(limit, cst.Integer):
        return f"if {counter} < {limit.evaluated_value - 1}:"
    return f"if {counter} + 1 < {ctx.source(limit)}:" if isinstance(limit, cst.Name | cst.Attribute) else None


def _gives_up(ctx: Context, counter: str, body: cst.IndentedBlock) -> bool:
    """`if attempt == 4: raise`: what follows is reached before another attempt only."""
    tests = (statement for statement in body.body if isinstance(statement, cst.If))
    return any(counter in names_in(ctx, test.test) and ends_of(ctx, test.body) <= {"raise", "return"} for test in tests)


def _at_the_end(ctx: Context, block: cst.IndentedBlock, lines: list[str]) -> tuple[Edit, ...] | None:
    last = block.body[-1]
    match last:
        case cst.SimpleStatementLine(body=[cst.Pass() as nothing]):
            indent = edits.indent_of(ctx, last)
            return (ctx.edit(nothing, f"\n{indent}".join(lines)),)
        case cst.SimpleStatementLine(body=[cst.Continue()]):
            return edits.insert_before(ctx, last, *lines)
    return edits.insert_after(ctx, last, *lines)

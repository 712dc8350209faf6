"""Lets the cancellation through."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Edit, Finding, Fix, Safety, Severity
from relint.queries.cancellations_caught import catches_nothing_else
from relint.queries.task_ends import nothing_follows
from relint.rules.concurrency.swallowed_cancellation import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    handler = finding.node
    if not isinstance(handler, cst.ExceptHandler):
        return None
    if catches_nothing_else(ctx, handler):
        changes = _raised_at_the_end(ctx, handler)
    else:
        changes = _raised_before(ctx, handler)
    if changes is None:
        return None
    return Fix("Let the cancellation through", changes, Safety.DISPLAY if finding.severity is Severity.INFO else None)


def _raised_at_the_end(ctx: Context, handler: cst.ExceptHandler) -> tuple[Edit, ...] | None:
    last = handler.body.body[-1]
    if not isinstance(last, cst.SimpleStatementLine) or len(last.body) != 1:
        return edits.insert_after(ctx, last, "raise")
    match last.body[0]:
        case cst.Pass() | cst.Continue() | cst.Return(value=None | cst.Name(value="None")) as small:
            return edits.replace_node(ctx, small, "raise")
        case cst.Break() as small if nothing_follows(ctx, handler):
            return edits.replace_node(ctx, small, "raise")
        case cst.Break() | cst.Return():
            return None
    return edits.insert_after(ctx, last, "raise")


def _raised_before(ctx: Context, handler: cst.ExceptHandler) -> tuple[Edit, ...] | None:
    attempt = ctx.parent(handler)
    known = ctx.names.module.bindings
    cancelled = "trio.Cancelled" if "trio" in known and "asyncio" not in known else "asyncio.CancelledError"
    imported = edits.ensure_import(ctx, cancelled, handler)
    if attempt is None or imported is None:
        return None
    start = ctx.range(handler)[0]
    indent = edits.indent_of(ctx, attempt)
    step = ctx.tree.default_indent
    before = f"except {imported[0]}:\n{indent}{step}raise\n{indent}"
    return (Edit(start, start, before), *imported[1])

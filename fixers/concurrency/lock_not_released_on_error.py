"""Takes the lock with `with`."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.locks import Held, leaves_early
from relint.rules.concurrency.lock_not_released_on_error import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    held: Held = finding.data
    acquiring, releasing = ctx.statement_of(finding.node), ctx.statement_of(held.releases[0])
    if not held.between or not all(edits.is_alone(ctx, s) for s in (acquiring, *held.between, releasing)):
        return None
    header = f"{'async ' if held.asynchronous else ''}with {ctx.source(held.lock)}:"
    start, end = ctx.range(acquiring)
    body = edits.indent_lines(ctx, end, ctx.range(held.between[-1])[1])
    safe = held.certain and not leaves_early(ctx, held)
    changes = (Edit(start, end, header), *body, *_removed(ctx, releasing))
    return Fix(f"Use `{header.removesuffix(':')}`", changes, None if safe else Safety.UNSAFE)


def _removed(ctx: Context, release: cst.CSTNode) -> edits.Edits:
    """Without the statement; the comment behind it stays."""
    start, end = ctx.range(release)
    if isinstance(release, cst.SimpleStatementLine) and release.trailing_whitespace.comment is not None:
        return (Edit(start, ctx.text.index("#", end), ""),)
    return edits.delete_statement(ctx, release) or ()

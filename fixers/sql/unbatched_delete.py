"""Deletes in batches by primary key."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.sql.batches import by_primary_key
from relint.model import Finding, Fix, Safety
from relint.rules.sql.unbatched_delete import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    return _batched(finding.node, ctx) or Fix(
        f"Delete {ctx.settings.sanctioned.batch_size} rows at a time, each batch in a transaction of its own",
        (),
        Safety.DISPLAY,
    )


def _batched(call: cst.Call, ctx: Context) -> Fix | None:
    """Django's `rows.delete()` as a statement of its own."""
    statement = ctx.statement_of(call)
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]) if value is call:
            pass
        case _:
            return None
    if not isinstance(call.func, cst.Attribute) or call.args or not edits.is_alone(ctx, statement):
        return None
    written = ctx.source(call.func.value).replace("\r\n", "\n").replace("\r", "\n")
    if not _is_queryset(written) or '"""' in written or "'''" in written:
        return None
    text = by_primary_key(ctx, call, written, "delete()")
    return Fix(f"Delete {ctx.settings.sanctioned.batch_size} rows at a time", (ctx.edit(statement, text),))


def _is_queryset(written: str) -> bool:
    """Whether an expression is a queryset by the look of it: a manager and a filter by keyword."""
    return any(f".{manager}." in written for manager in ("objects", "_default_manager", "_base_manager"))

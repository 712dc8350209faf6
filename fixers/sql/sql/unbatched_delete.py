"""Tells how to delete in batches."""

from __future__ import annotations

from relint.model import Finding, Fix, Safety
from relint.rules.sql.unbatched_delete import rule
from relint.sql_context import SqlContext


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    size = ctx.settings.sanctioned.batch_size
    return Fix(f"Delete {size} rows at a time, in a job that repeats it until none is left", (), Safety.DISPLAY)

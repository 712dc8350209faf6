"""Gives a Django operation `noop` as its reverse."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix, Safety
from relint.queries.migration_calls import django_operation
from relint.rules.migrations.irreversible_data_migration import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    if not isinstance(call, cst.Call):
        return Fix("Take back in downgrade() what upgrade() makes, or raise", (), Safety.DISPLAY)
    keyword = "reverse_code" if django_operation(ctx, call) == "RunPython" else "reverse_sql"
    noop = f"{ctx.source(call.func)}.noop"
    return Fix(f"Add `{keyword}={noop}`", edits.set_keyword(ctx, call, keyword, noop))

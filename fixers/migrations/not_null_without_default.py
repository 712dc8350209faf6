"""Gives the database a literal default where the project sanctions that; else tells the three steps."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.fixers.migrations.not_null import keep_default, three_steps
from relint.model import Finding, Fix
from relint.queries.column_changes import AddedColumn
from relint.rules.migrations.not_null_without_default import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call, column = finding.node, finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(column, AddedColumn)
    return keep_default(ctx, call, column) or three_steps(column)

"""Adds the column in three steps, each a file of its own; else tells the steps."""

from __future__ import annotations

from relint.fixers.migrations.sql.steps import add_column
from relint.model import Finding, Fix
from relint.rules.migrations.not_null_without_default import rule
from relint.sql_context import SqlContext


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    return add_column(finding, ctx)

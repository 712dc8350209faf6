"""Tells the steps by which a NOT NULL column is added."""

from __future__ import annotations

from relint.fixers.migrations.sql.steps import three_files
from relint.model import Finding, Fix
from relint.rules.migrations.not_null_without_default import rule
from relint.sql_context import SqlContext


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    return three_files(finding)

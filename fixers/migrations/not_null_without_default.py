"""Gives the database a literal default where the project sanctions that; else tells the three steps."""

from __future__ import annotations

from relint.context import Context
from relint.fixers.migrations.not_null import add_column
from relint.model import Finding, Fix
from relint.rules.migrations.not_null_without_default import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    return add_column(finding, ctx)

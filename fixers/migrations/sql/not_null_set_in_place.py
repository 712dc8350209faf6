"""Puts a validated CHECK around SET NOT NULL: in the file where its statements are committed one by one, else apart."""

from __future__ import annotations

from relint.fixers.migrations.sql.statements import altered_table, before, behind
from relint.fixers.migrations.sql.steps import tighten
from relint.model import Finding, Fix
from relint.queries.migration_target import target
from relint.queries.schema import TightenedColumn
from relint.queries.sql_transactions import would_commit_each_statement
from relint.rules.migrations.not_null_set_in_place import rule
from relint.sql_context import SqlContext

_LONGEST_NAME = 63


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    return _with_check(finding, ctx) or tighten(finding, ctx)


def _with_check(finding: Finding, ctx: SqlContext) -> Fix | None:
    database, table = target(ctx), altered_table(ctx, finding.node)
    column = finding.data
    assert isinstance(column, TightenedColumn)
    if database.engine != "postgresql" or not database.found or database.version < (12,) or table is None:
        return None
    # PostgreSQL 18 calls the constraint that SET NOT NULL makes `<table>_<column>_not_null`.
    constraint = f"{column.name.replace('.', '_')}_is_set"
    name = column.name.partition(".")[2]
    if not would_commit_each_statement(ctx) or not constraint.isidentifier() or len(constraint) > _LONGEST_NAME:
        return None
    if f" {name} " not in f" {ctx.source(finding.node)} ":
        return None  # a name in quotes, or in capital letters
    alter = f"ALTER TABLE {table}"
    above = before(
        ctx,
        finding.node,
        f"{alter} ADD CONSTRAINT {constraint} CHECK ({name} IS NOT NULL) NOT VALID",
        f"{alter} VALIDATE CONSTRAINT {constraint}",
    )
    below = behind(ctx, finding.node, f"{alter} DROP CONSTRAINT {constraint}")
    return Fix("Validate a CHECK first", (*above, *below)) if above and below else None

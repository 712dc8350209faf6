"""Adds the constraint NOT VALID and validates it by a statement of its own."""

from __future__ import annotations

import re

from relint.fixers.migrations.sql.statements import altered_table, behind
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.migration_target import target
from relint.queries.schema import AddedConstraint
from relint.queries.sql_transactions import would_commit_each_statement
from relint.rules.migrations.constraint_validated_in_place import rule
from relint.sql_context import SqlContext

_NAMED = re.compile(r"ADD\s+CONSTRAINT\s+(\"[^\"]+\"|(?!FOREIGN\b|CHECK\b)\w+)\s+(?:FOREIGN|CHECK)\b", re.IGNORECASE)
_INDEXED = frozenset({"unique", "primary key", "exclude"})


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    constraint = finding.data
    assert isinstance(constraint, AddedConstraint)
    if constraint.kind in _INDEXED:
        return Fix("Build a unique index with CONCURRENTLY, then ADD CONSTRAINT ... USING INDEX", (), Safety.DISPLAY)
    return _validated_later(finding, ctx) or Fix(
        "Add it NOT VALID, and VALIDATE it in a migration after that", (), Safety.DISPLAY
    )


def _validated_later(finding: Finding, ctx: SqlContext) -> Fix | None:
    node = finding.node
    named = _NAMED.match(ctx.text, node.start, node.end)
    table = altered_table(ctx, node)
    if named is None or table is None or not would_commit_each_statement(ctx):
        return None
    if not target(ctx).found or target(ctx).engine != "postgresql":
        return None
    validated = behind(ctx, node, f"ALTER TABLE {table} VALIDATE CONSTRAINT {named[1]}")
    if validated is None:
        return None
    return Fix("Add it NOT VALID and validate it then", (Edit(node.end, node.end, " NOT VALID"), *validated))

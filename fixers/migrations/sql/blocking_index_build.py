"""Builds the index concurrently, where the tool runs the file outside a transaction."""

from __future__ import annotations

import re

from relint.model import Edit, Finding, Fix, Safety
from relint.queries.migration_target import target
from relint.queries.sql_transactions import commits_each_statement
from relint.rules.migrations.blocking_index_build import rule
from relint.sql_context import SqlContext

_CREATE = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\b", re.IGNORECASE)


@rule.fixer
def fix(finding: Finding, ctx: SqlContext) -> Fix | None:
    found = _CREATE.match(ctx.text, finding.node.start, finding.node.end)
    if found is None or not target(ctx).found or not commits_each_statement(ctx):
        return Fix(
            "Build it concurrently, in a migration of its own that runs outside a transaction (dbmate: "
            "transaction:false, goose: NO TRANSACTION, Flyway: executeInTransaction=false)",
            (),
            Safety.DISPLAY,
        )
    return Fix("Build it concurrently", (Edit(found.end(), found.end(), " CONCURRENTLY"),))

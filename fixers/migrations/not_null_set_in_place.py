"""Puts a validated CHECK around Alembic's `alter_column(nullable=False)`; for others tells the steps."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations.django_tightening import tighten_in_steps
from relint.fixers.migrations.quoting import is_plain
from relint.fixers.migrations.refused import CHECK_IS_PROOF, Refused
from relint.model import Finding, Fix, Safety
from relint.queries.alembic_calls import alembic_operation, table_name
from relint.queries.alembic_history import comes_behind
from relint.queries.migration_calls import in_autocommit_block
from relint.queries.migration_target import target
from relint.rules.migrations.not_null_set_in_place import rule

_LONGEST_NAME = 59
_ALLOWED = frozenset({"nullable", "existing_type", "existing_server_default", "existing_nullable", "existing_comment"})


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    assert isinstance(finding.node, cst.Call)
    try:
        return tighten_in_steps(ctx) if finding.data.origin == "django" else _with_check(finding.node, ctx)
    except Refused as reason:
        return Fix(
            "Add CHECK (... IS NOT NULL) NOT VALID, VALIDATE it in a transaction of its own, SET NOT NULL, and drop "
            f"the CHECK. Not written here: {reason}",
            (),
            Safety.DISPLAY,
        )


def _with_check(call: cst.Call, ctx: Context) -> Fix:
    """Raises Refused when it cannot be written around the statement."""
    database = target(ctx)
    operation = alembic_operation(ctx, call)
    statement = ctx.statement_of(call)
    if operation is None or not isinstance(call.func, cst.Attribute):
        raise Refused("SQL is rewritten by hand")
    if (reason := comes_behind(ctx)) is not None:
        raise Refused(reason)
    if operation.batch is not None:
        raise Refused("a batch is for SQLite, which has no such CHECK")
    if database.engine != "postgresql":
        raise Refused(f"{database.name} has no such CHECK")
    if not database.found:
        raise Refused("nothing says that the database is PostgreSQL")
    if database.version < CHECK_IS_PROOF:
        raise Refused(f"{database.name} reads the table for SET NOT NULL whatever CHECK there is")
    alone = isinstance(statement, cst.SimpleStatementLine) and edits.is_alone(ctx, statement)
    if not alone or in_autocommit_block(ctx, call):
        raise Refused("other code stands around it")
    if any(arg.keyword is None or arg.keyword.value not in _ALLOWED for arg in call.args[2:]):
        raise Refused("it changes more than NULL")
    table, column = table_name(ctx, operation), ctx.literal(operation.argument(ctx, "column_name", 0))
    if not isinstance(column, str) or table is None or not (is_plain(table) and is_plain(column)):
        raise Refused("its names are not written out")
    constraint = f"{table}_{column}"[:_LONGEST_NAME] + "_set"
    op = ctx.source(call.func.value)
    inner = edits.indent_of(ctx, statement) + ctx.tree.default_indent
    added = f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID"
    header = "\n".join(
        [
            f"with {op}.get_context().autocommit_block():",
            f'{inner}{op}.execute("{added}")',
            f'{inner}{op}.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")',
        ]
    )
    footer = f'{ctx.tree.default_indent}{op}.execute("ALTER TABLE {table} DROP CONSTRAINT {constraint}")'
    changes = edits.wrap(ctx, [statement], header, footer)
    if changes is None:
        raise Refused("other code stands around it")
    return Fix("Validate a CHECK first", changes)

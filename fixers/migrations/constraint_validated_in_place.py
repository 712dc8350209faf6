"""Has Alembic add the constraint NOT VALID, and validates it in an autocommit block."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations.quoting import is_plain
from relint.model import Finding, Fix, Safety
from relint.queries.alembic_calls import alembic_operation, table_name
from relint.queries.migration_calls import in_autocommit_block
from relint.queries.migration_target import target
from relint.queries.schema import AddedConstraint
from relint.rules.migrations.constraint_validated_in_place import rule

_VALIDATED_LATER = frozenset({"create_foreign_key", "create_check_constraint"})


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    constraint = finding.data
    assert isinstance(constraint, AddedConstraint)
    if constraint.kind in ("unique", "primary key", "exclude"):
        return Fix(
            "Build a unique index concurrently in a migration of its own, then ADD CONSTRAINT ... USING INDEX",
            (),
            Safety.DISPLAY,
        )
    return _in_alembic(finding.node, ctx, constraint) or Fix(
        "Add it NOT VALID, and VALIDATE it in a migration after that (Django: AddConstraintNotValid and "
        "ValidateConstraint)",
        (),
        Safety.DISPLAY,
    )


def _in_alembic(call: cst.Call, ctx: Context, constraint: AddedConstraint) -> Fix | None:
    operation = alembic_operation(ctx, call)
    statement = ctx.statement_of(call)
    database = target(ctx)
    if operation is None or operation.batch is not None or operation.verb not in _VALIDATED_LATER:
        return None
    if database.engine != "postgresql" or not database.found or in_autocommit_block(ctx, call):
        return None
    if not isinstance(statement, cst.SimpleStatementLine) or not edits.is_alone(ctx, statement):
        return None
    table, name = table_name(ctx, operation), constraint.name
    if table is None or name == table or not (is_plain(table) and is_plain(name)):
        return None
    if operation.verb == "create_check_constraint" and not _is_final(ctx, call):
        return None
    if ctx.keyword(call, "source_schema") or ctx.keyword(call, "schema") or not isinstance(call.func, cst.Attribute):
        return None
    op = ctx.source(call.func.value)
    step = ctx.tree.default_indent
    footer = f'{step}{op}.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")'
    wrapped = edits.wrap(ctx, [statement], f"with {op}.get_context().autocommit_block():", footer)
    if wrapped is None:
        return None
    # The block indents what it holds.
    keyword = [
        replace(edit, text=edit.text.replace("\n", f"\n{step}"))
        for edit in edits.set_keyword(ctx, call, "postgresql_not_valid", "True")
    ]
    return Fix("Add it NOT VALID and validate it then", (*wrapped, *keyword))


def _is_final(ctx: Context, call: cst.Call) -> bool:
    """Whether a name is written as `op.f("...")`: no naming convention makes another one of it."""
    given = ctx.argument(call, "constraint_name", 0)
    return given is not None and isinstance(given.value, cst.Call)

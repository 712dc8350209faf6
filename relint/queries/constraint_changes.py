"""Constraints that a Django or Alembic operation adds and has the database check at once."""

from __future__ import annotations

from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import VALIDATES_CONSTRAINTS
from relint.names import last_name
from relint.queries import migrations
from relint.queries.alembic_calls import (
    alembic_operation,
    column_call,
    is_created_here,
    name_shown,
    table_name,
    table_shown,
)
from relint.queries.column_changes import django_field, field_kind, is_relation, models_created, named, state_at
from relint.queries.migration_calls import django_operation, runs_over_data
from relint.queries.migration_state import argument_of, unique_groups
from relint.queries.migration_target import target
from relint.queries.schema import AddedConstraint

Kind = Literal["foreign key", "check", "unique", "primary key", "exclude"]

_DJANGO: dict[str, Kind] = {
    "CheckConstraint": "check",
    "UniqueConstraint": "unique",
    "ExclusionConstraint": "exclude",
}
_ALEMBIC: dict[str, Kind] = {
    "create_foreign_key": "foreign key",
    "create_check_constraint": "check",
    "create_unique_constraint": "unique",
    "create_exclude_constraint": "exclude",
    "create_primary_key": "primary key",
}


def added_constraint(ctx: Context, call: cst.Call) -> AddedConstraint | None:
    """The constraint that an operation adds to an existing table and that holds every row against it at once."""
    found = _by_django(ctx, call) or _by_alembic(ctx, call)
    if found is None or found.kind not in VALIDATES_CONSTRAINTS.get(target(ctx).engine, ()):
        return None
    return found if runs_over_data(ctx, call) else None


def _by_django(ctx: Context, call: cst.Call) -> AddedConstraint | None:
    match django_operation(ctx, call):
        case "AddConstraint":
            model = named(ctx, call, "model_name", 0)
            given = ctx.argument(call, "constraint", 1)
            kind = _DJANGO.get(last_name(given.value.func)) if given and isinstance(given.value, cst.Call) else None
            if kind is None or given is None or not _has_table(ctx, call, model):
                return None
            name = ctx.keyword(given.value, "name") if isinstance(given.value, cst.Call) else None
            shown = ctx.literal(name.value) if name is not None else None
            return AddedConstraint(call, "django", shown if isinstance(shown, str) else model, kind, model)
        case "AlterUniqueTogether":
            model = named(ctx, call, "name", 0)
            parsed = migrations.parse_operation(ctx, call)
            groups = unique_groups(argument_of(parsed, "unique_together", 1)) if parsed else frozenset()
            if not _has_table(ctx, call, model) or groups <= _known_groups(ctx, call, model):
                return None
            return AddedConstraint(call, "django", f"{model}.unique_together", "unique", model)
        case "AddField" | "AlterField" as operation:
            return _of_field(ctx, call, operation)
    return None


def _of_field(ctx: Context, call: cst.Call, operation: str) -> AddedConstraint | None:
    """A field made unique, or made a foreign key: PostgreSQL trusts a new one, which is NULL everywhere."""
    model, name, field = named(ctx, call, "model_name", 0), named(ctx, call, "name", 1), django_field(ctx, call)
    if field is None or not _has_table(ctx, call, model):
        return None
    before = state_at(ctx, call).field(model, name)
    shown = f"{model}.{name}"
    if operation == "AlterField" and before is None:
        return None
    if _is_unique(ctx, field) and not (before is not None and before.unique):
        return AddedConstraint(call, "django", shown, "unique", model)
    unchecked = ctx.keyword(field, "db_constraint")
    if operation == "AlterField" and before is not None and not before.relation and is_relation(ctx, field):
        if unchecked is None or ctx.literal(unchecked.value) is not False:
            return AddedConstraint(call, "django", shown, "foreign key", model)
    return None


def _is_unique(ctx: Context, field: cst.Call) -> bool:
    if "OneToOne" in field_kind(field):
        return True
    unique, primary = ctx.keyword(field, "unique"), ctx.keyword(field, "primary_key")
    if primary is not None and ctx.literal(primary.value) is not False:
        return False
    return unique is not None and ctx.literal(unique.value) is True


def _has_table(ctx: Context, call: cst.Call, model: str) -> bool:
    """Whether Django manages the model's table, and an earlier migration made it."""
    known = state_at(ctx, call).models.get(model)
    return model not in models_created(ctx, call) and (known is None or known.managed)


def _known_groups(ctx: Context, call: cst.Call, model: str) -> frozenset[frozenset[str]]:
    known = state_at(ctx, call).models.get(model)
    return known.unique_together if known is not None else frozenset()


def _by_alembic(ctx: Context, call: cst.Call) -> AddedConstraint | None:
    operation = alembic_operation(ctx, call)
    if operation is None or is_created_here(ctx, operation):
        return None
    table = table_name(ctx, operation) or "table"
    if operation.verb == "add_column":
        column = column_call(ctx, operation.argument(ctx, "column", 0))
        unique = ctx.keyword(column, "unique") if column is not None else None
        if column is None or unique is None or ctx.literal(unique.value) is not True:
            return None
        given = ctx.argument(column, "name", 0)
        name = ctx.literal(given.value) if given is not None else None
        return AddedConstraint(call, "alembic", f"{table_shown(ctx, operation)}.{name or 'column'}", "unique", table)
    kind = _ALEMBIC.get(operation.verb)
    unchecked = ctx.keyword(call, "postgresql_not_valid")
    if kind is None or ctx.unpacks(call) or (unchecked and ctx.literal(unchecked.value) is not False):
        return None
    if ctx.keyword(call, "postgresql_using_index") is not None:
        return None
    given = ctx.argument(call, "constraint_name", 0)
    expression = given.value if given is not None else None
    if isinstance(expression, cst.Call) and expression.args:  # `op.f("fk_...")`
        expression = expression.args[0].value
    named = name_shown(ctx, expression) or table_shown(ctx, operation)
    return AddedConstraint(call, "alembic", named, kind, table)

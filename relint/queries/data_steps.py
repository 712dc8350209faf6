"""The steps of a migration: those that change tables which hold rows, and those that change the rows."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import SMALL_MODELS
from relint.names import last_name
from relint.queries.alembic_calls import alembic_operation, is_created_here
from relint.queries.backfills import backfill, saved_rows
from relint.queries.column_changes import django_field, models_created, named, state_at, table_is_created_here
from relint.queries.migration_calls import (
    django_operation,
    django_operations,
    in_autocommit_block,
    is_alembic,
    is_behind_commit,
    is_migration,
    is_reverse,
    runs_over_data,
    sql_effects,
)
from relint.queries.migration_models import model_of
from relint.queries.migration_sql import Statement
from relint.queries.migration_state import field_facts
from relint.queries.migrations import parse_operation

_MODEL_CHANGES = {
    "AddField": "model_name",
    "RemoveField": "model_name",
    "RenameField": "model_name",
    "AlterField": "model_name",
    "AddConstraint": "model_name",
    "AddIndex": "model_name",
    "AlterUniqueTogether": "name",
    "RenameModel": "old_name",
    "DeleteModel": "name",
}
_TABLE_CHANGES = frozenset(
    {
        "add_column", "drop_column", "alter_column", "create_foreign_key", "create_check_constraint",
        "create_unique_constraint", "create_primary_key", "create_index", "drop_table", "rename_table",
    }
)  # fmt: skip
_SQL_CHANGES = frozenset(
    {
        "add column", "drop column", "rename column", "change type", "set not null", "add constraint", "create index",
        "drop table", "rename table",
    }
)  # fmt: skip
_WORDS = frozenset({*_MODEL_CHANGES, *_TABLE_CHANGES, "RunSQL", "execute", "exec_driver_sql"})
_WRITES = frozenset({"save", "update", "bulk_update", "bulk_create", "delete", "create", "get_or_create"})


def schema_steps(ctx: Context) -> list[cst.Call]:
    """The operations that lock a table which may hold rows, in source order."""
    return ctx.memo("schema steps", lambda: [c for c in ctx.tree.every(cst.Call, words=_WORDS) if _locks(ctx, c)])


def data_steps(ctx: Context) -> list[cst.Call]:
    """The calls that change rows of tables which exist before the migration, in source order: Django's operations,
    and in Alembic the statements that do it."""
    return ctx.memo("data steps", lambda: list(_data_steps(ctx)) if is_migration(ctx) else [])


def changes_rows(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function of a Django migration writes rows of models that the migration does not create."""
    for call in ctx.walk(function.body, cst.Call):
        if backfill(ctx, call) is not None:
            return True
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in _WRITES:
            model = model_of(ctx, call.func.value)
            if model is not None and model not in models_created(ctx) and model not in SMALL_MODELS:
                return True
    return any(saved_rows(ctx, loop) is not None for loop in ctx.walk(function.body, cst.For))


def changes_rows_by_sql(ctx: Context, call: cst.Call) -> list[Statement]:
    """The statements of SQL text in a call that change rows of tables which the migration does not create."""
    kinds = ("update", "delete", "empty table", "insert")
    return [s for s in sql_effects(ctx, call) if s.kind in kinds and not table_is_created_here(ctx, s.table)]


def _locks(ctx: Context, call: cst.Call) -> bool:
    kind = django_operation(ctx, call)
    if kind in _MODEL_CHANGES:
        model = named(ctx, call, _MODEL_CHANGES[kind], 0)
        if model in models_created(ctx) or not runs_over_data(ctx, call):
            return False
        return kind != "AlterField" or _alters_column(ctx, call, model)
    operation = alembic_operation(ctx, call)
    if operation is not None and operation.verb in _TABLE_CHANGES:
        return runs_over_data(ctx, call) and not is_created_here(ctx, operation)
    effects = [s for s in sql_effects(ctx, call) if s.kind in _SQL_CHANGES and not table_is_created_here(ctx, s.table)]
    return bool(effects) and not all(s.concurrent for s in effects) and runs_over_data(ctx, call)


def _alters_column(ctx: Context, call: cst.Call, model: str) -> bool:
    """Whether an AlterField changes more than what Django alone knows: choices, help texts, defaults."""
    field = django_field(ctx, call)
    parsed = parse_operation(ctx, field) if field is not None else None
    before = state_at(ctx, call).field(model, named(ctx, call, "name", 1))
    return before is not None and parsed is not None and field_facts(parsed) != before


def _data_steps(ctx: Context) -> Iterator[cst.Call]:
    if not is_alembic(ctx):
        for operation in django_operations(ctx):
            if django_operation(ctx, operation) == "RunPython" and runs_over_data(ctx, operation):
                given = ctx.argument(operation, "code", 0)
                function = ctx.function_def(given.value) if given is not None else None
                if function is not None and changes_rows(ctx, function):
                    yield operation
            elif changes_rows_by_sql(ctx, operation) and runs_over_data(ctx, operation):
                yield operation
        return
    for call in ctx.tree.of(cst.Call):
        if is_reverse(ctx, call) or in_autocommit_block(ctx, call):
            continue
        if last_name(call.func) in ("update", "bulk_update", "execute", "exec_driver_sql"):
            updates = [s for s in changes_rows_by_sql(ctx, call) if s.kind in ("update", "delete")]
            if backfill(ctx, call) is not None or (updates and runs_over_data(ctx, call)):
                if not is_behind_commit(ctx, call):
                    yield call

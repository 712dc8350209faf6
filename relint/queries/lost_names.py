"""Columns and tables that a Django or Alembic operation drops or renames."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import WITHOUT_COLUMN
from relint.queries.alembic_calls import alembic_operation, column_call, is_created_here, table_shown
from relint.queries.column_changes import models_created, named, state_at
from relint.queries.migration_calls import django_operation, is_reverse, runs_over_data
from relint.queries.migration_state import Model
from relint.queries.schema import LostName


def lost_name(ctx: Context, call: cst.Call) -> LostName | None:
    """The column or table that an operation takes away from old code."""
    found = _by_django(ctx, call) or _by_alembic(ctx, call)
    return found if found is not None and runs_over_data(ctx, call) else None


def _by_django(ctx: Context, call: cst.Call) -> LostName | None:
    kind = django_operation(ctx, call)
    match kind:
        case "RemoveField" | "RenameField":
            model = named(ctx, call, "model_name", 0)
            column = named(ctx, call, "name" if kind == "RemoveField" else "old_name", 1)
            field = state_at(ctx, call).field(model, column)
            if field is None or WITHOUT_COLUMN.search(field.kind) or not _has_table(ctx, call, model):
                return None
            to = named(ctx, call, "new_name", 2) if kind == "RenameField" else ""
            if kind == "RenameField" and field.column is not None:
                return None  # the column has a name of its own, and keeps it
            return LostName(call, "django", f"{model}.{column}", "column", to, known=True)
        case "DeleteModel" | "RenameModel" | "AlterModelTable":
            model = named(ctx, call, "old_name" if kind == "RenameModel" else "name", 0)
            known = _has_table(ctx, call, model)
            if known is None or (kind == "RenameModel" and known.table is not None):
                return None
            to = ""
            if kind != "DeleteModel":
                to = named(ctx, call, *(("new_name", 1) if kind == "RenameModel" else ("table", 1))) or "another name"
            if to == (known.table or "").lower() and to:
                return None
            return LostName(call, "django", model, "table", to, known=True)
    return None


def _has_table(ctx: Context, call: cst.Call, model: str) -> Model | None:
    """The model before an operation, when an earlier migration made its table."""
    known = state_at(ctx, call).models.get(model)
    return known if known is not None and known.managed and model not in models_created(ctx, call) else None


def _by_alembic(ctx: Context, call: cst.Call) -> LostName | None:
    operation = alembic_operation(ctx, call)
    if operation is None or is_created_here(ctx, operation):
        return None
    table = table_shown(ctx, operation)
    match operation.verb:
        case "drop_table":
            return LostName(call, "alembic", table, "table")
        case "rename_table":
            given = ctx.argument(call, "new_table_name", 1)
            name = ctx.literal(given.value) if given is not None else None
            return LostName(call, "alembic", table, "table", name if isinstance(name, str) else "another name")
        case "drop_column" | "alter_column" as verb:
            column = ctx.literal(operation.argument(ctx, "column_name", 0))
            if any(made == (table, column) for made in _columns_made(ctx, call)):
                return None  # nobody names it yet, or it comes back
            shown = f"{table}.{column if isinstance(column, str) else 'column'}"
            if verb == "drop_column":
                return LostName(call, "alembic", shown, "column")
            renamed = ctx.keyword(call, "new_column_name") or ctx.keyword(call, "name")
            to = ctx.literal(renamed.value) if renamed is not None else None
            if renamed is None or to is None or to == column:
                return None
            return LostName(call, "alembic", shown, "column", to if isinstance(to, str) else "another name")
    return None


def _columns_made(ctx: Context, call: cst.Call) -> Iterator[tuple[str, str]]:
    """(table, column) of the columns that the file adds before a call, or gives their names at any time."""
    for other in ctx.tree.every(cst.Call, words=("add_column", "alter_column")):
        operation = alembic_operation(ctx, other)
        if operation is None or is_reverse(ctx, other):
            continue
        if operation.verb == "add_column" and ctx.range(other) < ctx.range(call):
            column = column_call(ctx, operation.argument(ctx, "column", 0))
            given = ctx.argument(column, "name", 0) if column is not None else None
        else:
            given = ctx.keyword(other, "new_column_name")
        name = ctx.literal(given.value) if given is not None else None
        if isinstance(name, str):
            yield table_shown(ctx, operation), name

"""Columns whose type a Django or Alembic operation changes."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import ALEMBIC_TYPES, COLUMN_TYPES
from relint.names import last_name
from relint.queries.alembic_calls import Operation, alembic_operation, is_created_here, table_name
from relint.queries.column_changes import django_field, models_created, named, state_at
from relint.queries.migration_calls import django_operation, runs_over_data
from relint.queries.migration_state import Field, field_facts
from relint.queries.migration_target import target
from relint.queries.migrations import parse_operation
from relint.queries.schema import RetypedColumn
from relint.queries.type_changes import rewrites


def retyped_column(ctx: Context, call: cst.Call) -> RetypedColumn | None:
    """The column of an existing table whose type an operation changes by writing the table anew."""
    found = _by_django(ctx, call) or _by_alembic(ctx, call)
    if found is None or not rewrites(found.old, found.new, target(ctx)):
        return None
    return found if runs_over_data(ctx, call) else None


def _by_django(ctx: Context, call: cst.Call) -> RetypedColumn | None:
    if django_operation(ctx, call) != "AlterField":
        return None
    model, name, field = named(ctx, call, "model_name", 0), named(ctx, call, "name", 1), django_field(ctx, call)
    state = state_at(ctx, call)
    before, parsed = state.field(model, name), parse_operation(ctx, field) if field is not None else None
    if before is None or parsed is None or model in models_created(ctx, call) or not state.models[model].managed:
        return None
    old, new = _column_type(before), _column_type(field_facts(parsed))
    return RetypedColumn(call, "django", f"{model}.{name}", old, new) if old and new else None


def _column_type(field: Field) -> str:
    """The type of a field's column; empty for classes that are not Django's."""
    name = COLUMN_TYPES.get(field.kind, "")
    return f"{name}({', '.join(map(str, field.size))})" if field.size and name in ("varchar", "numeric") else name


def _by_alembic(ctx: Context, call: cst.Call) -> RetypedColumn | None:
    operation = alembic_operation(ctx, call)
    given = ctx.keyword(call, "type_") if operation is not None and operation.verb == "alter_column" else None
    if operation is None or given is None or is_created_here(ctx, operation):
        return None
    existing = ctx.keyword(call, "existing_type")
    new = _alembic_type(ctx, given.value)
    if not new:
        return None
    old = _alembic_type(ctx, existing.value) if existing is not None else ""
    if existing is not None and not old:
        return None
    computed = ctx.keyword(call, "postgresql_using")
    others = ("nullable", "new_column_name", "server_default")
    if existing is None and computed is None and any(ctx.keyword(call, name) for name in others):
        return None  # the type may be told again along with what changes, as MySQL wants it
    if computed is not None and not _is_cast(ctx, operation, computed.value, new):
        new += " using"
    column = ctx.literal(operation.argument(ctx, "column_name", 0))
    shown = f"{table_name(ctx, operation) or 'table'}.{column if isinstance(column, str) else 'column'}"
    return RetypedColumn(call, "alembic", shown, old, new)


def _is_cast(ctx: Context, operation: Operation, using: cst.BaseExpression, new: str) -> bool:
    """Whether `postgresql_using` only casts, as the change of type does by itself."""
    text = ctx.literal(using)
    column = ctx.literal(operation.argument(ctx, "column_name", 0))
    return isinstance(text, str) and text.replace('"', "").lower().startswith(f"{column}::".lower())


def _alembic_type(ctx: Context, expression: cst.BaseExpression) -> str:
    """`varchar(20)` for `sa.String(20)`; empty for types that are not known."""
    call = expression if isinstance(expression, cst.Call) else None
    kind = last_name(call.func if call is not None else expression)
    name = ALEMBIC_TYPES.get(kind, "")
    if call is None or name not in ("varchar", "numeric", "timestamp", "char"):
        return name
    if name == "timestamp":
        zone = ctx.keyword(call, "timezone")
        return "timestamptz" if zone is not None and ctx.literal(zone.value) is True else name
    given = [ctx.argument(call, "length" if name != "numeric" else "precision", 0), ctx.argument(call, "scale", 1)]
    sizes = [ctx.literal(arg.value) for arg in given if arg is not None]
    numbers = [str(size) for size in sizes if isinstance(size, int)]
    return f"{name}({', '.join(numbers)})" if numbers else name

"""Indexes that an operation builds on an existing PostgreSQL table while writes to it wait."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import INDEXED_FIELDS
from relint.queries.alembic_calls import alembic_operation, column_call, is_created_here, name_shown, table_shown
from relint.queries.column_changes import (
    django_field,
    field_kind,
    is_relation,
    models_created,
    named,
    state_at,
)
from relint.queries.migration_calls import django_operation, runs_over_data
from relint.queries.migration_target import target
from relint.queries.schema import IndexBuild


def index_build(ctx: Context, call: cst.Call) -> IndexBuild | None:
    """The index that an operation builds without CONCURRENTLY; None on other engines than PostgreSQL."""
    found = _by_django(ctx, call) or _by_alembic(ctx, call)
    return found if found and target(ctx).engine == "postgresql" and runs_over_data(ctx, call) else None


def _by_django(ctx: Context, call: cst.Call) -> IndexBuild | None:
    kind = django_operation(ctx, call)
    if kind not in ("AddIndex", "AddField", "AlterField"):
        return None
    model = named(ctx, call, "model_name", 0)
    state = state_at(ctx, call)
    if model in models_created(ctx, call) or (model in state.models and not state.models[model].managed):
        return None
    if kind == "AddIndex":
        return IndexBuild(call, "django", _index_name(ctx, call) or model, "operation")
    field, name = django_field(ctx, call), named(ctx, call, "name", 1)
    if field is None or not _is_indexed(ctx, field):
        return None
    before = state.field(model, name)
    if kind == "AlterField" and (before is None or before.indexed):
        return None
    return IndexBuild(call, "django", f"{model}.{name}", "column")


def _is_indexed(ctx: Context, field: cst.Call) -> bool:
    """Whether a field makes an index that is neither a foreign key's nor a unique constraint's."""
    kind = field_kind(field)
    unique = ctx.keyword(field, "unique")
    given = ctx.keyword(field, "db_index")
    if is_relation(ctx, field) or (unique is not None and ctx.literal(unique.value) is not False):
        return False
    return ctx.literal(given.value) is True if given is not None else kind in INDEXED_FIELDS


def _index_name(ctx: Context, call: cst.Call) -> str | None:
    given = ctx.argument(call, "index", 1)
    name = ctx.keyword(given.value, "name") if given is not None and isinstance(given.value, cst.Call) else None
    value = ctx.literal(name.value) if name is not None else None
    return value if isinstance(value, str) else None


def _by_alembic(ctx: Context, call: cst.Call) -> IndexBuild | None:
    operation = alembic_operation(ctx, call)
    if operation is None or operation.verb not in ("create_index", "add_column") or is_created_here(ctx, operation):
        return None
    table = table_shown(ctx, operation)
    if operation.verb == "create_index":
        concurrently = ctx.keyword(call, "postgresql_concurrently")
        if ctx.unpacks(call) or (concurrently is not None and ctx.literal(concurrently.value) is not False):
            return None
        given = ctx.argument(call, "index_name", 0)
        name = given.value if given is not None else None
        if isinstance(name, cst.Call) and name.args:  # `op.f("ix_...")`
            name = name.args[0].value
        return IndexBuild(call, "alembic", name_shown(ctx, name) or table, "operation")
    column = column_call(ctx, operation.argument(ctx, "column", 0))
    index = ctx.keyword(column, "index") if column is not None else None
    if column is None or index is None or ctx.literal(index.value) is not True:
        return None
    written = ctx.argument(column, "name", 0)
    name_of_column = ctx.literal(written.value) if written is not None else None
    return IndexBuild(
        call, "alembic", f"{table}.{name_of_column if isinstance(name_of_column, str) else 'column'}", "column"
    )

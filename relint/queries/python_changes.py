"""What the operations of a Python migration, and the SQL in it, change."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import libcst as cst

from relint.context import Context
from relint.queries.column_changes import (
    added_column,
    drops_default_later,
    is_checked,
    state_at,
    table_is_created_here,
    tightened_column,
)
from relint.queries.constraint_changes import added_constraint
from relint.queries.index_builds import index_build
from relint.queries.lost_names import lost_name
from relint.queries.migration_calls import django_operation, is_migration, runs_over_data, sql_effects
from relint.queries.migration_sql import Statement
from relint.queries.migration_target import target
from relint.queries.migrations import app_label
from relint.queries.retyped_columns import retyped_column
from relint.queries.schema import (
    AddedColumn,
    AddedConstraint,
    Change,
    IndexBuild,
    LostName,
    RetypedColumn,
    TightenedColumn,
)
from relint.queries.sql_changes import changes_by
from relint.queries.sql_columns import Column

_OPERATIONS: dict[type[Change], Callable[[Context, cst.Call], Any]] = {
    AddedColumn: added_column,
    TightenedColumn: tightened_column,
    IndexBuild: index_build,
    AddedConstraint: added_constraint,
    LostName: lost_name,
    RetypedColumn: retyped_column,
}


def changes(ctx: Context, kind: type[Change]) -> list[Any]:
    """The changes of one kind that the calls of a migration make, in order."""
    return ctx.memo(("changes", kind), lambda: list(_changes(ctx, kind)) if is_migration(ctx) else [])


def change_at(ctx: Context, call: cst.Call, kind: type[Change]) -> list[Any]:
    """The changes of one kind that a call makes."""
    return [change for change in changes(ctx, kind) if change.node is call]


def _changes(ctx: Context, kind: type[Change]) -> Iterator[Any]:
    operation = _OPERATIONS.get(kind)
    for call in ctx.tree.of(cst.Call):
        if operation is not None and (found := operation(ctx, call)) is not None:
            yield found
        yield from (change for change in _by_sql(ctx, call) if type(change) is kind)


def _by_sql(ctx: Context, call: cst.Call) -> list[Change]:
    return ctx.memo(("changes by SQL", call), lambda: list(_changes_by_sql(ctx, call)))


def _changes_by_sql(ctx: Context, call: cst.Call) -> Iterator[Change]:
    found = sql_effects(ctx, call)
    if found and runs_over_data(ctx, call):
        for effect in found:
            yield from changes_by(effect, call, _CallHistory(ctx, call), target(ctx))


class _CallHistory:
    """What surrounds the SQL of one call."""

    def __init__(self, ctx: Context, call: cst.Call) -> None:
        self.ctx = ctx
        self.call = call

    def is_new(self, table: str) -> bool:
        return table_is_created_here(self.ctx, table)

    def drops_default(self, effect: Statement) -> bool:
        return drops_default_later(self.ctx, self.call, effect.table, effect.column)

    def is_checked(self, effect: Statement) -> bool:
        return is_checked(self.ctx, self.call, effect.table, effect.column)

    def column(self, effect: Statement) -> Column | None:
        return None

    def names(self, table: str, column: str) -> bool | None:
        """What Django's state says of the column; SQL beside an operation on the same model is a part of it."""
        if django_operation(self.ctx, self.call) is None:
            return None
        state = state_at(self.ctx, self.call)
        for name, model in state.models.items():
            if (model.table or f"{app_label(self.ctx)}_{name}").lower() == table:
                columns = {f.column or (f"{n}_id" if f.relation else n) for n, f in model.fields.items()}
                return not column or column in columns or (column == "id" and "id" not in columns)
        return None

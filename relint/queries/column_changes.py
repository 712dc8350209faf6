"""Columns that an operation adds, and columns that it makes NOT NULL.

Of Django and of Alembic; what SQL says of it is read in `relint.queries.sql_changes`.
"""

from __future__ import annotations

from typing import Iterable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import (
    DJANGO_FIELDS,
    EMPTY_FIELDS,
    GENERATED_FIELDS,
    NULLABLE_FIELDS,
    RELATION,
    VOLATILE,
    WITHOUT_COLUMN,
)
from relint.names import last_name
from relint.queries import migrations
from relint.queries.alembic_calls import (
    Operation,
    alembic_operation,
    column_call,
    created_tables,
    is_created_here,
    schema_name,
    table_name,
)
from relint.queries.alembic_history import was_nullable
from relint.queries.migration_calls import django_operation, django_operations, is_atomic, runs_over_data, sql_effects
from relint.queries.migration_models import emptied_models
from relint.queries.migration_sql import Statement
from relint.queries.migration_state import EMPTY, Field, State, apply, apply_sql, model_table
from relint.queries.migration_target import target
from relint.queries.schema import AddedColumn, Default, TightenedColumn

_WITHOUT_GENTLE_WAY = frozenset({"mysql", "mariadb", "sqlite"})
"""Engines that have no CHECK which is validated later and taken for proof."""


def added_column(ctx: Context, call: cst.Call) -> AddedColumn | None:
    """The NOT NULL column that an operation adds to an existing table."""
    if django_operation(ctx, call) == "AddField":
        return _added_field(ctx, call) if runs_over_data(ctx, call) else None
    operation = alembic_operation(ctx, call)
    if operation is None or operation.verb != "add_column" or is_created_here(ctx, operation):
        return None
    return _added_by_alembic(ctx, operation) if runs_over_data(ctx, call) else None


def tightened_column(ctx: Context, call: cst.Call) -> TightenedColumn | None:
    """The column of an existing table that an operation makes NOT NULL without a validated CHECK."""
    if django_operation(ctx, call) == "AlterField":
        return _tightened_field(ctx, call) if runs_over_data(ctx, call) else None
    operation = alembic_operation(ctx, call)
    if operation is None or operation.verb != "alter_column":
        return None
    return _tightened_by_alembic(ctx, operation) if runs_over_data(ctx, call) else None


def models_created(ctx: Context, before: cst.Call | None = None) -> set[str]:
    """The models that the Django migration creates or empties (above an operation), by all the names it gives them."""
    created: set[str] = set()
    for operation in django_operations(ctx):
        if operation is before:
            break
        kind = django_operation(ctx, operation)
        if kind == "CreateModel" and runs_over_data(ctx, operation):
            created.add(named(ctx, operation, "name", 0))
        elif kind == "RenameModel" and named(ctx, operation, "old_name", 0) in created:
            created.add(named(ctx, operation, "new_name", 1))
        elif kind == "RunPython" and (given := ctx.argument(operation, "code", 0)) is not None:
            if (function := ctx.function_def(given.value)) is not None:
                created |= emptied_models(ctx, function)
    return created


def table_is_created_here(ctx: Context, table: str) -> bool:
    """Whether the file creates a table that SQL names: as a table, or as a Django model."""
    return table in created_tables(ctx) or any(table.endswith(f"_{model}") for model in models_created(ctx))


def state_at(ctx: Context, call: cst.Call) -> State:
    """The state of the app just before a Django operation of this file; after all of them for any other call."""
    states, last = ctx.memo("states at operations", lambda: _states(ctx))
    return states.get(call, last)


def _states(ctx: Context) -> tuple[dict[cst.Call, State], State]:
    state = migrations.state_before(ctx)
    states: dict[cst.Call, State] = {}
    for operation in django_operations(ctx):
        states[operation] = state
        around = ctx.enclosing(operation, cst.Call)
        if around is None or django_operation(ctx, around) is None:
            if (parsed := migrations.parse_operation(ctx, operation)) is not None:
                state = apply(state, parsed)
    return states, state


def table_of(ctx: Context, call: cst.Call, model: str) -> str:
    """The table of a model at a Django operation."""
    known = state_at(ctx, call).models.get(model)
    return known.table if known is not None and known.table else f"{migrations.app_label(ctx)}_{model}"


def is_relation(ctx: Context, field: cst.Call) -> bool:
    """Whether a field is a foreign key, of whichever class."""
    return RELATION.search(field_kind(field)) is not None or ctx.keyword(field, "on_delete") is not None


def column_of(field: Field, name: str) -> str:
    """The column of a Django field."""
    return field.column or (f"{name}_id" if field.relation else name)


# -- Django ----------------------------------------------------------------------------------------------------------


def _added_field(ctx: Context, call: cst.Call) -> AddedColumn | None:
    """An `AddField` whose column is NOT NULL; fields of unknown classes follow their keyword arguments."""
    model, name, field = named(ctx, call, "model_name", 0), named(ctx, call, "name", 1), django_field(ctx, call)
    if field is None or model in models_created(ctx, call) or _has_no_column(ctx, field):
        return None
    known = state_at(ctx, call).models.get(model)
    if known is not None and not known.managed:
        return None
    db_default = ctx.keyword(field, "db_default")
    if db_default is not None and ctx.literal(db_default.value) is not None:
        return None
    default, value = field_default(ctx, field)
    if default == "none":
        if field_kind(field) not in DJANGO_FIELDS:
            return None  # what the class itself says is not known
        if is_relation(ctx, field) and migrations.follows_initial(ctx):
            return None  # Django splits first migrations so, when models refer to each other
    kept = default != "none" and _sets_default_later(ctx, call, name)
    return AddedColumn(call, "django", f"{model}.{name}", default, kept, field, value)


def _has_no_column(ctx: Context, field: cst.Call) -> bool:
    """Whether a field makes no column, or one that may be null, or whose values the database makes."""
    kind = field_kind(field)
    if WITHOUT_COLUMN.search(kind) or kind in NULLABLE_FIELDS or kind in GENERATED_FIELDS or ctx.unpacks(field):
        return True
    null, primary = ctx.keyword(field, "null"), ctx.keyword(field, "primary_key")
    if primary is not None and ctx.literal(primary.value) is not False:
        return True
    return null is not None and ctx.literal(null.value) is not False


def field_default(ctx: Context, field: cst.Call) -> tuple[Default, cst.BaseExpression | None]:
    """What Django fills existing rows with (`_effective_default` in its schema editor)."""
    given = ctx.keyword(field, "default")
    if given is not None:
        value = ctx.literal(given.value)
        if value is None:
            return "none", None
        return ("callable" if value is ... and _is_callable(ctx, given.value) else "constant"), given.value
    if any((arg := ctx.keyword(field, name)) and ctx.literal(arg.value) for name in ("auto_now", "auto_now_add")):
        return "implicit", None
    blank = ctx.keyword(field, "blank")
    if blank is not None and ctx.literal(blank.value) is True and _may_be_empty(ctx, field):
        return "implicit", None
    return "none", None


def _may_be_empty(ctx: Context, field: cst.Call) -> bool:
    """Whether a field takes an empty text, or no bytes: of Django's classes the known ones, of others what name and
    `max_length` say."""
    kind = field_kind(field)
    if kind in DJANGO_FIELDS:
        return kind in EMPTY_FIELDS
    return kind.endswith(("CharField", "TextField")) or ctx.keyword(field, "max_length") is not None


def _is_callable(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a default is called: a lambda, a function or class, a `lower_case` name of elsewhere."""
    match value:
        case cst.Lambda():
            return True
        case cst.Name() | cst.Attribute():
            last = value.value if isinstance(value, cst.Name) else value.attr.value
            dotted = ctx.names.dotted(value) or ""
            return dotted.startswith("builtins.") or ctx.function_def(value) is not None or str(last).islower()
        case cst.Call(func=func):
            return (ctx.qualname(func) or "").endswith("partial")
    return False


def _sets_default_later(ctx: Context, call: cst.Call, column: str) -> bool:
    """Whether SQL of the same file gives the column a default after it was added."""
    operations = django_operations(ctx)
    later = operations[operations.index(call) + 1 :]
    effects = (s for operation in later for s in sql_effects(ctx, operation) if s.kind == "set default")
    return any(s.column in (column, f"{column}_id") for s in effects)


def django_field(ctx: Context, call: cst.Call) -> cst.Call | None:
    """The field that an AddField or AlterField names."""
    given = ctx.argument(call, "field", 2)
    value = given.value if given is not None else None
    if isinstance(value, cst.Name):
        value = ctx.value_of(value)
    return value if isinstance(value, cst.Call) else None


def field_kind(field: cst.Call) -> str:
    """The last name of the class of a Django field."""
    func = field.func
    return func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""


def named(ctx: Context, call: cst.Call, name: str, index: int) -> str:
    """A name given to a Django operation, in lower case; empty when it is no literal."""
    given = ctx.argument(call, name, index)
    value = ctx.literal(given.value) if given is not None else None
    return value.lower() if isinstance(value, str) else ""


# -- Alembic ---------------------------------------------------------------------------------------------------------


def _added_by_alembic(ctx: Context, operation: Operation) -> AddedColumn | None:
    column = column_call(ctx, operation.argument(ctx, "column", 0))
    if column is None or ctx.unpacks(column):
        return None
    nullable = ctx.keyword(column, "nullable")
    if nullable is None or ctx.literal(nullable.value) is not False:
        return None
    inside = [ctx.callee(arg.value) or "" for arg in column.args if isinstance(arg.value, cst.Call)]
    if any(name.endswith((".Computed", ".Identity")) for name in inside):
        return None
    primary = ctx.keyword(column, "primary_key")
    if primary is not None and ctx.literal(primary.value) is not False:
        return None
    named = ctx.argument(column, "name", 0)
    name = ctx.literal(named.value) if named is not None else None
    table = table_name(ctx, operation)
    shown = f"{table or 'table'}.{name if isinstance(name, str) else 'column'}"
    server_default = ctx.keyword(column, "server_default")
    if server_default is None or ctx.literal(server_default.value) is None:
        return AddedColumn(operation.call, "alembic", shown, "none", False, column)
    volatile = VOLATILE.search(ctx.source(server_default.value))
    kept = not drops_default_later(ctx, operation.call, table, str(name).lower())
    return AddedColumn(
        operation.call, "alembic", shown, "volatile" if volatile else "constant", kept, column, server_default.value
    )


def drops_default_later(ctx: Context, call: cst.Call, table: str | None, column: str) -> bool:
    """Whether the same file takes the database default of a new column away again."""
    start = ctx.range(call)[0]
    for later in ctx.tree.every(cst.Call):
        if ctx.range(later)[0] <= start:
            continue
        if any(s.kind == "drop default" and s.table == table and s.column == column for s in sql_effects(ctx, later)):
            return runs_over_data(ctx, later)
        operation = alembic_operation(ctx, later)
        if operation is None or operation.verb != "alter_column" or table_name(ctx, operation) != table:
            continue
        altered = ctx.literal(operation.argument(ctx, "column_name", 0))
        dropped = ctx.keyword(later, "server_default")
        if dropped is not None and ctx.literal(dropped.value) is None and str(altered).lower() == column:
            return runs_over_data(ctx, later)
    return False


# -- NOT NULL in place -----------------------------------------------------------------------------------------------


def _tightened_field(ctx: Context, call: cst.Call) -> TightenedColumn | None:
    model, name, field = named(ctx, call, "model_name", 0), named(ctx, call, "name", 1), django_field(ctx, call)
    if field is None or model in models_created(ctx, call) or _has_no_column(ctx, field):
        return None
    state = state_at(ctx, call)
    before = state.field(model, name)
    if before is None or not before.null or not state.models[model].managed:
        return None
    if not is_atomic(ctx) and _is_final(ctx, _operations_above(ctx, call)):
        return None
    table, column = table_of(ctx, call, model), column_of(before, name)
    if (table, column) in state.validated or (model_table(model), name) in state.validated:
        return None
    return TightenedColumn(call, "django", f"{model}.{name}", default=field_default(ctx, field)[0] != "none")


def _tightened_by_alembic(ctx: Context, operation: Operation) -> TightenedColumn | None:
    nullable = ctx.keyword(operation.call, "nullable")
    existing = ctx.keyword(operation.call, "existing_nullable")
    if nullable is None or ctx.literal(nullable.value) is not False or is_created_here(ctx, operation):
        return None
    if existing is not None and ctx.literal(existing.value) is False:
        return None
    if _is_final(ctx, _calls_above(ctx, operation.call)):
        return None
    table = table_name(ctx, operation)
    column = ctx.literal(operation.argument(ctx, "column_name", 0))
    if table and isinstance(column, str):
        before = was_nullable(ctx, table, column.lower(), schema_name(ctx, operation))
        if before is False or is_checked(ctx, operation.call, table, column.lower()):
            return None
        if before is None and existing is None and _restates(ctx, operation.call):
            return None
    return TightenedColumn(
        operation.call, "alembic", f"{table or 'table'}.{column if isinstance(column, str) else 'column'}"
    )


def _is_final(ctx: Context, above: Iterable[cst.Call]) -> bool:
    """Whether calls above fill the column, and the database knows no gentler way to make it NOT NULL after that."""
    if target(ctx).engine not in _WITHOUT_GENTLE_WAY:
        return False
    return any(
        django_operation(ctx, call) == "RunPython"
        or last_name(call.func) == "update"
        or any(statement.kind == "update" for statement in sql_effects(ctx, call))
        for call in above
    )


def _operations_above(ctx: Context, call: cst.Call) -> list[cst.Call]:
    operations = django_operations(ctx)
    return operations[: operations.index(call)]


def _calls_above(ctx: Context, call: cst.Call) -> Iterator[cst.Call]:
    start = ctx.range(call)[0]
    return (other for other in ctx.tree.every(cst.Call) if ctx.range(other)[0] < start)


def _restates(ctx: Context, call: cst.Call) -> bool:
    """Whether a change of type or name may tell MySQL again what the column is: it wants the type, too."""
    renamed = ctx.keyword(call, "new_column_name") and ctx.keyword(call, "existing_type")
    return bool(renamed or ctx.keyword(call, "type_"))


def is_checked(ctx: Context, call: cst.Call, table: str, column: str) -> bool:
    """Whether SQL above a call, or an earlier migration, holds the column to be NOT NULL by a validated CHECK."""
    if django_operation(ctx, call) is not None:
        return (table, column) in state_at(ctx, call).validated
    start = ctx.range(call)[0]
    earlier = [s for c in ctx.tree.every(cst.Call) if ctx.range(c)[0] <= start for s in sql_effects(ctx, c)]
    return _validates(earlier, table, column)


def _validates(effects: list[Statement], table: str, column: str) -> bool:
    state = EMPTY
    for statement in effects:
        state = apply_sql(state, statement)
    return (table, column) in state.validated

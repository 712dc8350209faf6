"""How a NOT NULL column is added instead: what the fixes of REL501 and REL502 have in common."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations import alembic_steps, django_steps
from relint.fixers.migrations.quoting import quoted, source_of, string_of
from relint.fixers.migrations.refused import Refused
from relint.libraries.migrations import DJANGO_FIELDS, TEXT_FIELDS
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.column_changes import column_of, field_kind, is_relation, state_at, table_of
from relint.queries.migration_state import field_facts
from relint.queries.migration_target import is_application, target
from relint.queries.migrations import parse_operation
from relint.queries.schema import AddedColumn
from relint.queries.versions import minimum_version

_SET_DEFAULT = frozenset({"postgresql", "mysql", "mariadb"})
"""Engines with ALTER TABLE ... ALTER COLUMN ... SET DEFAULT."""


def add_column(finding: Finding, ctx: Context) -> Fix | None:
    """The fix for a NOT NULL column: a literal default that stays where that is sanctioned; else three steps."""
    call, column = finding.node, finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(column, AddedColumn)
    if column.kept and column.default == "constant" and target(ctx).constant_default_is_free:
        return None  # there is nothing to fill
    return _keep_default(ctx, call, column) or _in_steps(ctx, call, column)


def _in_steps(ctx: Context, call: cst.Call, column: AddedColumn) -> Fix:
    """Three migrations instead of one; a suggestion where a machine should not write them."""
    try:
        if column.origin == "django":
            return django_steps.add_in_steps(ctx, call, column)
        if column.origin == "alembic":
            return alembic_steps.add_in_steps(ctx, call, column)
        raise Refused("SQL is rewritten by hand")
    except Refused as reason:
        return Fix(
            f"Take three steps: add `{column.name}` as a nullable column without a default; fill it in batches by "
            "primary key in a migration that is not atomic; in a later release add CHECK (... IS NOT NULL) NOT VALID, "
            f"VALIDATE it, SET NOT NULL and drop the CHECK. Not written here: {reason}",
            (),
            Safety.DISPLAY,
        )


def _keep_default(ctx: Context, call: cst.Call, column: AddedColumn) -> Fix | None:
    if ctx.settings.sanctioned.not_null != "db-default" or not is_application(ctx) or column.field is None:
        return None
    if column.origin == "alembic":
        return _server_default(ctx, column)
    if column.origin != "django" or (literal := _literal(ctx, column)) is None:
        return None
    if (minimum_version(ctx, "django") or (0,)) >= (5,):
        changes = edits.set_keyword(ctx, column.field, "db_default", literal)
        return Fix(f"Add `db_default={literal}`, here and in the model", changes)
    return _set_default(ctx, call, column)


def _literal(ctx: Context, column: AddedColumn) -> str | None:
    """The source of a default that is a literal, Django's implicit `''` included."""
    assert column.field is not None
    kind = field_kind(column.field)
    if is_relation(ctx, column.field) or kind not in DJANGO_FIELDS:
        return None
    if column.value is None:
        return '""' if column.default == "implicit" and kind in TEXT_FIELDS else None
    value = ctx.literal(column.value)
    if isinstance(value, bool) != (kind == "BooleanField") or (kind in TEXT_FIELDS and not isinstance(value, str)):
        return None
    return source_of(value) if isinstance(value, str | int | float) else None


def _set_default(ctx: Context, call: cst.Call, column: AddedColumn) -> Fix | None:
    """`RunSQL(... SET DEFAULT ...)` right behind the AddField."""
    database = target(ctx)
    operation = parse_operation(ctx, call)
    element = ctx.parent(call)
    value = ctx.literal(column.value) if column.value is not None else ""
    if not (database.found and database.engine in _SET_DEFAULT and isinstance(element, cst.Element) and operation):
        return None
    if not isinstance(call.func, cst.Attribute) or column.field is None:
        return None
    model, name = column.name.split(".", 1)
    field = parse_operation(ctx, column.field)
    if field is None or not state_at(ctx, call).models.get(model):
        return None
    names = (table_of(ctx, call, model), column_of(field_facts(field), name))
    table, written = (quoted(name, database.engine) for name in names)
    alter = f"ALTER TABLE {table} ALTER COLUMN {written}"
    if field_kind(column.field) not in TEXT_FIELDS and isinstance(value, str):
        return None
    run_sql = f"{ctx.source(call.func.value)}.RunSQL"
    indent = edits.line_indent(ctx, call)
    step = ctx.tree.default_indent
    lines = [
        f"{run_sql}(",
        f"{step}{string_of(f'{alter} SET DEFAULT {_sql(value, database.engine)}')},",
        f"{step}reverse_sql={string_of(f'{alter} DROP DEFAULT')},",
        ")",
    ]
    end = ctx.range(call)[1]
    text = "".join(f"\n{indent}{line}" for line in lines)
    return Fix("Let the database keep the default", (Edit(end, end, f",{text}"),))


def _sql(value: object, engine: str) -> str:
    if isinstance(value, bool):
        return str(value).upper() if engine == "postgresql" else str(int(value))
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def _server_default(ctx: Context, column: AddedColumn) -> Fix | None:
    """Alembic: a Python-side `default=` of the new column, as the database's own."""
    assert column.field is not None
    given = ctx.keyword(column.field, "default")
    value = ctx.literal(given.value) if given is not None else ...
    if isinstance(value, bool):
        if not isinstance(column.field.func, cst.Attribute):
            return None
        literal = f"{ctx.source(column.field.func.value)}.{'true' if value else 'false'}()"
    elif isinstance(value, int | float | str):
        literal = source_of(str(value))
    else:
        return None
    changes = edits.set_keyword(ctx, column.field, "server_default", literal)
    return Fix(f"Add `server_default={literal}`", changes)

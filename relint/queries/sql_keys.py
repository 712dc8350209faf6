"""The primary key of a table, as the folder's earlier .sql files say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relint.queries.migration_sql import effects, name_of, parse
from relint.queries.migration_target import target
from relint.queries.sql_order import earlier_statements
from relint.sql_context import SqlContext

if TYPE_CHECKING:
    from sqlglot import exp

_UNSETTLES = frozenset({"drop column", "rename column", "change type", "rename table", "drop table", "unread"})


def primary_key(ctx: SqlContext, table: str) -> tuple[str, bool] | None:
    """The one column of a table's primary key, and whether its name was written in quotes; None when it is unknown.

    Unknown, too, when a later file takes the column or the table away, or may.
    """
    key: tuple[str, bool] | None = None
    engine = target(ctx).engine
    for statement in earlier_statements(ctx):
        if table not in statement.lower():
            continue
        if (found := _created_with(statement, table, engine)) is not None:
            key = found[0] if len(found) == 1 else None
        for effect in effects(statement, engine):
            if effect.table == table and effect.kind in _UNSETTLES:
                about_key = key is not None and effect.column == key[0].lower()
                key = None if about_key or not effect.column else key
    return key


def _created_with(statement: str, table: str, engine: str) -> list[tuple[str, bool]] | None:
    """The columns of the primary key in a statement that creates the table; None for another one."""
    from sqlglot import exp

    created = parse(statement, engine) if statement[:6].lower() == "create" else None
    schema = created.this if isinstance(created, exp.Create) and created.kind == "TABLE" else None
    if not isinstance(schema, exp.Schema) or name_of(schema.this) != table:
        return None
    found = []
    for column in schema.find_all(exp.ColumnDef):
        kinds = (constraint.args.get("kind") for constraint in column.args.get("constraints") or ())
        if any(isinstance(kind, exp.PrimaryKeyColumnConstraint) for kind in kinds):
            found.append(_name(column.this))
    for key in schema.find_all(exp.PrimaryKey):
        found += [_name(part.find(exp.Identifier)) for part in key.expressions]
    return found


def _name(identifier: exp.Expr | None) -> tuple[str, bool]:
    quoted = bool(identifier is not None and identifier.args.get("quoted"))
    name = getattr(identifier, "name", "")
    return (name, True) if quoted else (name.lower(), False)

"""What earlier SQL says of a column: asked where MySQL says a whole column anew, and what it was before decides."""

from __future__ import annotations

from dataclasses import dataclass

from relint.queries.migration_sql import Statement, created_columns, effects
from relint.queries.migration_target import target
from relint.queries.sql_order import earlier_texts
from relint.sql_context import SqlContext
from relint.sql_text import statements


@dataclass(frozen=True)
class Column:
    """A column as the last statement about it left it."""

    type: str
    not_null: bool


def columns_before(ctx: SqlContext) -> dict[tuple[str, str], Column]:
    """(table, column) -> what the folder's earlier files say of it."""
    return ctx.memo("columns before", lambda: _columns_before(ctx))


def follow(columns: dict[tuple[str, str], Column], effect: Statement) -> None:
    """Note in `columns` what an effect changes."""
    key = (effect.table, effect.column)
    before = columns.get(key)
    match effect.kind:
        case "add column":
            columns[key] = Column(effect.new, effect.not_null)
        case "rename column" if before is not None:
            columns[effect.table, effect.new] = columns.pop(key)
        case "set not null" if before is not None:
            columns[key] = Column(before.type, not_null=True)
        case "change type" if before is not None:
            columns[key] = Column(effect.new.removesuffix(" using"), before.not_null)


def follow_statement(columns: dict[tuple[str, str], Column], statement: str, engine: str) -> None:
    """Note what a whole statement changes, CREATE TABLE too."""
    for table, name, kind, not_null in created_columns(statement, engine):
        columns[table, name] = Column(kind, not_null)
    for effect in effects(statement, engine):
        follow(columns, effect)


def _columns_before(ctx: SqlContext) -> dict[tuple[str, str], Column]:
    columns: dict[tuple[str, str], Column] = {}
    for text in earlier_texts(ctx):
        for span in statements(text):
            follow_statement(columns, text[span.start : span.end], target(ctx).engine)
    return columns

"""From what SQL does to what rules judge: the same for a .sql file and for SQL in Python."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, Protocol

from relint.libraries.migrations import VALIDATES_CONSTRAINTS
from relint.libraries.times import TIME_COLUMN
from relint.model import Node
from relint.queries.migration_sql import Statement, as_written, effects, statements
from relint.queries.migration_state import EMPTY, State, apply_sql
from relint.queries.migration_target import Target, target
from relint.queries.schema import (
    AddedColumn,
    AddedConstraint,
    BulkDelete,
    Change,
    IndexBuild,
    LostName,
    RetypedColumn,
    TightenedColumn,
    Unread,
)
from relint.queries.sql_columns import Column, columns_before, follow_statement
from relint.queries.sql_order import earlier_texts, order
from relint.queries.type_changes import rewrites
from relint.sql_context import SqlContext, SqlNode

_CHECKS = re.compile(r"\bis\s+not\s+null\b|\bvalidate\s+constraint\b", re.IGNORECASE)
_PLAIN_NAMES = frozenset({"migration.sql", "up.sql"})


class History(Protocol):
    """What must be known of the statements around one."""

    def is_new(self, table: str) -> bool:
        """Whether the same migration creates or empties the table."""

    def drops_default(self, effect: Statement) -> bool:
        """Whether the default of a new column is taken away again further down."""

    def is_checked(self, effect: Statement) -> bool:
        """Whether a CHECK that was validated before holds the column to be not null."""

    def names(self, table: str, column: str) -> bool | None:
        """Whether code that runs until this migration names the column (or the table, without one); None: unknown.

        False, too, when a view takes over the name.
        """

    def column(self, effect: Statement) -> Column | None:
        """What the column was before a statement that says it anew; None: unknown."""


def changes_by(effect: Statement, node: Node, history: History, database: Target) -> Iterator[Change]:
    """What one effect of a statement comes to, on a table that may hold rows."""
    table, column = effect.table, effect.column
    named = as_written(f"{table}.{column}" if column else table)
    if effect.kind == "unread":
        yield Unread(node, "sql", named or "SQL")
        return
    if history.is_new(table):
        return
    match effect.kind:
        case "add column" if effect.not_null:
            yield AddedColumn(node, "sql", named, effect.default, not history.drops_default(effect))
        case "set not null" if effect.restated:
            before = history.column(effect)
            if before is not None and not before.not_null:
                yield TightenedColumn(node, "sql", named)
        case "set not null" if not history.is_checked(effect):
            yield TightenedColumn(node, "sql", named)
        case "create index" if not effect.concurrent and database.engine == "postgresql":
            yield IndexBuild(node, "sql", as_written(effect.name or table), "sql")
        case "add constraint" if effect.valid and effect.constraint:
            if effect.constraint in VALIDATES_CONSTRAINTS.get(database.engine, ()):
                yield AddedConstraint(node, "sql", as_written(effect.name) or named, effect.constraint, table)
        case "drop column" | "drop table" | "rename column" | "rename table":
            what = "table" if effect.kind.endswith("table") else "column"
            known = history.names(table, column)
            if known is not False:
                yield LostName(node, "sql", named, what, effect.new, known=bool(known))  # type: ignore[arg-type]
        case "change type":
            before = history.column(effect) if effect.restated else None
            old = before.type if before is not None else ""
            if rewrites(old, effect.new, database) and not (effect.restated and before is None):
                yield RetypedColumn(node, "sql", named, old, effect.new)
        case "delete" if TIME_COLUMN.search(effect.older) and not effect.limited and not effect.picks:
            yield BulkDelete(node, "sql", as_written(table), effect.older)


def changes_of_file(ctx: SqlContext) -> list[Change]:
    """What the forward statements of a .sql file change, in order; nothing when `start-after` makes it history."""
    return ctx.memo("changes", lambda: [] if _is_history(ctx) else list(_changes_of_file(ctx)))


def effects_of_file(ctx: SqlContext) -> list[tuple[SqlNode, Statement]]:
    """The effects of the forward statements, each with the part that has it."""
    return ctx.memo("effects", lambda: list(_effects_of_file(ctx)))


def _effects_of_file(ctx: SqlContext) -> Iterator[tuple[SqlNode, Statement]]:
    engine = target(ctx).engine
    for statement in ctx.forward:
        for effect in effects(ctx.source(statement), engine, alone=len(ctx.forward) == 1):
            start = statement.start + effect.start
            end = statement.start + effect.end if effect.end else statement.end
            yield SqlNode(start, end, statement.statement), effect


def _changes_of_file(ctx: SqlContext) -> Iterator[Change]:
    history = _FileHistory(ctx)
    for node, effect in effects_of_file(ctx):
        history.now = effect
        yield from changes_by(effect, node, history, target(ctx))


class _FileHistory:
    """The statements of the file; of earlier files of the folder, what they say of checks."""

    def __init__(self, ctx: SqlContext) -> None:
        self.ctx = ctx
        self.effects = [effect for _, effect in effects_of_file(ctx)]
        self.nodes = [node for node, _ in effects_of_file(ctx)]
        self.now: Statement | None = None
        self._new = _new_tables(self.effects)

    def is_new(self, table: str) -> bool:
        return table in self._new

    def drops_default(self, effect: Statement) -> bool:
        later = self.effects[self._at(effect) + 1 :]
        return any(s.kind == "drop default" and (s.table, s.column) == (effect.table, effect.column) for s in later)

    def is_checked(self, effect: Statement) -> bool:
        state = _state_before(self.ctx)
        for earlier in self.effects[: self._at(effect)]:
            state = apply_sql(state, earlier)
        return (effect.table, effect.column) in state.validated

    def names(self, table: str, column: str) -> bool | None:
        views = (effect.table for effect in self.effects if effect.kind == "create view")
        return False if not column and table in views else None

    def column(self, effect: Statement) -> Column | None:
        columns = dict(columns_before(self.ctx))
        engine = target(self.ctx).engine
        for statement in self.ctx.forward:
            if statement.statement == self.nodes[self._at(effect)].statement:
                break
            follow_statement(columns, self.ctx.source(statement), engine)
        return columns.get((effect.table, self._named_before(effect)))

    def _named_before(self, effect: Statement) -> str:
        """The column's name before `CHANGE a b ...`, whose effects come one behind the other."""
        around = (e for e in self.effects if e.kind == "rename column" and e.start == effect.start)
        return next((e.column for e in around if e.new == effect.column and e.table == effect.table), effect.column)

    def _at(self, effect: Statement) -> int:
        return next(i for i, each in enumerate(self.effects) if each is effect)


def _new_tables(found: list[Statement]) -> set[str]:
    """The tables that are created or emptied, under all their names."""
    new: set[str] = set()
    for effect in found:
        if effect.kind in ("create table", "empty table"):
            new.add(effect.table)
        elif effect.kind == "rename table" and effect.table in new:
            new.add(effect.new)
    return new


def _state_before(ctx: SqlContext) -> State:
    """What the folder's files that run before this one say of checks."""
    state = EMPTY
    for text in earlier_texts(ctx):
        if _CHECKS.search(text):
            for effect in statements(text, target(ctx).engine):
                state = apply_sql(state, effect)
    return state


def _is_history(ctx: SqlContext) -> bool:
    """Whether `start-after` names, for the folder of the migrations, this one or a later one.

    A tool with a folder a migration (Prisma, Diesel, Hasura) is known by the plain names of its files.
    """
    path = Path(ctx.path).absolute()
    if path.name in _PLAIN_NAMES:
        path = path.parent
    start = ctx.settings.migrations.start_after.get(path.parent.name)
    last = [name for name in ctx.project.listing(path.parent) if start is not None and name.startswith(start)]
    return any(order(path.name) <= order(name) for name in last)

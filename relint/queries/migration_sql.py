"""What SQL in a migration does to tables: each statement told by its first words, what matters read by sqlglot.

sqlglot is imported when there is a statement to read, and never asked about the rest.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Iterator, Literal

if TYPE_CHECKING:
    from sqlglot import exp

from relint.libraries.migrations import UNIQUE_COLUMNS, UNIQUE_SUFFIXES
from relint.remembered import remembered
from relint.sql_text import statements as spans
from relint.sql_text import without_comments

Kind = Literal[
    "create table",
    "create view",
    "empty table",
    "drop table",
    "rename table",  # `new` is the new name
    "add column",
    "drop column",
    "rename column",  # `new` is the new name
    "change type",  # `new` is the type
    "set not null",
    "set default",
    "drop default",
    "add constraint",
    "not null check",  # CHECK (column IS NOT NULL); not_null says whether it was validated at once
    "validate",  # `name` is the constraint
    "create index",
    "update",
    "delete",
    "insert",
    "unread",
]
Default = Literal["none", "constant", "volatile"]
Constraint = Literal["", "foreign key", "check", "unique", "primary key", "exclude"]

DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "mssql": "tsql",
}
_LONGEST = 50_000
"""Characters of a statement that is read; a longer one holds data."""
_HOLE = re.compile(r"hole_(\w+?)__")

NAME = r"(?:\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|[\w$]+)"
"""Regular expression of an identifier."""

PATH = rf"{NAME}(?:\s*\.\s*{NAME})*"
"""Regular expression of an identifier with the schema it may have before it."""

_PARAMETERS = re.compile(r"%s|%\(\w+\)s")
_FIRST = re.compile(r"(?:create|alter|drop|truncate|rename|insert|update|delete|with)\b", re.IGNORECASE)
_CREATE_TABLE = re.compile(
    rf"create\s+(?P<kind>(?:(?:global|local|temp|temporary|unlogged|foreign|external)\s+)*)table\s+"
    rf"(?:if\s+not\s+exists\s+)?(?P<table>{PATH})",
    re.IGNORECASE,
)
_CREATE_VIEW = re.compile(
    rf"create\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?view\s+(?:if\s+not\s+exists\s+)?(?P<view>{PATH})", re.IGNORECASE
)
_DROP_TABLE = re.compile(rf"drop\s+table\s+(?:if\s+exists\s+)?(?P<tables>{PATH}(?:\s*,\s*{PATH})*)", re.IGNORECASE)
_TRUNCATE = re.compile(rf"truncate\s+(?:table\s+)?(?:only\s+)?(?P<tables>{PATH}(?:\s*,\s*{PATH})*)", re.IGNORECASE)
_RENAME_TABLE = re.compile(rf"rename\s+table\s+(?P<table>{PATH})\s+to\s+(?P<new>{PATH})", re.IGNORECASE)
_CREATE_INDEX = re.compile(
    rf"create\s+(?:unique\s+)?index\s+(?P<concurrently>concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:(?P<name>{PATH})\s+)?"
    rf"on\s+(?:only\s+)?(?P<table>{PATH})",
    re.IGNORECASE,
)
_INSERT = re.compile(rf"insert\s+(?:ignore\s+)?into\s+(?P<table>{PATH})", re.IGNORECASE)
_ALTER_TABLE = re.compile(rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<table>{PATH})\s*\*?\s+", re.IGNORECASE)
_CHANGES_ROWS = re.compile(r"(?:with\b.*?\b)?(?:update|delete\s+from)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """One effect of a statement on one table. Names are lower case, without quotes and schema.

    `alone`: the statement is the only one of its text, and so may leave the transaction. `picks`: an UPDATE or DELETE
    names its rows by a key; `limited`: it has a LIMIT; `fills`: the column that it fills where that is null; `older`:
    the column by which a DELETE takes all that is older than a time. `name` is that of a constraint or an index;
    `valid`: the constraint holds for the rows that exist; `restated`: MySQL says the whole column anew, so this may
    have been so before. `start` and `end` are where the part that has the effect stands in the text.
    """

    kind: Kind
    table: str
    column: str = ""
    name: str = ""
    new: str = ""
    not_null: bool = False
    default: Default = "none"
    constraint: Constraint = ""
    valid: bool = True
    concurrent: bool = False
    limited: bool = False
    picks: bool = False
    fills: str | None = None
    older: str = ""
    alone: bool = True
    restated: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@remembered(1024)
def statements(sql: str, engine: str = "postgresql") -> tuple[Statement, ...]:
    """The effects of an SQL text, in order; "unread" for a statement that changes a table and cannot be read."""
    text = _PARAMETERS.sub(lambda found: ":p".ljust(len(found[0]), "p"), sql).replace("%%", "% ")
    found = list(spans(text))
    engine = "mysql" if "`" in text else engine  # whatever else the project runs on
    return tuple(
        replace(effect, start=span.start + effect.start, end=span.start + (effect.end or span.end - span.start))
        for span in found
        for effect in effects(text[span.start : span.end], engine, alone=len(found) == 1)
    )


def effects(statement: str, engine: str, *, alone: bool = True) -> Iterator[Statement]:
    """The effects of one statement; `start` and `end` are 0 where it has them as a whole."""
    if not _FIRST.match(statement):
        return
    statement = without_comments(statement)
    if found := _CREATE_TABLE.match(statement):
        yield Statement("create table", last_part(found["table"]))
    elif found := _ALTER_TABLE.match(statement):
        from relint.queries.alter_table import alterations

        if len(statement) <= _LONGEST:
            yield from alterations(statement, last_part(found["table"]), found.end(), engine)
    elif found := _CREATE_INDEX.match(statement):
        name = last_part(found["name"] or "")
        yield Statement(
            "create index", last_part(found["table"]), name=name, concurrent=bool(found["concurrently"]), alone=alone
        )
    elif found := _CREATE_VIEW.match(statement):
        yield Statement("create view", last_part(found["view"]))
    elif found := _DROP_TABLE.match(statement):
        for table in found["tables"].split(","):
            yield Statement("drop table", last_part(table))
    elif found := _TRUNCATE.match(statement):
        for table in found["tables"].split(","):
            yield Statement("empty table", last_part(table))
    elif found := _RENAME_TABLE.match(statement):
        yield Statement("rename table", last_part(found["table"]), new=last_part(found["new"]))
    elif found := _INSERT.match(statement):
        yield Statement("insert", last_part(found["table"]))
    elif _CHANGES_ROWS.match(statement) and len(statement) <= _LONGEST:
        yield from _rows(statement, engine, alone)


def created_columns(statement: str, engine: str) -> Iterator[tuple[str, str, str, bool]]:
    """Table, name, type and NOT NULL of each column that a CREATE TABLE makes; nothing for other statements."""
    from sqlglot import exp

    if _CREATE_TABLE.match(statement) is None or len(statement) > _LONGEST:
        return
    created = parse(without_comments(statement), engine)
    schema = created.this if isinstance(created, exp.Create) else None
    if not isinstance(schema, exp.Schema):
        return
    keys = {name_of(part) for key in schema.expressions if isinstance(key, exp.PrimaryKey) for part in key.expressions}
    for column in schema.expressions:
        if isinstance(column, exp.ColumnDef) and column.kind is not None:
            kinds = [constraint.args.get("kind") for constraint in column.args.get("constraints") or ()]
            required = name_of(column) in keys or any(
                isinstance(k, exp.PrimaryKeyColumnConstraint)
                or (isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null"))
                for k in kinds
            )
            yield name_of(schema.this), name_of(column), type_of(column), required


def type_of(column: exp.ColumnDef) -> str:
    """The type of a column in lower case, as MySQL writes it; empty when it has none."""
    return column.kind.sql(dialect="mysql").lower() if column.kind is not None else ""


def parse(statement: str, engine: str) -> exp.Expr | None:
    """A statement as sqlglot reads it; None when it cannot."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns of every statement that it takes as it is
    try:
        return sqlglot.parse_one(statement, read=DIALECTS.get(engine))
    except (SqlglotError, RecursionError, AttributeError, TypeError, ValueError, LookupError):
        return None  # on text of no dialect its parsers stumble over their own missing nodes


def as_written(name: str) -> str:
    """A name as it is written where a part of it is a hole: `hole_prefix__orders` -> `{prefix}orders`."""
    return _HOLE.sub(lambda hole: "{...}" if hole[1].isdigit() else f"{{{hole[1]}}}", name)


def last_part(path: str) -> str:
    """`"public"."Orders"` -> `orders`."""
    return path.rpartition(".")[2].strip().strip('"`[]').lower()


def _rows(statement: str, engine: str, alone: bool) -> Iterator[Statement]:
    from sqlglot import exp

    match parse(statement, engine):
        case exp.Update() as update:
            yield _update(update, alone)
        case exp.Delete() as delete:
            yield _delete(delete, alone)
        case None:
            yield Statement("unread", "")


def _update(update: exp.Update, alone: bool) -> Statement:
    from sqlglot import exp

    where = update.args.get("where")
    condition = where.this if where is not None else None
    fills = None
    if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
        column = name_of(condition.this)
        for assignment in update.expressions:
            if isinstance(assignment, exp.EQ) and name_of(assignment.this) == column:
                fills = column if isinstance(assignment.expression, exp.Literal | exp.Boolean) else None
    return Statement(
        "update",
        name_of(update.this),
        limited=update.args.get("limit") is not None or (where is not None and where.find(exp.Limit) is not None),
        picks=condition is not None and _picks(condition, {name_of(update.this), update.this.alias.lower()}),
        fills=fills,
        alone=alone,
    )


def _delete(delete: exp.Delete, alone: bool) -> Statement:
    from sqlglot import exp

    where = delete.args.get("where")
    table = name_of(delete.this)
    if where is None and not delete.args.get("using") and delete.args.get("limit") is None:
        return Statement("empty table", table, alone=alone)
    condition = where.this if where is not None else None
    limited = delete.args.get("limit") is not None or (where is not None and where.find(exp.Limit) is not None)
    return Statement(
        "delete",
        table,
        limited=limited,
        picks=condition is not None and _picks(condition, {table, delete.this.alias.lower()}),
        older=_older(condition),
        alone=alone,
    )


def _older(condition: exp.Expr | None) -> str:
    """The column of `ts < now() - interval ...`, alone or among conditions that must all hold."""
    from sqlglot import exp

    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    if any(isinstance(part, exp.Column) and name_of(part).startswith("hole_") for part in parts):
        return ""  # a condition out of sight
    for part in parts:
        part = part.unnest() if part is not None else None
        match part:
            case (
                exp.LT(this=exp.Column() as column, expression=bound)
                | exp.LTE(this=exp.Column() as column, expression=bound)
            ):
                if not is_key(column.name.lower()) and not isinstance(bound, exp.Column):
                    return column.name.lower()
            case (
                exp.GT(this=bound, expression=exp.Column() as column)
                | exp.GTE(this=bound, expression=exp.Column() as column)
            ):
                if not is_key(column.name.lower()) and not isinstance(bound, exp.Column):
                    return column.name.lower()
    return ""


def _picks(condition: exp.Expr, tables: set[str]) -> bool:
    """Whether a condition keeps a few rows: a key of the table compared with given values, or a bounded range of it."""
    from sqlglot import exp

    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    for part in parts:
        part = part.unnest()
        if isinstance(part, exp.EQ) and _is_given(part.expression) and _is_key(part.this, tables):
            return True
        if isinstance(part, exp.In) and _is_key(part.this, tables) and not part.args.get("query"):
            return True
        if isinstance(part, exp.Between) and _is_key(part.this, tables):
            return True
        if isinstance(part, exp.LT | exp.LTE) and _is_key(part.this, tables) and _is_given(part.expression):
            return True
    return False


def _is_given(value: exp.Expr) -> bool:
    from sqlglot import exp

    if isinstance(value, exp.Cast):  # `(other.data -> 'id')::int` joins tables
        return all(name_of(column).startswith("hole_") for column in value.find_all(exp.Column))
    return isinstance(value, exp.Literal | exp.Placeholder | exp.Parameter) or name_of(value).startswith("hole_")


def _is_key(column: exp.Expr, tables: set[str]) -> bool:
    from sqlglot import exp

    if not isinstance(column, exp.Column) or (column.table and column.table.lower() not in tables):
        return False
    return is_key(column.name.lower())


def is_key(column: str) -> bool:
    """Whether comparing a column with a value picks a single row, or a few."""
    return column in UNIQUE_COLUMNS or column.startswith("hole_") or column.endswith(UNIQUE_SUFFIXES)


def name_of(node: exp.Expr | None) -> str:
    """The name of a node of sqlglot in lower case; empty when it has none."""
    name = getattr(node, "name", "") or ""
    return name.lower()

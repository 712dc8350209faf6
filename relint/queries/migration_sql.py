"""What an SQL statement in a migration does to a table, read by sqlglot.

sqlglot takes what it does not know (VALIDATE CONSTRAINT, DO blocks) for a raw command: those are told by their first
words. It is imported when there is SQL to read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Iterator, Literal

if TYPE_CHECKING:
    from sqlglot import exp

from relint.libraries.migrations import UNIQUE_COLUMNS, UNIQUE_SUFFIXES, VOLATILE

Kind = Literal[
    "create table",
    "empty table",
    "rename table",  # column is the new name
    "add column",
    "set not null",
    "set default",
    "drop default",
    "not null check",  # CHECK (column IS NOT NULL); not_null says whether it was validated at once
    "validate",  # column is empty, name is the constraint
    "create index",
    "update",
]
Default = Literal["none", "constant", "volatile"]

_DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "mssql": "tsql",
}
_INTERESTING = re.compile(
    r"\b(?:alter\s+table|create\s+(?:unique\s+)?index|create\s+table|update|delete\s+from|truncate)\b", re.IGNORECASE
)
_VALIDATE = re.compile(
    r"\bALTER\s+TABLE\s+(?:ONLY\s+)?(?P<table>\S+)\s+VALIDATE\s+CONSTRAINT\s+(?P<name>[^\s;,]+)", re.I
)
_PARAMETERS = re.compile(r"%s|%\(\w+\)s")


@dataclass(frozen=True)
class Statement:
    """One effect of a statement on one table. Names are lower case, without quotes and schema.

    `alone`: the statement is the only one of its text, and so may leave the transaction. `picks`: an UPDATE names its
    rows by a key; `limited`: it has a LIMIT; `fills`: the column that it fills where that is null. `name` is that of a
    constraint or an index.
    """

    kind: Kind
    table: str
    column: str = ""
    name: str = ""
    not_null: bool = False
    default: Default = "none"
    concurrent: bool = False
    limited: bool = False
    picks: bool = False
    fills: str | None = None
    alone: bool = True


@lru_cache(maxsize=1024)
def statements(sql: str, engine: str = "postgresql") -> tuple[Statement, ...]:
    """The effects of an SQL text, in order; empty when it has none that concerns migrations or cannot be read."""
    if not _INTERESTING.search(sql):
        return ()
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns of every statement that it takes as it is
    text = _PARAMETERS.sub(":parameter", sql).replace("%%", "%")
    try:
        parsed = [e for e in sqlglot.parse(text, read=_DIALECTS.get(engine)) if e is not None]
    except (SqlglotError, RecursionError):
        return ()
    return tuple(s for expression in parsed for s in _effects(expression, alone=len(parsed) == 1))


def _effects(statement: exp.Expr, *, alone: bool) -> Iterator[Statement]:
    from sqlglot import exp

    match statement:
        case exp.Create() if statement.args.get("kind") == "TABLE":
            yield Statement("create table", _name(statement.find(exp.Table)))
        case exp.Create() if statement.args.get("kind") == "INDEX":
            concurrent = bool(statement.args.get("concurrently"))
            table, name = _name(statement.find(exp.Table)), _name(statement.this)
            yield Statement("create index", table, name=name, concurrent=concurrent, alone=alone)
        case exp.Delete() if statement.args.get("where") is None:
            yield Statement("empty table", _name(statement.this))
        case exp.TruncateTable():
            for table in statement.expressions:
                yield Statement("empty table", _name(table))
        case exp.Update():
            yield _update(statement, alone)
        case exp.Alter() if statement.args.get("kind") == "TABLE":
            for action in statement.args.get("actions") or ():
                yield from _alteration(_name(statement.this), action, valid=not statement.args.get("not_valid"))
        case exp.Command():
            if validated := _VALIDATE.search(f"{statement.this} {statement.expression}"):
                named = validated["table"].rpartition(".")[2].strip('"').lower()
                yield Statement("validate", named, name=validated["name"].strip('"').lower())


def _alteration(table: str, action: exp.Expr, *, valid: bool) -> Iterator[Statement]:
    from sqlglot import exp

    match action:
        case exp.ColumnDef():
            yield _added(table, action)
        case exp.AlterColumn() if action.args.get("allow_null") is False:
            yield Statement("set not null", table, _name(action))
        case exp.AlterColumn() if action.args.get("default") is not None:
            yield Statement("set default", table, _name(action))
        case exp.AlterColumn() if action.args.get("drop") and action.args.get("allow_null") is None:
            yield Statement("drop default", table, _name(action))
        case exp.AddConstraint():
            constraint = _name(action.find(exp.Constraint))
            for check in action.find_all(exp.CheckColumnConstraint, exp.Check):
                if (column := _required_by(check.this)) is not None:
                    yield Statement("not null check", table, column, constraint, not_null=valid)
        case exp.AlterRename():
            yield Statement("rename table", table, _name(action.this))


def _required_by(condition: exp.Expr) -> str | None:
    """The column of `column IS NOT NULL`, or of `NOT column IS NULL`, as it was written before 30."""
    from sqlglot import exp

    match condition:
        case exp.Is() if condition.args.get("negate"):
            return _name(condition.this)
        case exp.Not(this=exp.Is() as inner) if isinstance(inner.expression, exp.Null):
            return _name(inner.this)
    return None


def _added(table: str, column: exp.ColumnDef) -> Statement:
    from sqlglot import exp

    kinds = [constraint.args.get("kind") for constraint in column.args.get("constraints") or ()]
    not_null = any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds)
    generated = any(
        isinstance(k, exp.GeneratedAsIdentityColumnConstraint | exp.ComputedColumnConstraint) for k in kinds
    )
    default: Default = "none"
    for kind in kinds:
        if isinstance(kind, exp.DefaultColumnConstraint) and not isinstance(kind.this, exp.Null):
            volatile = isinstance(kind.this, exp.Uuid | exp.Rand) or VOLATILE.search(kind.this.sql())
            default = "volatile" if volatile else "constant"
    serial = column.kind is not None and "SERIAL" in column.kind.sql().upper()
    return Statement(
        "add column", table, _name(column), not_null=not_null and not generated and not serial, default=default
    )


def _update(update: exp.Update, alone: bool) -> Statement:
    from sqlglot import exp

    where = update.args.get("where")
    condition = where.this if where is not None else None
    fills = None
    if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
        column = _name(condition.this)
        for assignment in update.expressions:
            if isinstance(assignment, exp.EQ) and _name(assignment.this) == column:
                fills = column if isinstance(assignment.expression, exp.Literal | exp.Boolean) else None
    return Statement(
        "update",
        _name(update.this),
        limited=update.args.get("limit") is not None or (where is not None and where.find(exp.Limit) is not None),
        picks=condition is not None and _picks(condition, {_name(update.this), update.this.alias.lower()}),
        fills=fills,
        alone=alone,
    )


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
        return all(_name(column).startswith("hole_") for column in value.find_all(exp.Column))
    return isinstance(value, exp.Literal | exp.Placeholder | exp.Parameter) or _name(value).startswith("hole_")


def _is_key(column: exp.Expr, tables: set[str]) -> bool:
    from sqlglot import exp

    if not isinstance(column, exp.Column) or (column.table and column.table.lower() not in tables):
        return False
    return is_key(column.name.lower())


def is_key(column: str) -> bool:
    """Whether comparing a column with a value picks a single row, or a few."""
    return column in UNIQUE_COLUMNS or column.startswith("hole_") or column.endswith(UNIQUE_SUFFIXES)


def _name(node: exp.Expr | None) -> str:
    name = getattr(node, "name", "") or ""
    return name.lower()

"""The actions of an ALTER TABLE, each read by itself: one that sqlglot does not know hides none of the others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Iterator, Sequence

if TYPE_CHECKING:
    from sqlglot import exp

from relint.libraries.migrations import VOLATILE
from relint.queries.migration_sql import NAME, PATH, Constraint, Default, Statement, last_part, name_of, parse, type_of
from relint.sql_text import Span, split

_VALIDATE = re.compile(rf"validate\s+constraint\s+(?P<name>{NAME})", re.IGNORECASE)
_DROP_COLUMN = re.compile(
    rf"drop\s+(?!constraint\b|index\b|key\b|foreign\b|primary\b|check\b|partition\b|default\b|expression\b)"
    rf"(?:column\s+)?(?:if\s+exists\s+)?(?P<name>{NAME})",
    re.IGNORECASE,
)
_RENAME = re.compile(
    rf"rename\s+(?P<other>(?:constraint|index|key)\s+)?(?P<column>column\s+)?(?P<name>(?!to\b|as\b){NAME})\s+to\s+"
    rf"(?P<new>{NAME})|rename\s+(?:to\s+|as\s+)?(?P<table>{PATH})\s*\Z",
    re.IGNORECASE,
)
_TYPE = re.compile(
    rf"alter\s+(?:column\s+)?(?P<name>{NAME})\s+(?:set\s+data\s+)?type\s+(?P<type>.+?)"
    r"(?:\s+collate\s+\S+)?(?P<using>\s+using\s+.+)?\Z",
    re.IGNORECASE | re.DOTALL,
)
_NOT_NULL = re.compile(rf"alter\s+(?:column\s+)?(?P<name>{NAME})\s+set\s+not\s+null\b", re.IGNORECASE)
_DEFAULT = re.compile(rf"alter\s+(?:column\s+)?(?P<name>{NAME})\s+(?P<verb>set|drop)\s+default\b", re.IGNORECASE)
_CONSTRAINT = re.compile(
    rf"add\s+(?:constraint\s+(?:if\s+not\s+exists\s+)?(?:(?P<name>(?!foreign\b|check\b|unique\b|primary\b){NAME})\s+)?)?"
    r"(?P<kind>foreign\s+key|check|unique|primary\s+key|exclude)\b",
    re.IGNORECASE,
)
_NOT_VALID = re.compile(r"\bnot\s+valid\s*\Z|\bnot\s+enforced\s*\Z|\bnocheck\b", re.IGNORECASE)
_USING_INDEX = re.compile(r"\busing\s+index\s+(?!tablespace\b)\w|\Aadd\b.*\busing\s+index\s+[\"`]", re.IGNORECASE)
_INDEX = re.compile(r"add\s+(?:fulltext\s+|spatial\s+)?(?:index|key)\b", re.IGNORECASE)
_ADD = re.compile(r"add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(?P<many>\()?", re.IGNORECASE)
_MODIFY = re.compile(rf"(?:modify|change)\s+(?:column\s+)?(?P<name>{NAME})", re.IGNORECASE)
_SETTINGS = re.compile(
    r"owner\b|enable\b|disable\b|force\b|no\s+force\b|set\b|reset\b|cluster\b|inherit\b|no\s+inherit\b|attach\b|detach\b"
    r"|replica\b|drop\b|alter\b|algorithm\b|lock\b|engine\b|auto_increment\b|comment\b|default\b|convert\b|order\b"
    r"|add\s+(?:partition|table|generated)\b|of\b|not\s+of\b|row_format\b|character\b|charset\b|collate\b|rename\b"
    r"|trigger\b|check\b|nocheck\b|with\b|switch\b|rebuild\b|truncate\b|exchange\b|reorganize\b",
    re.IGNORECASE,
)
"""First words of actions that change no column, constraint or type."""


def alterations(statement: str, table: str, offset: int, engine: str) -> Iterator[Statement]:
    """The effects of an ALTER TABLE without comments; its actions begin at `offset`."""
    for span in split(statement[offset:]):
        part = _trimmed(statement, Span(span.start + offset, span.end + offset))
        action = statement[part.start : part.end]
        for effect in _effects(action, table, engine):
            yield replace(effect, start=part.start, end=part.end)


def _trimmed(text: str, span: Span) -> Span:
    inside = text[span.start : span.end]
    start = span.start + len(inside) - len(inside.lstrip())
    return Span(start, max(start, span.start + len(inside.rstrip())))


def _effects(action: str, table: str, engine: str) -> Iterator[Statement]:
    if found := _VALIDATE.match(action):
        yield Statement("validate", table, name=last_part(found["name"]))
    elif found := _DROP_COLUMN.match(action):
        yield Statement("drop column", table, last_part(found["name"]))
    elif found := _RENAME.match(action):
        if found["table"]:
            yield Statement("rename table", table, new=last_part(found["table"]))
        elif not found["other"]:
            yield Statement("rename column", table, last_part(found["name"]), new=last_part(found["new"]))
    elif found := _NOT_NULL.match(action):
        yield Statement("set not null", table, last_part(found["name"]))
    elif found := _DEFAULT.match(action):
        kind = "set default" if found["verb"].lower() == "set" else "drop default"
        yield Statement(kind, table, last_part(found["name"]))  # type: ignore[arg-type]
    elif found := _TYPE.match(action):
        yield Statement("change type", table, last_part(found["name"]), new=_new_type(found))
    elif _INDEX.match(action):
        yield Statement("create index", table)
    elif found := _CONSTRAINT.match(action):
        yield from _constraint(action, table, found, engine)
    elif found := _MODIFY.match(action):
        yield from _modified(action, table, found, engine)
    elif found := _ADD.match(action):
        yield from _added(action, table, found, engine)
    elif not _SETTINGS.match(action):
        yield Statement("unread", table)


def _new_type(found: re.Match[str]) -> str:
    """The type in lower case; ` using` behind it when values are made by an expression that is more than a cast."""
    kind = " ".join(found["type"].lower().split())
    name = re.escape(last_part(found["name"]))
    cast = rf"\s+using\s+\(?[\"`]?{name}[\"`]?\)?\s*::\s*\(?{re.escape(kind)}\)?\s*"
    using = found["using"]
    return f"{kind} using" if using and not re.fullmatch(cast, using, re.IGNORECASE) else kind


def _constraint(action: str, table: str, found: re.Match[str], engine: str) -> Iterator[Statement]:
    kind: Constraint = " ".join(found["kind"].lower().split())  # type: ignore[assignment]
    name = last_part(found["name"] or "")
    if _USING_INDEX.search(action):
        return  # the index was built before
    valid = _NOT_VALID.search(action) is None
    yield Statement("add constraint", table, name=name, constraint=kind, valid=valid)
    if kind == "check" and (column := _required_column(_NOT_VALID.sub("", action), table, engine)) is not None:
        yield Statement("not null check", table, column, name, not_null=valid)


def _required_column(action: str, table: str, engine: str) -> str | None:
    """The column that a CHECK holds to be not null."""
    from sqlglot import exp

    parsed = parse(f"ALTER TABLE {table} {action}", engine)
    check = parsed.find(exp.CheckColumnConstraint, exp.Check) if parsed is not None else None
    condition = check.this if check is not None else None
    match condition.unnest() if condition is not None else None:
        case exp.Is() as test if test.args.get("negate"):
            return name_of(test.this)
        case exp.Not(this=exp.Is() as inner) if isinstance(inner.expression, exp.Null):  # as written before 30
            return name_of(inner.this)
    return None


def _added(action: str, table: str, found: re.Match[str], engine: str) -> Iterator[Statement]:
    """`ADD COLUMN a int`, and MySQL's `ADD COLUMN (a int, b int)`."""
    inside = action[found.end() :].strip()
    definitions = [inside]
    if found["many"]:
        inside = inside.removesuffix(")")
        definitions = [inside[part.start : part.end].strip() for part in split(inside)]
    for definition in definitions:
        column = _column(f"ALTER TABLE {table} ADD COLUMN {definition}", engine)
        if column is None:
            yield Statement("unread", table)
        else:
            yield from _column_effects(table, column)


def _column(statement: str, engine: str) -> exp.ColumnDef | None:
    from sqlglot import exp

    parsed = parse(statement, engine)
    return parsed.find(exp.ColumnDef) if isinstance(parsed, exp.Alter) else None


def _column_effects(table: str, column: exp.ColumnDef) -> Iterator[Statement]:
    from sqlglot import exp

    kinds = _constraints(column)
    generated = any(
        isinstance(k, exp.GeneratedAsIdentityColumnConstraint | exp.ComputedColumnConstraint) for k in kinds
    )
    serial = column.kind is not None and "SERIAL" in column.kind.sql().upper()
    counted = any(isinstance(k, exp.AutoIncrementColumnConstraint) for k in kinds)
    not_null = _is_required(kinds) and not (generated or serial or counted)
    name = name_of(column)
    yield Statement("add column", table, name, not_null=not_null, default=_default(kinds), new=type_of(column))
    for kind in kinds:
        match kind:
            case exp.CheckColumnConstraint():
                yield Statement("add constraint", table, name, constraint="check")
            case exp.UniqueColumnConstraint():
                yield Statement("add constraint", table, name, constraint="unique")
            case exp.Reference() if _default(kinds) != "none":
                # PostgreSQL looks at no row of a new column that is NULL everywhere (parse_utilcmd.c).
                yield Statement("add constraint", table, name, constraint="foreign key")


def _constraints(column: exp.ColumnDef) -> Sequence[exp.Expr]:
    return [c.args["kind"] for c in column.args.get("constraints") or () if c.args.get("kind") is not None]


def _is_required(kinds: Sequence[exp.Expr]) -> bool:
    from sqlglot import exp

    return any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds)


def _default(kinds: Sequence[exp.Expr]) -> Default:
    from sqlglot import exp

    for kind in kinds:
        if isinstance(kind, exp.DefaultColumnConstraint) and not isinstance(kind.this, exp.Null):
            volatile = isinstance(kind.this, exp.Uuid | exp.Rand) or VOLATILE.search(kind.this.sql())
            return "volatile" if volatile else "constant"
    return "none"


def _modified(action: str, table: str, found: re.Match[str], engine: str) -> Iterator[Statement]:
    """MySQL's `MODIFY a ...` and `CHANGE a b ...`, which say the whole column anew."""
    from sqlglot import exp

    old = last_part(found["name"])
    parsed = parse(f"ALTER TABLE {table} {action}", engine)
    column = parsed.find(exp.ColumnDef) if isinstance(parsed, exp.Alter) else None
    if column is None:
        yield Statement("unread", table)
        return
    name = name_of(column)
    if name != old:
        yield Statement("rename column", table, old, new=name)
    if _is_required(_constraints(column)):
        yield Statement("set not null", table, name, restated=True)
    if column.kind is not None:
        yield Statement("change type", table, name, new=type_of(column), restated=True)

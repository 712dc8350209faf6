"""Where does code read one page of a query's rows, and is the order certain in which they come?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.django_pages import django_pages
from relint.queries.mapped_columns import mapped_columns
from relint.queries.page import Page
from relint.queries.querysets import methods, unwound
from relint.queries.sql_places import HOLE, Place, first_word, spots
from relint.queries.sql_sinks import sinks, texts_given
from relint.queries.text import Piece, text_of, with_holes_as

_SELECTS = frozenset({"sqlalchemy.select", "sqlalchemy.sql.select", "sqlalchemy.future.select", "sqlmodel.select"})
_OF_STATEMENTS = frozenset(
    "where filter filter_by join outerjoin options limit offset select_from with_entities distinct group_by having "
    "all scalars execution_options add_columns".split()
)
"""Methods of SQLAlchemy's statements and queries that leave the order as it is."""
_KEEPS_ROWS = frozenset("where filter filter_by options limit offset scalars execution_options all".split())
"""And give whole rows of the class that is selected."""
_DIRECTIONS = frozenset("asc desc nulls_first nulls_last nullsfirst nullslast".split())
_OFFSET = re.compile(
    rf"\bOFFSET\s+(?:{HOLE}|%s|%\(\w+\)s|\?|:\w+|\$\d+)|\bLIMIT\s+(?:{HOLE}|%s|\?)\s*,\s*(?:{HOLE}|%s|\?)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)


def pages(ctx: Context) -> list[Page]:
    """Every place of the file that reads a page, in source order."""
    return ctx.memo("pages", lambda: sorted(_pages(ctx), key=lambda page: ctx.range(page.node)))


def _pages(ctx: Context) -> Iterator[Page]:
    yield from django_pages(ctx)
    for call in ctx.tree.of(cst.Call):
        if last_name(call.func) == "offset" and len(call.args) == 1 and ctx.literal(call.args[0].value) is ...:
            yield from _of_sqlalchemy(ctx, call)
    yield from _of_text(ctx)


# -- SQLAlchemy ------------------------------------------------------------------------------------------------------


def _of_sqlalchemy(ctx: Context, offset: cst.Call) -> Iterator[Page]:
    calls: list[cst.Call] = []
    if not _comes_from_select(ctx, _whole_chain(ctx, offset), calls, frozenset()):
        return
    called = set(methods(calls))
    ordering = [call for call in dict.fromkeys(calls) if last_name(call.func) == "order_by"]
    if not called <= _OF_STATEMENTS | {"order_by"}:
        return
    if not ordering:
        key = _key_of_selected(ctx, offset) if called <= _KEEPS_ROWS else ""
        assert isinstance(offset.func, cst.Attribute)
        yield Page("sqlalchemy", offset, offset.func.value, ordered=False, may_order=bool(key), key=key)
    elif len(ordering) > 1 or not called <= _KEEPS_ROWS | {"order_by"}:
        yield Page("sqlalchemy", offset, offset, ordered=True)
    else:
        yield _ordered_by(ctx, offset, ordering[0], _fixed(ctx, calls))


def _ordered_by(ctx: Context, offset: cst.Call, order_by: cst.Call, fixed: set[str]) -> Page:
    """Rows in the order of one `order_by(...)` of columns in sight."""
    columns = [_column(ctx, arg.value) if not arg.star and arg.keyword is None else None for arg in order_by.args]
    by = [column for column in columns if column is not None]
    classes = {ctx.source(cls): cls for cls, _ in by}
    named = {shown: [name for cls, name in by if ctx.source(cls) == shown] for shown in classes}
    known = {shown: mapped_columns(ctx, cls) for shown, cls in classes.items()}
    certain = [said.certainty(named[shown], fixed) for shown, said in known.items() if said is not None]
    if not by or len(by) < len(columns) or len(certain) < len(known) or None in certain or "certain" in certain:
        return Page("sqlalchemy", offset, offset, ordered=True)
    shown, said = next(iter(known.items()))
    key = f"{shown}.{said.key}" if said is not None and said.key else ""
    names = tuple(f"{ctx.source(cls)}.{name}" for cls, name in by)
    moments = "moments" in certain
    return Page("sqlalchemy", offset, offset, False, names, moments, may_order=bool(key), key=key, order_by=order_by)


def _fixed(ctx: Context, calls: list[cst.Call]) -> set[str]:
    """The columns that are the same in all rows: `where(Order.state == state)`, `filter_by(state=state)`."""
    conditions = [call for call in calls if last_name(call.func) in ("where", "filter", "filter_by")]
    found = {arg.keyword.value for call in conditions for arg in call.args if arg.keyword is not None}
    for condition in (each for call in conditions for each in ctx.walk(call, cst.Comparison)):
        match condition:
            case cst.Comparison(left=cst.Attribute(attr=cst.Name(value=name)), comparisons=[compared]):
                if isinstance(compared.operator, cst.Equal):
                    found.add(name)
    return found


def _column(ctx: Context, term: cst.BaseExpression) -> tuple[cst.BaseExpression, str] | None:
    """(class, column) of `Order.day`, `Order.day.desc()`, `desc(Order.day)`."""
    match term:
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=[]) if method in _DIRECTIONS:
            return _column(ctx, inner)
        case cst.Call(args=[cst.Arg(value=inner, keyword=None)]) if last_name(term.func) in _DIRECTIONS:
            return _column(ctx, inner)
        case cst.Attribute(value=cst.Name() | cst.Attribute() as cls, attr=cst.Name(value=name)):
            return (cls, name) if mapped_columns(ctx, cls) is not None else None
    return None


def _key_of_selected(ctx: Context, offset: cst.Call) -> str:
    """The key of the one class that the chain itself selects, before anything that an order must stand before."""
    start, calls = unwound(offset)
    while calls and last_name(calls[0].func) in ("query", "select"):
        start = calls.pop(0)
    if not isinstance(start, cst.Call) or len(start.args) != 1:
        return ""
    if last_name(start.func) == "query" and "limit" in methods(calls):
        return ""  # an order has to stand before it there
    said = mapped_columns(ctx, start.args[0].value)
    return f"{ctx.source(start.args[0].value)}.{said.key}" if said is not None and said.key else ""


def _whole_chain(ctx: Context, call: cst.Call) -> cst.Call:
    """The last call of the chain that a call is part of."""
    attribute = ctx.parent(call)
    around = ctx.parent(attribute) if isinstance(attribute, cst.Attribute) else None
    if (
        isinstance(around, cst.Call)
        and around.func is attribute
        and last_name(around.func) in _OF_STATEMENTS | {"order_by"}
    ):
        return _whole_chain(ctx, around)
    return call


def _comes_from_select(
    ctx: Context, statement: cst.BaseExpression, calls: list[cst.Call], seen: frozenset[cst.CSTNode]
) -> bool:
    """Whether a chain begins with `select(...)` or `session.query(...)`; collects the calls on all ways there."""
    current = statement
    while isinstance(current, cst.Call) and isinstance(current.func, cst.Attribute):
        if ctx.callee(current) in _SELECTS or current.func.attr.value == "query":
            break
        calls.append(current)
        current = current.func.value
    match current:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="query")), args=[_, *_]):
            return "sqlalchemy" in ctx.text
        case cst.Call():
            return ctx.callee(current) in _SELECTS
        case cst.Name():
            bindings = ctx.bindings(current)
            if bindings is None:
                return False
            todo = [value for value in bindings if value not in seen]
            seen |= set(todo)
            return all(_comes_from_select(ctx, value, calls, seen) for value in todo) and bool(todo or seen)
    return False


# -- SQL text --------------------------------------------------------------------------------------------------------


def _of_text(ctx: Context) -> Iterator[Page]:
    if "OFFSET" not in ctx.text.upper() and "LIMIT" not in ctx.text.upper():
        return
    for sink in (sink for sink in sinks(ctx) if sink.name != "mogrify"):
        for expression, prefix in texts_given(ctx, sink):
            known: list[bool | None] = []
            for text in text_of(ctx, expression):
                raw = prefix + with_holes_as(text, lambda _, __: HOLE)
                if not any(isinstance(part, Piece) for part in text) or first_word(raw) not in ("SELECT", "WITH"):
                    continue
                if _OFFSET.search(raw):
                    known.append(_text_is_ordered(raw))
            if known:
                yield Page("text", sink.call, expression, ordered=None if None in known else all(known))


def _text_is_ordered(raw: str) -> bool | None:
    if _ORDER.search(raw):
        return True
    return False if all(spot.place is not Place.FRAGMENT for spot in spots(raw)) else None

"""Where does code read one page of a query's rows, and is the order certain in which they come?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.django_pages import django_pages
from relint.queries.page import Page
from relint.queries.sql_places import HOLE, Place, first_word, spots
from relint.queries.sql_sinks import sinks, texts_given
from relint.queries.text import Piece, text_of, with_holes_as

_SELECTS = frozenset({"sqlalchemy.select", "sqlalchemy.sql.select", "sqlalchemy.future.select", "sqlmodel.select"})
_OF_STATEMENTS = frozenset(
    "where filter filter_by join outerjoin options limit offset select_from with_entities distinct group_by having "
    "all scalars execution_options add_columns".split()
)
"""Methods of SQLAlchemy's statements and queries that leave the order as it is."""
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
    methods: set[str] = set()
    if not _comes_from_select(ctx, _whole_chain(ctx, offset), methods, frozenset()):
        return
    if methods <= _OF_STATEMENTS | {"order_by"}:
        yield Page("sqlalchemy", offset, offset, ordered="order_by" in methods)


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
    ctx: Context, statement: cst.BaseExpression, methods: set[str], seen: frozenset[cst.CSTNode]
) -> bool:
    """Whether a chain begins with `select(...)` or `session.query(...)`; collects the methods on all ways there."""
    current = statement
    while isinstance(current, cst.Call) and isinstance(current.func, cst.Attribute):
        if ctx.callee(current) in _SELECTS or current.func.attr.value == "query":
            break
        methods.add(current.func.attr.value)
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
            return all(_comes_from_select(ctx, value, methods, seen) for value in todo) and bool(todo or seen)
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

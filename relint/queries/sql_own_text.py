"""May what fills a hole in SQL text be text that the program itself wrote?"""

from __future__ import annotations

import builtins
import re

import libcst as cst

from relint.context import Context
from relint.names import is_none
from relint.queries.sql_holes import speaking_name
from relint.queries.sql_places import Spot, first_word
from relint.queries.text import Hole


def may_be_own_text(ctx: Context, hole: Hole, spot: Spot, sql: str) -> bool:
    """Whether a hole may hold a list of numbers, text that is quoted already, or a word that no user chooses."""
    if spot.quote and _NAME.search(speaking_name(hole.node)):
        return True
    if not spot.quote and first_word(sql) in _WITH_OPTIONS:
        return True  # `PRAGMA journal_mode={mode}`: without quotes a word or a number
    return (not spot.quote and _is_of_helper(ctx, hole.value)) or _is_left_to_subclasses(ctx, hole.node)


def _is_of_helper(ctx: Context, value: cst.BaseExpression) -> bool:
    """`ids_as_text(ids)`, `self._limit()`: a function of the project, unless its name says that it reads something."""
    match value:
        case cst.Call(func=cst.Name(value=name)):
            return not hasattr(builtins, name) and not _READS.search(name)
        case cst.Call(func=cst.Attribute() as method):
            owner: cst.BaseExpression = method
            while isinstance(owner, cst.Attribute):
                owner = owner.value
            return ctx.names.self_class(owner) is not None and not _READS.search(ctx.source(method))
    return False


def _is_left_to_subclasses(ctx: Context, value: cst.BaseExpression) -> bool:
    """`self.name` of `class Table: name = None`, which nothing in the file stores."""
    if not isinstance(value, cst.Attribute) or ctx.names.self_class(value.value) is None:
        return False
    found = ctx.definitions(value) or []
    return bool(found) and all(
        b.kind == "assign" and b.value is not None and is_none(b.value) and not ctx.enclosing(b.node, cst.FunctionDef)
        for b in found
    )


_WITH_OPTIONS = frozenset({"PRAGMA", "SET", "COPY"})
_NAME = re.compile(
    r"(?:^|_)(?:(?:cols?|columns?|tables?|schemas?|databases?|triggers?|constraints?)(?:_?(?:names?|refs?))?|db_?names?|(?:index|view|stage|format)_names?)$",
    re.IGNORECASE,
)
_READS = re.compile(
    r"arg|param|input|request|form\b|cookie|header|body|env|prompt|read|recv|receive|fetch|load|json|ask|\bget$",
    re.IGNORECASE,
)

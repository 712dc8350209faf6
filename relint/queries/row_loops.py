"""Loops in jobs, commands and migrations that load all rows of a query before the first pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS_BY_HABIT
from relint.libraries.migrations import PER_USER, SMALL_MODELS, SMALL_SUFFIXES
from relint.names import last_name
from relint.queries.backfills import saved_rows
from relint.queries.entry_points import entry_point
from relint.queries.migration_calls import is_migration, runs_over_data
from relint.queries.migration_models import call_name, followed
from relint.queries.migration_sql import is_key

_LAZY = frozenset(
    {
        *("all", "filter", "exclude", "order_by", "select_related", "prefetch_related", "only", "defer", "annotate"),
        *("alias", "using", "values", "values_list", "select_for_update", "complex_filter", "iterator"),
    }
)
"""Methods of a queryset that load nothing and keep it one row of the result a row of the table."""
_QUERY = frozenset("filter filter_by where order_by options join outerjoin all enable_eagerloads yield_per".split())
_RANGES = frozenset(
    {
        *("isnull", "lt", "lte", "gt", "gte", "ne", "contains", "icontains", "startswith", "istartswith", "endswith"),
        *("iendswith", "regex", "iregex", "year", "date", "month", "day", "has_key"),
    }
)
"""Lookups that keep an open number of rows."""
_CHUNKED = frozenset({"iterator", "yield_per"})
_WRAPPERS = frozenset({"enumerate", "list", "tuple", "tqdm"})
_SET_UP = re.compile(
    r"(?i:type|template|backend|driver|theme|plugin|module|component|widget|provider|category|role|permission|schedule"
    r"|group|cache|layer|queue|language|region|site|zone|domain|channel|service|function)s?$"
)
"""Ends of names of models of which there are as many as somebody has set up."""


@dataclass(frozen=True, eq=False)
class RowLoop:
    """`rows` is the expression that is iterated, of the model `model`; `chain` is the query that it stands for."""

    kind: Literal["django", "sqlalchemy"]
    model: str
    rows: cst.BaseExpression
    chain: cst.Call
    methods: frozenset[str]


def row_loop(ctx: Context, loop: cst.For) -> RowLoop | None:
    """The query whose rows a loop of a job goes over, when nothing bounds how many it loads at once."""
    found = table_loop(ctx, loop)
    if found is None or found.methods & _CHUNKED or not _in_job(ctx, loop, found.chain):
        return None
    return found


def table_loop(ctx: Context, loop: cst.For) -> RowLoop | None:
    """The query of a loop over all rows of a table that grows, or over an open number of them, chunked or not."""
    rows = _unwrapped(loop.iter)
    chain = followed(ctx, rows)
    if not isinstance(chain, cst.Call) or loop.asynchronous is not None:
        return None
    found = _django(ctx, rows, chain) or _sqlalchemy(ctx, rows, chain)
    return None if found is None or _is_small(found.model) else found


def in_job_or_command(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function is the body of a job, or part of a Django command."""
    if entry_point(ctx, function) in ("job", "command"):
        return True
    cls = ctx.names.class_of_method(function)
    return cls is not None and any(last_name(base.value).endswith("Command") for base in cls.bases)


def _unwrapped(rows: cst.BaseExpression) -> cst.BaseExpression:
    while isinstance(rows, cst.Call) and isinstance(rows.func, cst.Name) and rows.args and call_name(rows) in _WRAPPERS:
        rows = rows.args[0].value
    return rows


def _django(ctx: Context, rows: cst.BaseExpression, chain: cst.Call) -> RowLoop | None:
    methods: set[str] = set()
    current: cst.BaseExpression = chain
    while True:
        match current:
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=args) if method in _LAZY:
                if method in ("filter", "complex_filter") and not all(_leaves_open(ctx, arg) for arg in args):
                    return None
                methods.add(method)
                current = followed(ctx, inner)
            case cst.Attribute() if {"values", "annotate"} <= methods:
                return None  # a row a group
            case cst.Attribute(value=owner, attr=cst.Name(value=manager)) if manager in MANAGERS_BY_HABIT and methods:
                return RowLoop("django", _model_name(ctx, owner), rows, chain, frozenset(methods))
            case _:
                return None


def _sqlalchemy(ctx: Context, rows: cst.BaseExpression, chain: cst.Call) -> RowLoop | None:
    methods: set[str] = set()
    current: cst.BaseExpression = chain
    while True:
        match current:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="query")), args=[cst.Arg(value=cst.Name() as model)]):
                return RowLoop("sqlalchemy", model.value, rows, chain, frozenset(methods)) if methods else None
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=args) if method in _QUERY:
                if method in ("filter", "where", "filter_by") and not all(_leaves_open(ctx, arg) for arg in args):
                    return None
                methods.add(method)
                current = followed(ctx, inner)
            case _:
                return None


def _leaves_open(ctx: Context, arg: cst.Arg) -> bool:
    """Whether a condition keeps an open number of rows: it compares with a literal, or by more or less."""
    if arg.star:
        return False
    if arg.keyword is None:
        return _condition_leaves_open(ctx, arg.value)
    *path, last = arg.keyword.value.split("__")
    if path and last in _RANGES:
        return True
    return not is_key(last) and _is_fixed(ctx, arg.value)


def _condition_leaves_open(ctx: Context, condition: cst.BaseExpression) -> bool:
    match condition:
        case cst.Call(args=args) if last_name(condition.func) in ("Q", "and_", "or_"):
            return all(_leaves_open(ctx, arg) for arg in args)
        case cst.BinaryOperation(left=left, right=right):
            return _condition_leaves_open(ctx, left) and _condition_leaves_open(ctx, right)
        case cst.UnaryOperation():
            return True
        case cst.Comparison(left=cst.Attribute(attr=cst.Name(value=column)), comparisons=[compared]):
            if isinstance(compared.operator, cst.Equal):
                return not is_key(column) and _is_fixed(ctx, compared.comparator)
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="isnot" | "is_not" | "is_" | "like" | "ilike"))):
            return True
    return False


def _is_fixed(ctx: Context, value: cst.BaseExpression) -> bool:
    """A literal, a constant or a member of an enumeration: no value of one parent row."""
    if isinstance(value, cst.Name | cst.Attribute) and last_name(value).isupper():
        return True
    return ctx.literal(value) is not ...


def _in_job(ctx: Context, loop: cst.For, chain: cst.Call) -> bool:
    """Whether a loop runs in a job, in a Django command, or forwards in a migration of tables in use."""
    if is_migration(ctx):
        return runs_over_data(ctx, chain) and saved_rows(ctx, loop) is None
    function = ctx.function_of(loop)
    return isinstance(function, cst.FunctionDef) and in_job_or_command(ctx, function)


def _is_small(model: str) -> bool:
    name = model.lower()
    if name in SMALL_MODELS or _SET_UP.search(name) is not None:
        return True
    return name.endswith(SMALL_SUFFIXES) and not any(word in name for word in PER_USER)


def _model_name(ctx: Context, owner: cst.BaseExpression) -> str:
    """The model as it is written, or as `get_model("app", "Model")` names it."""
    value = followed(ctx, owner)
    if isinstance(value, cst.Call) and call_name(value) == "get_model" and value.args:
        name = ctx.literal(value.args[-1].value)
        if isinstance(name, str):
            return name.rpartition(".")[2]
    return "User" if call_name(value) == "get_user_model" else last_name(owner)

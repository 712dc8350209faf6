"""Is an expression a query whose rows are read one by one: a queryset of Django, or a query of SQLAlchemy?"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS_BY_HABIT
from relint.names import last_name
from relint.queries.bounds import words_of

Kind = Literal["django", "sqlalchemy"]

REFINING: frozenset[str] = frozenset(
    {
        *("all", "filter", "exclude", "order_by", "reverse", "distinct", "select_related", "prefetch_related", "only"),
        *("defer", "annotate", "alias", "using", "values", "values_list", "select_for_update", "complex_filter"),
    }
)
"""Methods of a queryset that give another one and ask the database nothing."""
_ROWS = REFINING | {"iterator", "aiterator"}
_QUERY = frozenset(
    "filter filter_by where order_by options join outerjoin select_from distinct group_by having all yield_per "
    "enable_eagerloads populate_existing with_entities add_columns".split()
)
"""Methods of SQLAlchemy's query and select that leave the number of rows open."""
_RESULTS = frozenset({"scalars", "all", "unique", "mappings", "tuples", "yield_per", "fetchall"})
_SENDS = frozenset({"execute", "scalars", "stream", "stream_scalars"})
_WRAPPERS = frozenset({"enumerate", "list", "tuple", "set", "sorted", "reversed", "iter"})
_PASSING_ON = frozenset({"tqdm", "progress", "track", "queryset"})
"""Words in names of functions that give the rows on one by one: `chunk_queryset(rows)`, `show_progress(rows)`."""


def looped_query(ctx: Context, iterated: cst.BaseExpression) -> Kind | None:
    """Which kind of query a loop goes over; None where none is in sight, or a slice or limit bounds it."""
    return query_kind(ctx, unwrapped(iterated))


def unwrapped(iterated: cst.BaseExpression) -> cst.BaseExpression:
    """What `enumerate(rows)`, `list(rows)`, `tqdm(rows)` and the like take their rows from."""
    while isinstance(iterated, cst.Call) and isinstance(iterated.func, cst.Name) and iterated.args:
        name = iterated.func.value
        if name not in _WRAPPERS and not words_of(name) & _PASSING_ON:
            break
        iterated = iterated.args[0].value
    return iterated


def query_kind(ctx: Context, rows: cst.BaseExpression) -> Kind | None:
    """Which kind of query an expression is, through names that hold nothing else."""
    return ctx.settled("query kind", rows, lambda: _query_kind(ctx, rows))


def unwound(expression: cst.BaseExpression) -> tuple[cst.BaseExpression, list[cst.Call]]:
    """What a chain of calls starts from, and the calls, first to last: `x.y` and two calls of `x.y.all().count()`."""
    calls: list[cst.Call] = []
    while isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute):
        calls.insert(0, expression)
        expression = expression.func.value
    return expression, calls


def start_of(ctx: Context, rows: cst.BaseExpression) -> cst.BaseExpression:
    """What the rows of a query come from, through names: the manager, the relation, or what cannot be followed."""
    seen: set[str] = set()
    base, _ = unwound(rows)
    while isinstance(base, cst.Name) and base.value not in seen:
        seen.add(base.value)
        values = [unwound(value)[0] for value in ctx.bindings(base) or ()]
        base = next((value for value in values if not isinstance(value, cst.Name) or value.value not in seen), base)
    return base


def methods(calls: list[cst.Call]) -> list[str]:
    """The names of the methods that calls call."""
    return [last_name(call.func) for call in calls]


def is_manager(expression: cst.BaseExpression) -> bool:
    """Whether an expression is a manager of a model, by its usual names."""
    return isinstance(expression, cst.Attribute) and expression.attr.value in MANAGERS_BY_HABIT


def is_relation(expression: cst.BaseExpression) -> bool:
    """Whether an expression whose `all()` is called may be a relation of a row: `order.lines`, not `Model.query`."""
    return (
        isinstance(expression, cst.Attribute)
        and expression.attr.value.islower()
        and not (is_manager(expression) or expression.attr.value == "query")
    )


def _query_kind(ctx: Context, rows: cst.BaseExpression) -> Kind | None:
    match rows:
        case cst.Await(expression=inner):
            return query_kind(ctx, inner)
        case cst.Name():
            return _held(ctx, rows)
        case cst.Call():
            return _django(ctx, rows) or _sqlalchemy(ctx, rows)
    return None


def _held(ctx: Context, name: cst.Name) -> Kind | None:
    """`rows = X.objects.all()`, and then `rows = rows.filter(...)`."""
    kinds = {query_kind(ctx, value) for value in ctx.bindings(name) or () if not _refines(value, name.value)}
    return kinds.pop() if len(kinds) == 1 else None


def _refines(value: cst.BaseExpression, name: str) -> bool:
    base, calls = unwound(value)
    return bool(calls) and last_name(base) == name and isinstance(base, cst.Name) and _ROWS.issuperset(methods(calls))


def _django(ctx: Context, rows: cst.Call) -> Kind | None:
    base, calls = unwound(rows)
    called = methods(calls)
    if called[:1] == ["get_queryset"] and isinstance(base, cst.Name | cst.Call) and _ROWS.issuperset(called[1:]):
        return "django" if ctx.source(base) in ("self", "super()") else None
    if not calls or not _ROWS.issuperset(called):
        return None
    if isinstance(base, cst.Name):
        return _held(ctx, base)
    if is_manager(base):
        return "django"
    return "django" if is_relation(base) and _imports(ctx, "django") else None


def _sqlalchemy(ctx: Context, rows: cst.Call) -> Kind | None:
    base, calls = unwound(rows)
    called = methods(calls)
    if not _imports(ctx, "sqlalchemy", "flask_sqlalchemy", "sqlmodel", "db"):
        return None
    if called[:1] == ["query"] and calls[0].args and _QUERY.issuperset(called[1:]):
        return "sqlalchemy"
    if isinstance(base, cst.Attribute) and base.attr.value == "query" and calls and _QUERY.issuperset(called):
        return "sqlalchemy" if last_name(base.value)[:1].isupper() else None
    if calls and called[0] in _SENDS and calls[0].args and _RESULTS.issuperset(called[1:]):
        return "sqlalchemy" if _selects(ctx, calls[0].args[0].value) else None
    return "sqlalchemy" if isinstance(base, cst.Name) and _QUERY.issuperset(called) and _held(ctx, base) else None


def _selects(ctx: Context, statement: cst.BaseExpression) -> bool:
    """`select(X).where(...)`, with no limit, also by a name."""
    if isinstance(statement, cst.Name):
        held = [v for v in ctx.bindings(statement) or () if not _refines_select(v, statement.value)]
        return len(held) == 1 and not isinstance(held[0], cst.Name) and _selects(ctx, held[0])
    base, calls = unwound(statement)
    called = methods(calls)
    if isinstance(base, cst.Call):
        return last_name(base.func) == "select" and _QUERY.issuperset(called)
    return called[:1] == ["select"] and _QUERY.issuperset(called[1:])


def _refines_select(value: cst.BaseExpression, name: str) -> bool:
    base, calls = unwound(value)
    return isinstance(base, cst.Name) and base.value == name and _QUERY.issuperset(methods(calls))


def _imports(ctx: Context, *packages: str) -> bool:
    """Whether the file imports one of some packages, or something of that name (`from app import db`)."""

    def answer() -> bool:
        found = (
            target for _, bindings in ctx.names.imports(ctx.names.module) for b in bindings if (target := b.target)
        )
        return any(package in target.split(".") for target in found for package in packages)

    return ctx.memo(("imports", packages), answer)

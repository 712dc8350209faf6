"""Where does code read one page of a Django queryset: a `Paginator`, a slice, or a view that shows pages?"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS
from relint.names import last_name
from relint.queries.model_order import ModelOrder, model_order
from relint.queries.page import Page
from relint.queries.paged_views import paged_views
from relint.queries.querysets import methods, unwound

_PAGINATOR = "django.core.paginator.Paginator"
_KEEPS_ROWS = frozenset(
    "all filter exclude select_related prefetch_related only defer annotate alias using select_for_update".split()
)
_KEEPS_ORDER = _KEEPS_ROWS | frozenset("values values_list distinct".split())
"""Methods of querysets that leave the order as it is."""
_LOOKS_ONLY = frozenset("count exists acount aexists".split())


def django_pages(ctx: Context) -> Iterator[Page]:
    """Every page of a queryset that the file reads."""
    for call in ctx.tree.of(cst.Call):
        if last_name(call.func) == "Paginator" and ctx.callee(call) == _PAGINATOR:
            if (rows := ctx.argument(call, "object_list", 0)) is not None and not rows.star:
                yield from _read(ctx, call, rows.value)
    for subscript in ctx.tree.of(cst.Subscript):
        match subscript.slice:
            case [cst.SubscriptElement(slice=cst.Slice(lower=lower, upper=upper))]:
                if lower is not None and upper is not None and ctx.literal(lower) is ...:
                    yield from _read(ctx, subscript, subscript.value)
    for view in paged_views(ctx):
        if view.queryset is not None:
            yield from _of_chain(ctx, view.queryset, view.queryset)
        elif view.model is not None:
            known = model_order(ctx, view.model)
            by = None if known is None else known.ordering
            yield _page(view.model, view.model, by, known, set(), whole_rows=True)


def _read(ctx: Context, node: cst.CSTNode, rows: cst.BaseExpression) -> Iterator[Page]:
    chain: cst.BaseExpression | None = rows
    if isinstance(rows, cst.Name):
        chain = ctx.value_of(rows) if _only_looked_at(ctx, rows) else None
    if chain is not None:
        yield from _of_chain(ctx, node, chain)


def _of_chain(ctx: Context, node: cst.CSTNode, chain: cst.BaseExpression) -> Iterator[Page]:
    start, calls = unwound(chain)
    called = set(methods(calls)) - {"order_by"}
    match start:
        case cst.Attribute(value=model, attr=cst.Name(value=manager)) if manager in MANAGERS and called <= _KEEPS_ORDER:
            ordering = [call for call in calls if last_name(call.func) == "order_by"]
            known = model_order(ctx, model)
            whole = called <= _KEEPS_ROWS
            fixed = _fixed(calls)
            if ordering:
                yield _page(
                    node, chain, _names(ctx, ordering[-1]), known, fixed, whole_rows=whole, order_by=ordering[-1]
                )
            else:
                grouped = "annotate" in called and called & {"values", "values_list"}
                by = None if known is None or grouped else known.ordering
                yield _page(node, chain, by, known, fixed, whole_rows=whole)


def _names(ctx: Context, order_by: cst.Call) -> tuple[str, ...] | None:
    """The names that rows are ordered by, as far as they are written there; None when there are none."""
    given = [None if arg.star else ctx.literal(arg.value) for arg in order_by.args]
    names = tuple(name for name in given if isinstance(name, str))
    return names if names and (len(names) == len(given) or "pk" in names or "-pk" in names) else None


def _fixed(calls: list[cst.Call]) -> set[str]:
    """The fields that are the same in all rows: `filter(order=order)`."""
    given = (arg.keyword for call in calls if last_name(call.func) == "filter" for arg in call.args)
    return {keyword.value.removesuffix("_id") for keyword in given if keyword is not None}


def _page(
    node: cst.CSTNode,
    rows: cst.BaseExpression,
    by: tuple[str, ...] | None,
    model: ModelOrder | None,
    fixed: set[str],
    *,
    whole_rows: bool,
    order_by: cst.Call | None = None,
) -> Page:
    """Rows in an order by names (none at all for no order, None for one that cannot be told).

    Of rows that are no whole ones, the same may come only once, so that any order of them is certain.
    """
    if by is None:
        return Page("django", node, rows, ordered=None)
    if not by:
        return Page("django", node, rows, ordered=False, may_order=whole_rows)
    if "pk" in by or "-pk" in by:
        return Page("django", node, rows, ordered=True)
    certainty = model.certainty(by, fixed) if model is not None and whole_rows else None
    if certainty is None or certainty == "certain":
        return Page("django", node, rows, ordered=True if certainty else None)
    return Page("django", node, rows, False, by, certainty == "moments", may_order=True, order_by=order_by)


def _only_looked_at(ctx: Context, rows: cst.Name) -> bool:
    """Whether the rows of a name are loaded page by page: what was loaded once (`len(rows)`) is a list from then on."""
    found = ctx.names.find(rows)
    for use in ctx.names.uses(found[0], rows.value) if found is not None else ():
        match ctx.parent(use):
            case cst.Attribute(attr=cst.Name(value=method)) if method in _LOOKS_ONLY:
                continue
            case cst.Subscript():
                continue
            case cst.Arg() as arg:
                call = ctx.parent(arg)
                if isinstance(call, cst.Call) and last_name(call.func) == "Paginator":
                    continue
        return False
    return True

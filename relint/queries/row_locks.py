"""Rows that are locked for an update, and where that happens: a queryset locks when it is evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.atomic import transaction_around
from relint.queries.entry_points import called_from, entry_point
from relint.queries.migration_target import project_head, requests_are_atomic

_EVALUATES = frozenset({"get", "first", "last", "earliest", "latest", "in_bulk", "aget", "afirst", "alast"})
_TAKES = frozenset({"list", "tuple", "set", "len", "bool", "next", "iter", "get_object_or_404", "get_list_or_404"})


@dataclass(frozen=True, eq=False)
class LockedRows:
    """A queryset with `select_for_update()` that is evaluated at `place`."""

    lock: cst.Call
    place: cst.CSTNode


def evaluated(ctx: Context, lock: cst.Call) -> LockedRows | None:
    """Where the queryset of a `select_for_update()` is evaluated in the function that makes it; None when nowhere."""
    whole = _whole_chain(ctx, lock)
    if (place := _evaluates(ctx, whole)) is not None:
        return LockedRows(lock, place)
    match ctx.parent(whole):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            found = ctx.names.find(name)
            for use in ctx.names.uses(found[0], name.value) if found is not None else []:
                place = _evaluates(ctx, _whole_chain(ctx, use))
                if place is not None and ctx.function_of(use) is ctx.function_of(lock):
                    return LockedRows(lock, place)
    return None


def runs_without_transaction(ctx: Context, place: cst.CSTNode) -> bool:
    """Whether a place is certainly reached with no transaction open.

    That is known of what a framework calls itself, of the top of a module, and of a function that one of those calls
    in the same file. A view is known only where the project's settings say nothing of `ATOMIC_REQUESTS`.
    """
    return _is_bare(ctx, place, depth=2)


def _is_bare(ctx: Context, place: cst.CSTNode, depth: int) -> bool:
    if transaction_around(ctx, place) is not None:
        return False
    function = ctx.function_of(place)
    if function is None:
        return ctx.enclosing(place, cst.ClassDef) is None
    if not isinstance(function, cst.FunctionDef):
        return False
    kind = entry_point(ctx, function)
    if kind in ("job", "command", "lambda"):
        return True
    if kind is not None:
        return project_head(ctx) is not None and not requests_are_atomic(ctx)
    calls = called_from(ctx, function) if depth else []
    return any(_is_bare(ctx, call, depth - 1) for call in calls)


def _whole_chain(ctx: Context, start: cst.BaseExpression) -> cst.BaseExpression:
    """`A.objects.select_for_update().filter(x).get` of a part of it, without what evaluates it."""
    current = start
    while True:
        parent = ctx.parent(current)
        if isinstance(parent, cst.Attribute) and parent.value is current and parent.attr.value not in _EVALUATES:
            outer = ctx.parent(parent)
            if isinstance(outer, cst.Call) and outer.func is parent:
                current = outer
                continue
        return current


def _evaluates(ctx: Context, queryset: cst.BaseExpression) -> cst.CSTNode | None:
    parent = ctx.parent(queryset)
    match parent:
        case cst.Attribute(attr=cst.Name(value=method)) if method in _EVALUATES:
            return ctx.parent(parent)
        case cst.For(iter=iterated) | cst.CompFor(iter=iterated) if iterated is queryset:
            return parent
        case cst.Subscript(value=value) if value is queryset:
            return parent
        case cst.Arg() if isinstance(outer := ctx.parent(parent), cst.Call) and last_name(outer.func) in _TAKES:
            return outer
    return None

"""Methods of Django's managers and querysets that give a list where their neighbours give a queryset."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.querysets import REFINING, is_manager, methods, unwound

_BASES = ("Manager", "QuerySet", "Queryset")
_SAYS_SO = re.compile(
    r"^(?:_|as_|to_|bulk_|create|get_or_create|update|compute|in_bulk|iter)"
    r"|(?:^|_)(?:lists?|ids|pks|choices|dict|set|map|tuples?)(?:_|$)"
)
"""Names of methods that promise no queryset."""
_LISTS = frozenset({"list", "sorted", "tuple"})
_ITERATING = REFINING | {"iterator"}


@dataclass(frozen=True, eq=False)
class ListMethod:
    """`returned` is a list in a method of a manager or queryset; `mixed` when its other returns are querysets."""

    method: cst.FunctionDef
    returned: cst.BaseExpression
    mixed: bool


def list_method(ctx: Context, statement: cst.Return) -> ListMethod | None:
    """The method that a statement makes end a chain: it returns the rows of its own queryset as a list."""
    method = ctx.function_of(statement)
    if statement.value is None or not isinstance(method, cst.FunctionDef) or not _is_chained(ctx, method):
        return None
    if _is_list_of_rows(ctx, statement.value):
        return ListMethod(method, statement.value, mixed=False)
    others = (r.value for r in ctx.walk(method.body, cst.Return) if r is not statement and r.value is not None)
    if _is_empty_list(statement.value) and not _is_asked_for(ctx, statement) and any(_is_rows(ctx, o) for o in others):
        return ListMethod(method, statement.value, mixed=True)
    return None


def _is_chained(ctx: Context, method: cst.FunctionDef) -> bool:
    """Whether callers may expect a queryset: a public method of a manager or queryset that promises nothing else."""
    cls = ctx.names.class_of_method(method)
    if cls is None or method.returns is not None or method.asynchronous is not None or method.decorators:
        return False
    bases = (last_name(base.value) for ancestor in ctx.names.ancestry(cls) for base in ancestor.bases)
    return any(base.endswith(_BASES) for base in bases) and _SAYS_SO.search(method.name.value) is None


def _is_list_of_rows(ctx: Context, value: cst.BaseExpression) -> bool:
    match value:
        case cst.Call(func=cst.Name(value=name), args=[cst.Arg(value=rows), *_]) if name in _LISTS:
            return _is_rows(ctx, rows) or _is_list_of_rows(ctx, rows)
        case cst.ListComp(elt=cst.Name(value=kept), for_in=cst.CompFor(target=cst.Name(value=row), iter=rows)):
            return kept == row and _is_rows(ctx, rows)
        case cst.Name():
            return any(_is_list_of_rows(ctx, bound) for bound in ctx.bindings(value) or () if bound is not value)
    return False


def _is_empty_list(value: cst.BaseExpression) -> bool:
    match value:
        case cst.List(elements=[]) | cst.Call(func=cst.Name(value="list"), args=[]):
            return True
    return False


def _is_asked_for(ctx: Context, statement: cst.Return) -> bool:
    """Whether a caller decides which of both it gets: `if as_list: return []`."""
    test = ctx.enclosing(statement, cst.If)
    return test is not None and isinstance(test.test, cst.Name)


def _is_rows(ctx: Context, rows: cst.BaseExpression) -> bool:
    """Whether an expression is a queryset of the class's own rows: `self.filter(...)`, `self`, or a name for one."""
    return bool(ctx.settled("own rows", rows, lambda: _are_own(ctx, rows)))


def _are_own(ctx: Context, rows: cst.BaseExpression) -> bool:
    base, calls = unwound(rows)
    called = methods(calls)
    if {"values", "values_list"}.intersection(called):
        return False
    if called[:1] == ["get_queryset"]:
        called = called[1:]
    elif not called and not isinstance(base, cst.Name):
        return False
    if not _ITERATING.issuperset(called):
        return False
    match base:
        case cst.Call(func=cst.Name(value="super")):
            return bool(calls)
        case cst.Name() if ctx.names.self_class(base) is not None:
            return bool(calls) or _is_queryset_class(ctx, base)
        case cst.Name():
            bound = ctx.bindings(base) or ()
            return bool(bound) and any(_is_rows(ctx, value) for value in bound)
    return is_manager(base) and ctx.source(base).startswith("self.model.")


def _is_queryset_class(ctx: Context, name: cst.Name) -> bool:
    cls = ctx.names.self_class(name)
    bases = (last_name(base.value) for ancestor in ctx.names.ancestry(cls) for base in ancestor.bases) if cls else ()
    return any(base.endswith(("QuerySet", "Queryset")) for base in bases)

"""Views of Django and of its REST framework that show the rows of a class attribute in pages."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.imported import class_named, class_syntax
from relint.queries.migration_target import rest_pagination

_LISTS = frozenset(
    f"{module}.{name}"
    for module in ("django.views.generic", "django.views.generic.list")
    for name in ("ListView", "BaseListView", "MultipleObjectMixin")
)
_REST = frozenset(
    [
        *(f"rest_framework.generics.{name}" for name in ("ListAPIView", "ListCreateAPIView")),
        *(f"rest_framework.viewsets.{name}" for name in ("ModelViewSet", "ReadOnlyModelViewSet")),
        "rest_framework.mixins.ListModelMixin",
    ]
)
_COUNTING = frozenset({"PageNumberPagination", "LimitOffsetPagination"})
_OWN_ORDER = frozenset("ordering get_ordering get_queryset filter_queryset paginate_queryset get_paginate_by".split())
"""What a view may order its rows with, or cut its pages in a way of its own."""
_LEAVE_ORDER = frozenset({"SearchFilter", "DjangoFilterBackend", "OrderingFilter", "DjangoObjectPermissionsFilter"})


@dataclass(frozen=True, eq=False)
class PagedView:
    """A view with the queryset whose rows it shows, or else the model."""

    queryset: cst.BaseExpression | None
    model: cst.BaseExpression | None


def paged_views(ctx: Context) -> Iterator[PagedView]:
    """The views of the file that count the rows of each page, as far as all of their base classes are in sight."""
    for cls in ctx.tree.of(cst.ClassDef):
        bases = _bases(ctx, cls)
        if bases is None or (bases.isdisjoint(_LISTS) and bases.isdisjoint(_REST)):
            continue
        if any(ctx.names.attribute(cls, name) for name in _OWN_ORDER):
            continue
        if not bases.isdisjoint(_LISTS):
            size = _value(ctx, cls, "paginate_by")
            if size is not None and not is_none(size):
                yield PagedView(_value(ctx, cls, "queryset"), _value(ctx, cls, "model"))
        elif _counts(ctx, cls) and _keeps_order(ctx, cls):
            yield PagedView(_value(ctx, cls, "queryset"), None)


def _bases(ctx: Context, cls: cst.ClassDef) -> set[str] | None:
    """The base classes out of the file, all of them of the frameworks; None when one is not."""
    found: set[str] = set()
    for ancestor in ctx.names.ancestry(cls):
        for base in ancestor.bases:
            if ctx.class_def(base.value) is not None:
                continue
            dotted = ctx.names.dotted(base.value) if not base.star else None
            if dotted is None or not dotted.startswith(("django.", "rest_framework.")):
                return None
            found.add(dotted)
    return found


def _value(ctx: Context, cls: cst.ClassDef, name: str) -> cst.BaseExpression | None:
    """What a class of the file sets an attribute to, once."""
    found = ctx.names.attribute(cls, name)
    return found[0].value if len(found) == 1 and found[0].kind == "assign" else None


def _counts(ctx: Context, cls: cst.ClassDef) -> bool:
    """Whether the pagination of a REST view counts rows: its own, or else the one that the settings name."""
    if not ctx.names.attribute(cls, "pagination_class"):
        named = ctx.memo("pagination of the settings", lambda: rest_pagination(ctx))
        return named is not None and (_is_counting(named) or _counts_by_base(class_named(ctx, named)))
    pagination = _value(ctx, cls, "pagination_class")
    if pagination is None:
        return False
    return _is_counting(ctx.names.dotted(pagination) or "") or _counts_by_base(class_syntax(ctx, pagination))


def _is_counting(dotted: str) -> bool:
    return dotted.removeprefix("rest_framework.pagination.") in _COUNTING


def _counts_by_base(cls: ast.ClassDef | None) -> bool:
    return cls is not None and any(ast.unparse(base).rpartition(".")[2] in _COUNTING for base in cls.bases)


def _keeps_order(ctx: Context, cls: cst.ClassDef) -> bool:
    """Whether the filters of a view leave the order of its rows as it is where the request says nothing."""
    if not ctx.names.attribute(cls, "filter_backends"):
        return True
    filters = _value(ctx, cls, "filter_backends")
    if not isinstance(filters, cst.List | cst.Tuple):
        return False
    return all(last_name(element.value) in _LEAVE_ORDER for element in filters.elements)

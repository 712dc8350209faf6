"""Which methods of managers and querysets give lists where a queryset is expected."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.manager_methods import list_method
from tests.asking import context

CLASS = """
from django.db import models


class Orders(models.{}):
    def {}:
        paid = self.filter(paid=True)
        paid = paid.order_by("pk")
        if not customer:
            return {}
        return self.filter(customer=customer)
"""


def given(value: str, method: str = "of(self, customer)", base: str = "QuerySet") -> bool | None:
    """Whether a list is mixed with querysets; None where none is returned."""
    ctx = context(CLASS.format(base, method, value))
    found = [f for f in (list_method(ctx, r) for r in ctx.tree.of(cst.Return)) if f is not None]
    return found[0].mixed if found else None


@pytest.mark.parametrize(
    "value",
    ["list(self)", "list(paid)", "sorted(self.all())", "[order for order in paid if order.late()]"],
)
def test_list(value: str) -> None:
    assert given(value) is False


def test_empty_list_beside_queryset() -> None:
    assert given("[]") is True
    assert given("list()", base="Manager") is True


@pytest.mark.parametrize("value", ["paid", "self.none()", "len(self)", "list(customer)", "[o.pk for o in paid]"])
def test_no_list_of_rows(value: str) -> None:
    assert given(value) is None


@pytest.mark.parametrize("value", ["list(paid.values_list('pk', flat=True))", "set(paid.values('pk'))"])
def test_columns(value: str) -> None:
    assert given(value) is None


@pytest.mark.parametrize("method", ["as_list(self, customer)", "_of(self, customer)", "of(self, customer) -> list"])
def test_methods_that_say_so(method: str) -> None:
    assert given("list(paid)", method) is None


def test_manager_is_no_iterable() -> None:
    assert given("list(self)", base="Manager") is None
    assert given("list(self.all())", base="Manager") is False
    assert given("list(self.all())", base="Model") is None

"""Which expressions are queries whose rows are read one by one."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.querysets import looped_query
from tests.asking import context

FILE = """
from django.db import models
from sqlalchemy import select
from shop import session


class View:
    def rows(self, given, filtered):
        orders = Order.objects.all()
        orders = orders.filter(paid=True)
        statement = select(Order).where(Order.paid)
        statement = statement.order_by(Order.id)
        one_of_two = Order.objects.all() if given else []
        for row in {}:
            print(row)
"""


def kind(rows: str) -> str | None:
    ctx = context(FILE.format(rows))
    return looped_query(ctx, next(iter(ctx.tree.of(cst.For))).iter)


@pytest.mark.parametrize(
    "rows",
    [
        "Order.objects.all()",
        "Order._default_manager.exclude(pk=1).iterator()",
        "orders",
        "enumerate(list(orders.order_by('pk')))",
        "chunk_queryset(orders)",
        "self.get_queryset()",
        "super().get_queryset().filter(paid=True)",
        "given.lines.all()",
    ],
)
def test_django(rows: str) -> None:
    assert kind(rows) == "django"


@pytest.mark.parametrize(
    "rows",
    [
        "session.query(Order).filter(Order.paid).all()",
        "Order.query.filter_by(paid=True)",
        "session.scalars(statement)",
        "session.execute(select(Order)).scalars().all()",
        "session.execute(select(Order.id, Order.name))",
    ],
)
def test_sqlalchemy(rows: str) -> None:
    assert kind(rows) == "sqlalchemy"


@pytest.mark.parametrize(
    "rows",
    [
        "given",
        "given.all()",
        "filtered.items()",
        "Order.objects.all()[:10]",
        "Order.objects.in_bulk()",
        "other.get_queryset()",
        "one_of_two",
        "session.query(Order).limit(5)",
        "session.execute(text('SELECT 1'))",
        "range(10)",
    ],
)
def test_neither(rows: str) -> None:
    assert kind(rows) is None

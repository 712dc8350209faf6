"""Which loops load all rows of an open-ended query."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.row_loops import row_loop
from tests.asking import context

COMMAND = """
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, **options):
        for row in {}:
            print(row)
"""


def model(rows: str) -> str | None:
    ctx = context(COMMAND.format(rows))
    found = row_loop(ctx, next(iter(ctx.tree.of(cst.For))))
    return found.model if found else None


@pytest.mark.parametrize(
    "rows",
    [
        "Order.objects.all()",
        "Order.objects.filter(paid=True, created__year=2020)",
        "Order.objects.exclude(pk=1).values_list('pk', flat=True)",
        "enumerate(Order.objects.filter(status=Status.OPEN))",
        "session.query(Order).filter(Order.paid == True, ~Order.gone)",
    ],
)
def test_open(rows: str) -> None:
    assert model(rows) == "Order"


@pytest.mark.parametrize(
    "rows",
    [
        "Order.objects",
        "Order.objects.filter(pk=1)",
        "Order.objects.filter(customer=options['customer'])",
        "Order.objects.filter(customer__in=customers)",
        "Order.objects.all().iterator()",
        "Order.objects.values('kind').annotate(n=Count('pk'))",
        "OrderType.objects.all()",
        "session.query(Order.status).all()",
        "session.query(Order).filter(Order.id == 5)",
    ],
)
def test_bounded(rows: str) -> None:
    assert model(rows) is None

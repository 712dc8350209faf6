"""Which aggregates are asked anew for each row of a query; what Django asks for prefetched rows is counted."""

from __future__ import annotations

import subprocess
import sys

import libcst as cst
import pytest

from relint.queries.row_queries import row_query
from tests.asking import context

LOOP = """
from django.db.models import Q

def report(shop):
    for order in {}:
        {}
        print({})
"""
PREFETCHED = """
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes"],
    DEBUG=True,
)
django.setup()

from django.db import connection, models, reset_queries


class Tag(models.Model):
    class Meta:
        app_label = "contenttypes"


class Order(models.Model):
    tags = models.ManyToManyField(Tag)

    class Meta:
        app_label = "contenttypes"


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")

    class Meta:
        app_label = "contenttypes"


with connection.schema_editor() as editor:
    for model in (Tag, Order, Line):
        editor.create_model(model)
order = Order.objects.create()
Line.objects.create(order=order)
for asks in ("lines.count()", "lines.exists()", "lines.all().count()", "tags.count()", "tags.exists()",
             "lines.filter(pk=1).count()", "tags.filter(pk=1).exists()"):
    for rows in (Order.objects.all(), Order.objects.prefetch_related("lines", "tags")):
        (row,) = rows
        reset_queries()
        eval(f"row.{asks}")
        print(asks, len(connection.queries))
"""


def is_asked(asks: str, rows: str = "Order.objects.all()", before: str = "pass") -> bool:
    ctx = context(LOOP.format(rows, before, asks))
    return any(row_query(ctx, call) is not None for call in ctx.tree.of(cst.Call))


@pytest.mark.parametrize(
    "asks",
    [
        "order.lines.count()",
        "order.lines.filter(shop=shop).exists()",
        "order.customer.orders.all().aggregate(Sum('total'))",
        "Line.objects.filter(order=order).count()",
        "shop.lines.filter(Q(order_id=order.pk) | Q(customer=order.customer)).exists()",
    ],
)
def test_asked_for_each_row(asks: str) -> None:
    assert is_asked(asks)


@pytest.mark.parametrize(
    "asks",
    [
        "shop.lines.count()",
        "order.name.count('x')",
        "order.lines()",
        "order.get_lines().count()",
        "order.path.exists()",
        "Line.objects.filter(code=order.code()).count()",
        "Line.objects.filter(code=f'{order.pk}').count()",
    ],
)
def test_no_annotation_answers_it(asks: str) -> None:
    assert not is_asked(asks)


def test_what_the_loop_changes() -> None:
    assert not is_asked("order.lines.count()", before="order.lines.all().delete()")
    assert not is_asked("order.lines.count()", before="clean(order)")
    assert is_asked("order.lines.count()", before="log(order)")
    assert is_asked("order.lines.count()", before="seen.add(order.pk)")


def test_prefetched() -> None:
    rows = "Order.objects.prefetch_related('lines', 'customer__notes')"
    assert not is_asked("order.lines.count()", rows)
    assert not is_asked("order.customer.notes.all().exists()", rows)
    assert is_asked("order.lines.filter(open=True).count()", rows)
    assert is_asked("order.notes.count()", rows)
    assert is_asked("order.notes.count()", "shop.orders.all()")
    assert not is_asked(
        "order.notes.count()", "shop.orders.all()", before="Shop.objects.prefetch_related('orders__notes')"
    )


def test_django_counts_what_was_prefetched() -> None:
    pytest.importorskip("django")
    done = subprocess.run([sys.executable, "-c", PREFETCHED], capture_output=True, text=True, check=True)
    queries: dict[str, list[int]] = {}
    for line in done.stdout.splitlines():
        asks, _, number = line.rpartition(" ")
        queries.setdefault(asks, []).append(int(number))
    assert queries == {
        **{f"{asks}": [1, 0] for asks in ("lines.count()", "lines.exists()", "lines.all().count()")},
        **{f"{asks}": [1, 0] for asks in ("tags.count()", "tags.exists()")},
        **{f"{asks}": [1, 1] for asks in ("lines.filter(pk=1).count()", "tags.filter(pk=1).exists()")},
    }

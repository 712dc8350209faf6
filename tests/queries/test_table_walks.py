"""Which jobs write for each row of a table and keep no progress."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.table_walks import table_walk
from tests.asking import context

COMMAND = """
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, **options):
        for row in {}:
            {}
"""


def is_walk(body: str, rows: str = "Order.objects.iterator()") -> bool:
    ctx = context(COMMAND.format(rows, body))
    return table_walk(ctx, next(iter(ctx.tree.of(cst.For)))) is not None


@pytest.mark.parametrize(
    "body",
    [
        "row.save()",
        "row.number = make_number(row); row.save()",
        "search_index.update(row)",
        "es.index(id=row.pk, document=row.as_document())",
        "reindex(row)",
        "Total.objects.update_or_create(order=row)",
    ],
)
def test_written_for_each_row(body: str) -> None:
    assert is_walk(body)


@pytest.mark.parametrize("body", ["print(row)", "row.remind()", "send.delay(row.pk)", "seen.update(row)"])
def test_nothing_is_written(body: str) -> None:
    assert not is_walk(body)


def test_rows_that_say_that_they_are_done() -> None:
    assert not is_walk("row.sent = True; row.save()", "Order.objects.filter(sent=False)")
    assert not is_walk("row.sent_at = now(); row.save()", "Order.objects.filter(sent_at__isnull=True)")
    assert is_walk("row.sent = True; row.save()", "Order.objects.filter(paid=True)")


def test_rows_that_are_written_where_they_were_changed() -> None:
    changed = """changed = False
            if row.name.endswith(".png"):
                row.name = row.name.replace("png", "webp"); changed = True
            if {}:
                row.save()"""
    assert not is_walk(changed.format("changed"))
    assert is_walk("""number = make_number(row)
            if options["write"]:
                row.save()""")


def test_what_need_not_go_on() -> None:
    assert not is_walk("Total.objects.get_or_create(order=row)")
    seeding = COMMAND.replace("def handle", "def seed_rows")
    for where, code in (("create_demo_data.py", COMMAND), ("reindex.py", seeding)):
        ctx = context(code.format("Order.objects.iterator()", "row.save()"), f"/test_data/commands/{where}")
        assert table_walk(ctx, next(iter(ctx.tree.of(cst.For)))) is None
    ctx = context(COMMAND.format("Order.objects.iterator()", "row.save()"), "/test_data/commands/reindex.py")
    assert table_walk(ctx, next(iter(ctx.tree.of(cst.For)))) is not None
    atomic = COMMAND.replace("    def handle", "    @transaction.atomic\n    def handle")
    ctx = context(f"from django.db import transaction\n{atomic.format('Order.objects.iterator()', 'row.save()')}")
    assert table_walk(ctx, next(iter(ctx.tree.of(cst.For)))) is None


def test_progress() -> None:
    assert not is_walk("row.save(); save_checkpoint(row.pk)")
    assert not is_walk("row.save()", "Order.objects.filter(pk__gt=last_pk)")


def test_part_of_a_table() -> None:
    assert not is_walk("row.save()", "Order.objects.filter(pk__in=options['ids'])")
    assert not is_walk("row.save()", "Order.objects.filter(key__endswith=options['key'])")
    assert not is_walk("row.save()", "Order.objects.all()[:100]")

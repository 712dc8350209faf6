"""Which jobs write for each row of a table and keep no progress."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.table_walks import table_walk
from tests.asking import context

COMMAND = """
import subprocess, time

import requests
from django.core.management.base import BaseCommand
from django.db import models, transaction


class Total(models.Model):
    order = models.ForeignKey("Order", models.CASCADE)


class Command(BaseCommand):
    def handle(self, **options):
        for row in {}:
            {}

    def convert(self, row):
        subprocess.run(["convert", row.name], check=True)
"""
ASK = "row.rate = requests.get(row.url, timeout=5).text; "


def is_walk(body: str, rows: str = "Order.objects.iterator()", code: str = COMMAND, path: str = "app.py") -> bool:
    ctx = context(code.format(rows, body), path)
    return table_walk(ctx, next(iter(ctx.tree.of(cst.For)))) is not None


@pytest.mark.parametrize(
    "body",
    [
        "search_index.update(row)",
        "es.index(id=row.pk, document=row.as_document())",
        "reindex(row)",
        "row.update_index()",
        f"{ASK}row.save()",
        f"{ASK}Total.objects.update_or_create(order=row, value=row.rate)",
        "self.convert(row); row.save()",
        "row.save(); time.sleep(1)",
        f"{ASK}changed.append(row)\n        Order.objects.bulk_update(changed, ['rate'])",
    ],
)
def test_costly_for_each_row(body: str) -> None:
    assert is_walk(body)


@pytest.mark.parametrize(
    "body",
    [
        "print(row)",
        "row.remind()",
        "send.delay(row.pk)",
        "seen.update(row)",
        "row.save()",
        "row.number = make_number(row); row.save()",
        "Total.objects.update_or_create(order=row)",
        "Total.objects.create(order=row)",
        "row.user = self.search_users(row); row.save()",
        f"{ASK}print(row)",
        f"{ASK}changed.append(row)\n        Order.objects.bulk_update(others, ['rate'])",
    ],
)
def test_cheap_or_not_written(body: str) -> None:
    assert not is_walk(body)


def test_rows_that_a_job_makes_twice() -> None:
    job = COMMAND.replace("from django.core.management.base import BaseCommand", "from celery import shared_task")
    job = job.replace("(BaseCommand)", "").replace("    def handle", "    @shared_task\n    def handle")
    assert is_walk("Total.objects.create(order=row)", code=job)
    assert not is_walk("Total.objects.get_or_create(order=row)", code=job)
    assert not is_walk("Total.objects.create(order=row)", code=job.replace("ForeignKey", "OneToOneField"))


def test_rows_that_say_that_they_are_done() -> None:
    assert not is_walk(f"{ASK}row.sent = True; row.save()", "Order.objects.filter(sent=False)")
    assert not is_walk(f"{ASK}row.sent_at = now(); row.save()", "Order.objects.filter(sent_at__isnull=True)")
    assert is_walk(f"{ASK}row.sent = True; row.save()", "Order.objects.filter(paid=True)")


def test_rows_that_are_written_where_they_were_changed() -> None:
    changed = """changed = requests.get(row.url, timeout=5).ok
            if row.name.endswith(".png"):
                row.name = row.name.replace("png", "webp"); changed = True
            if {}:
                row.save()"""
    assert not is_walk(changed.format("changed"))
    assert is_walk("""number = requests.get(row.url, timeout=5).text
            if options["write"]:
                row.save()""")


def test_what_need_not_go_on() -> None:
    assert not is_walk("Total.objects.get_or_create(order=row)")
    save = f"{ASK}row.save()"
    assert is_walk(save, path="/test_data/commands/reindex.py")
    assert not is_walk(save, path="/test_data/commands/create_demo_data.py")
    assert not is_walk(save, code=COMMAND.replace("def handle", "def seed_rows"))
    assert not is_walk(save, code=COMMAND.replace("    def handle", "    @transaction.atomic\n    def handle"))


def test_progress() -> None:
    assert not is_walk(f"{ASK}row.save(); save_checkpoint(row.pk)")
    assert not is_walk(f"{ASK}row.save()", "Order.objects.filter(pk__gt=last_pk)")


def test_part_of_a_table() -> None:
    assert not is_walk(f"{ASK}row.save()", "Order.objects.filter(pk__in=options['ids'])")
    assert not is_walk(f"{ASK}row.save()", "Order.objects.filter(key__endswith=options['key'])")
    assert not is_walk(f"{ASK}row.save()", "Order.objects.all()[:100]")

"""A loop that reads in chunks sees the rows that it saw before, and holds no more than a chunk."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.fixing import fixed, run

DJANGO = """
import django
from django.conf import settings

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
django.setup()

from django.core.management.base import BaseCommand
from django.db import connection, models

alive = most = 0


class Order(models.Model):
    paid = models.BooleanField()

    class Meta:
        app_label = "shop"

    def __init__(self, *args):
        global alive, most
        super().__init__(*args)
        alive += 1
        most = max(most, alive)

    def __del__(self):
        global alive
        alive -= 1


with connection.schema_editor() as editor:
    editor.create_model(Order)
with connection.cursor() as cursor:
    cursor.executemany("INSERT INTO shop_order (paid) VALUES (%s)", [(n % 2,) for n in range(1000)])


class Command(BaseCommand):
    def handle(self, **options):
        seen = []
        for order in Order.objects.filter(paid=True).order_by("-pk"):
            seen.append(order.pk)
        print(sum(n * pk for n, pk in enumerate(seen)), len(seen))


Command().handle()
print(most)
"""
SQLALCHEMY = """
from celery import shared_task


@shared_task
def pending():
    seen = []
    for order in session.query(Order).filter(Order.paid == True).order_by(Order.id).all():
        seen.append(order.id)
    return seen
"""


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_django() -> None:
    rows, most = printed(DJANGO)
    chunked = fixed(DJANGO, "REL406", batch_size=10)
    assert ".iterator(chunk_size=10)" in chunked
    rows_in_chunks, most_in_chunks = printed(chunked)
    assert rows_in_chunks == rows
    assert int(most) == 500
    assert int(most_in_chunks) <= 12


def test_sqlalchemy() -> None:
    sa = pytest.importorskip("sqlalchemy")
    orm = pytest.importorskip("sqlalchemy.orm")
    pytest.importorskip("celery")
    base: Any = orm.declarative_base()

    class Order(base):
        __tablename__ = "orders"
        id = sa.Column(sa.Integer, primary_key=True)
        paid = sa.Column(sa.Boolean)

    engine = sa.create_engine("sqlite://")
    base.metadata.create_all(engine)
    # Celery keeps the first task of a name.
    chunked = fixed(SQLALCHEMY.replace("pending", "chunked"), "REL406", batch_size=10)
    assert ".yield_per(10)" in chunked
    with orm.Session(engine) as session:
        session.add_all([Order(paid=bool(n % 2)) for n in range(100)])
        session.flush()
        before = run(SQLALCHEMY, session=session, Order=Order)["pending"]()
        assert len(before) == 50
        assert run(chunked, session=session, Order=Order)["chunked"]() == before

"""Pages of a real Django project: no row is lost or read twice once the fix has ordered them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.fixes.postgres import new_database
from tests.fixing import fixed, run

SETTINGS = """
DATABASES = {{"default": {database!r}}}
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SECRET_KEY = "x"
"""
MODELS = """
from django.db import models

class Order(models.Model):
    name = models.CharField(max_length=20)
    paid = models.BooleanField(default=False)
    day = models.DateField(default="2024-01-01")

class Ticket(models.Model):
    name = models.CharField(max_length=20)
    paid = models.BooleanField(default=False)
    day = models.DateField(default="2024-01-01")

    class Meta:
        ordering = ["day"]
"""
PAGES = """
from django.core.paginator import Paginator
from django.test import RequestFactory
from django.views.generic import ListView
from shop.models import Order, Ticket


class Orders(ListView):
    model = Order
    paginate_by = 10


class Days(ListView):
    queryset = Order.objects.order_by("day")
    paginate_by = 10


def unpaid(number):
    return Paginator(Order.objects.filter(paid=False), 10).page(number)


def of_day(number):
    return Paginator(Order.objects.filter(paid=False).order_by("day"), 10).page(number)


def tickets(number):
    return Ticket.objects.filter(paid=False)[(number - 1) * 10 : number * 10]


def listed(number):
    return Orders.as_view()(RequestFactory().get("/", {"page": number})).context_data["object_list"]


def days(number):
    return Days.as_view()(RequestFactory().get("/", {"page": number})).context_data["object_list"]
"""
RUN = """
import json
import django
django.setup()
from django.db import connection
from shop import pages
from shop.models import Order, Ticket

with connection.schema_editor() as editor:
    editor.create_model(Order)
    editor.create_model(Ticket)
seen = {}
for name in ("unpaid", "of_day", "tickets", "listed", "days"):
    for model in (Order, Ticket):
        model.objects.all().delete()
        model.objects.bulk_create(model(name=str(number)) for number in range(40))
    seen[name] = []
    for page in range(1, 5):
        read = [row.name for row in getattr(pages, name)(page)]
        seen[name] += read
        with connection.cursor() as cursor:
            for table in ("shop_order", "shop_ticket"):
                if connection.vendor == "postgresql":  # a row that is written moves to the end
                    cursor.execute(f"UPDATE {table} SET name = name WHERE name = %s", [read[0]])
                elif page == 1:  # another plan
                    cursor.execute(f"CREATE INDEX {table}_{name} ON {table} (paid, day, name DESC)")
                    cursor.execute(f"CREATE INDEX {table}_{name}_all ON {table} (day, name DESC)")
    with connection.cursor() as cursor:
        for table in ("shop_order", "shop_ticket"):
            for index in (f"{table}_{name}", f"{table}_{name}_all"):
                cursor.execute(f"DROP INDEX IF EXISTS {index}")
print(json.dumps(seen))
"""


def incomplete(folder: Path) -> set[str]:
    """The functions that do not read each of the forty rows once."""
    environment = {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(folder / "run.py")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    everything = Counter(map(str, range(40)))
    return {name for name, read in json.loads(done.stdout).items() if Counter(read) != everything}


@pytest.mark.parametrize(
    ("engine", "lost"),
    [("sqlite3", {"of_day", "tickets", "days"}), ("postgresql", {"unpaid", "of_day"})],
)
def test_no_row_is_lost_or_read_twice(engine: str, lost: set[str], tmp_path: Path) -> None:
    database: dict[str, str] = {"ENGINE": f"django.db.backends.{engine}", "NAME": ":memory:"}
    if engine == "postgresql":
        database |= {key.upper(): value for key, value in new_database().items()}
    for name, text in {
        "settings.py": SETTINGS.format(database=database),
        "run.py": RUN,
        "shop/__init__.py": "",
        "shop/models/__init__.py": "from .stock import *\n",
        "shop/models/stock.py": MODELS,
        "shop/pages.py": PAGES,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert incomplete(tmp_path) >= lost
    relint = [sys.executable, "-m", "relint", "check", "--isolated", "--no-cache", "--select", "REL404"]
    done = subprocess.run(
        [*relint, "--fix", "--unsafe-fixes", "."], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert "5 fixed, 0 remaining" in done.stdout + done.stderr, done
    if engine == "postgresql":
        database |= {key.upper(): value for key, value in new_database().items()}
        (tmp_path / "settings.py").write_text(SETTINGS.format(database=database))
    assert incomplete(tmp_path) == set()


CHATS = """
from sqlalchemy import Column, Integer, String, select
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Chat(Base):
    __tablename__ = "chat"
    name = Column(String(9), primary_key=True)
    day = Column(Integer)
    text = Column(String)


def by_day(session, number):
    return session.scalars(select(Chat).order_by(Chat.day.asc()).limit(10).offset(number * 10))


def by_query(session, number):
    return session.query(Chat).order_by(Chat.day).offset(number * 10).limit(10)


def unordered(session, number):
    return session.scalars(select(Chat).where(Chat.day > 0).limit(10).offset(number * 10))
"""


@pytest.mark.parametrize("name", ["by_day", "by_query", "unordered"])
def test_sqlalchemy(name: str) -> None:
    read_before, read_after = (_chats(run(code), name) for code in (CHATS, fixed(CHATS, "REL404")))
    assert len(read_before) == len(read_after) == 40
    assert len(set(read_before)) < 40
    assert len(set(read_after)) == 40


def _chats(module: dict[str, Any], name: str) -> list[str]:
    """The names that are read on four pages; between the first two the database gets another way to read them."""
    engine = sa.create_engine("sqlite://")
    module["Base"].metadata.create_all(engine)
    names = []
    with Session(engine) as session:
        session.add_all(module["Chat"](name=f"{number:02}", day=1, text=f"{99 - number}") for number in range(40))
        for page in range(4):
            names += [row.name for row in module[name](session, page)]
            if page == 0:
                session.execute(sa.text("CREATE INDEX chat_texts ON chat (day, text)"))
    engine.dispose()
    return names

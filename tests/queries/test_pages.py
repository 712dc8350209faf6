"""Which pages of rows the file reads, and whether their order is certain."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.model_order import model_is_ordered
from relint.queries.pages import pages
from relint.settings import Settings
from tests.asking import context

MODELS = """
from django.core.paginator import Paginator
from django.db import models
from sqlalchemy import select
class Order(models.Model): pass
class Note(models.Model):
    class Meta:
        ordering = ["pk"]
"""


@pytest.mark.parametrize(
    ("code", "ordered"),
    [
        ("Paginator(Order.objects.all(), 5)", [False]),
        ("Paginator(Order.objects.order_by('a'), 5)", [True]),
        ("Paginator(Order.objects.order_by(), 5)", [None]),
        ("Paginator(Note.objects.all(), 5)", [True]),
        ("Paginator(Order.objects.values('a').annotate(n=1), 5)", [None]),
        ("Paginator(Order.objects.open(), 5)", []),
        ("Paginator(rows, 5)", []),
        ("Order.objects.all()[a:b]", [False]),
        ("Order.objects.all()[:b]", []),
        ("Order.objects.all()[0:b]", []),
        ("rows = Order.objects.all()\nrows[a:b]\nrows.count()", [False]),
        ("rows = Order.objects.all()\nrows[a:b]\nlen(rows)", []),
        ("session.execute(select(t).offset(n))", [False]),
        ("session.execute(select(t).order_by(t.a).offset(n))", [True]),
        ("session.execute(select(t).offset(n).order_by(t.a))", [True]),
        ("session.execute(select(t).offset(1))", []),
        ("s = select(t)\nif x:\n    s = s.order_by(t.a)\ns = s.offset(n)", [True]),
        ("s = select(t)\ns = s.offset(n)", [False]),
        ("def f(s): return s.offset(n)", []),
        ("db.execute('SELECT a FROM t LIMIT ? OFFSET ?', (1, 2))", [False]),
        ("db.execute('SELECT a FROM t ORDER BY a LIMIT ? OFFSET ?', (1, 2))", [True]),
        ("db.execute(f'SELECT a FROM t {rest} LIMIT ? OFFSET ?', (1, 2))", [None]),
        ("db.execute('SELECT a FROM t LIMIT 1')", []),
    ],
)
def test_pages(code: str, ordered: list[bool | None]) -> None:
    assert [page.ordered for page in pages(context(f"{MODELS}{code}\n"))] == ordered


@pytest.mark.parametrize(
    ("name", "ordered"),
    [("Plain", False), ("Sorted", True), ("OfBase", True), ("WithMeta", False), ("OfTable", True), ("Managed", None),
     ("Elsewhere", None), ("missing", None)],
)  # fmt: skip
def test_a_model_of_another_file(name: str, ordered: bool | None, tmp_path: Path) -> None:
    models = """
from django.db import models
class Plain(models.Model): pass
class Sorted(models.Model):
    class Meta: ordering = ["a"]
class Base(models.Model):
    class Meta:
        abstract = True
        ordering = ["a"]
class OfBase(Base): pass
class WithMeta(Base):
    class Meta: verbose_name = "a"
class OfTable(Sorted):
    class Meta: verbose_name = "a"
class Managed(models.Model):
    objects = OrderedManager()
class Elsewhere(PackageModel): pass
"""
    (tmp_path / "models.py").write_text(models)
    ctx = context(f"from .models import {name}\nuse({name})\n", str(tmp_path / "views.py"), Settings(root=tmp_path))
    (call,) = ctx.tree.of(cst.Call)
    assert model_is_ordered(ctx, call.args[0].value) is ordered

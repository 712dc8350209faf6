"""Which pages of rows the file reads, and whether their order is certain."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.model_order import model_order
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
        ("Paginator(Order.objects.order_by('a'), 5)", [None]),
        ("Paginator(Order.objects.order_by('a', 'pk'), 5)", [True]),
        ("Paginator(Order.objects.order_by('id'), 5)", [True]),
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


MODELS_ELSEWHERE = """
from django.db import models
from .base import Base, Managed as ManagedBase
class Plain(models.Model): pass
class Sorted(models.Model):
    class Meta: ordering = ["a"]
class OfBase(Base): pass
class WithMeta(Base):
    class Meta: verbose_name = "a"
class WithItsMeta(Base):
    class Meta(Base.Meta): verbose_name = "a"
class OfTable(Sorted):
    class Meta: verbose_name = "a"
class Managed(models.Model):
    objects = OrderedManager()
class OfManaged(ManagedBase): pass
class Computed(models.Model):
    class Meta: ordering = [models.F("a")]
class Elsewhere(PackageModel): pass
class Itself(Itself): pass
"""


@pytest.mark.parametrize("way", ["from .models import {0}", "from . import {0}"])
@pytest.mark.parametrize(
    ("name", "ordering"),
    [
        ("Plain", ()), ("Sorted", ("a",)), ("OfBase", ("a",)), ("WithMeta", ()), ("WithItsMeta", ("a",)),
        ("OfTable", ("a",)), ("Managed", None), ("OfManaged", None), ("Computed", None), ("Elsewhere", ...),
        ("Itself", ...), ("missing", ...),
    ],
)  # fmt: skip
def test_a_model_of_another_file(way: str, name: str, ordering: object, tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("from .models import *\n")
    (package / "base.py").write_text(
        "from django.db import models\nclass Base(models.Model):\n"
        "    class Meta:\n        abstract = True\n        ordering = ['a']\n"
        "class Managed(models.Model):\n    objects = Sorting()\n    class Meta: abstract = True\n"
    )
    (package / "models.py").write_text(MODELS_ELSEWHERE)
    ctx = context(f"{way.format(name)}\nuse({name})\n", str(package / "views.py"), Settings(root=tmp_path))
    (call,) = ctx.tree.of(cst.Call)
    found = model_order(ctx, call.args[0].value)
    assert (found.ordering if found is not None else ...) == ordering
    assert ctx.project.consulted


@pytest.mark.parametrize(
    ("names", "certainty"),
    [
        (["pk"], "certain"),
        (["name", "-id"], "certain"),
        (["code"], "certain"),
        (["key"], "certain"),
        (["name", "day"], "certain"),
        (["number", "day", "name"], "certain"),
        (["name"], "ties"),
        (["-day", "number"], "ties"),
        (["owner"], "ties"),
        (["owner__name"], "ties"),
        (["base"], "ties"),
        (["created", "name"], "moments"),
        (["profile"], "certain"),
        (["profile__name"], None),
        (["tags"], None),
        (["counted"], None),
        (["name", "counted"], None),
        (["?"], None),
    ],
)
def test_how_certain_an_order_is(names: list[str], certainty: str | None) -> None:
    ctx = context(
        """
        from django.db import models
        class Base(models.Model):
            base = models.IntegerField()
            class Meta:
                abstract = True
        class Order(Base):
            code = models.CharField(unique=True)
            key = models.UUIDField()
            name = models.CharField(unique=False)
            number: int = models.IntegerField()
            day = models.DateField()
            created = models.DateTimeField()
            owner = models.ForeignKey("User")
            profile = models.OneToOneField("Profile")
            tags = models.ManyToManyField("Tag")
            counted = 5
            class Meta:
                unique_together = ("name", "day")
        Order
        """
    )
    *_, model = (each.value for each in ctx.tree.of(cst.Expr))
    found = model_order(ctx, model)
    assert found is not None
    assert found.certainty(names) == certainty

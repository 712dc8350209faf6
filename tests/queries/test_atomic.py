"""The transaction around a node, and the calls that matter in it."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.atomic import is_named, transaction_around
from relint.queries.django_orm import brings_savepoint, database_writes, in_own_savepoint
from relint.queries.effects import effect_of
from relint.settings import Settings
from tests.asking import context

HEAD = """
import functools, sqlite3, psycopg, pymysql, requests
from contextlib import contextmanager
from celery import chain, shared_task
from django.core.cache import cache, caches
from django.core.mail import send_mail, EmailMessage
from django.db import transaction
from django.db.transaction import atomic
from django.utils.decorators import method_decorator
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from shop import tasks
from shop.tasks import ship
from shop.db import write
from .db import store

engine = create_engine("sqlite://")
Maker = sessionmaker(engine)
fast = caches["fast"]

@shared_task
def pack(): pass

@contextmanager
def ledger():
    with transaction.atomic(using="ledger"):
        yield

@contextmanager
def untouched():
    yield

def archive():
    return transaction.atomic("archive")

def inside(function):
    def inner(*args):
        with atomic():
            return function(*args)
    return inner

@contextmanager
def endless():
    with endless():
        yield

class Mine(transaction.Atomic): pass

@atomic
def save(x): x.save()

def save_in_block(x):
    with atomic():
        x.save()
"""


def marked(ctx: Context) -> cst.Call:
    """The call of `here`."""
    return next(c for c in ctx.tree.of(cst.Call) if isinstance(c.func, cst.Name) and c.func.value == "here")


@pytest.mark.parametrize(
    ("code", "kind", "using"),
    [
        ("with transaction.atomic():\n    here()", "django", None),
        ("with atomic('a'):\n    here()", "django", "'a'"),
        ("with atomic(using=x.db):\n    here()", "django", "x.db"),
        ("with atomic(using=None):\n    here()", "django", None),
        ("with open('a') as f, atomic():\n    here()", "django", None),
        ("with atomic(), open(here()):\n    pass", None, None),
        ("with atomic():\n    with atomic('b'):\n        here()", "django", "'b'"),
        ("with Mine('a', True, False):\n    here()", "django", None),
        ("with ledger():\n    here()", "django", '"ledger"'),
        ("with untouched():\n    here()", None, None),
        ("with endless():\n    here()", None, None),
        ("with archive():\n    here()", "django", '"archive"'),
        ("with write():\n    here()", "django", None),
        ("with store():\n    here()", "django", None),
        ("@atomic\ndef f():\n    here()", "django", None),
        ("@atomic(using='a')\ndef f():\n    here()", "django", "'a'"),
        ("@inside\ndef f():\n    here()", "django", None),
        ("@write\ndef f():\n    here()", "django", None),
        ("@functools.cache\ndef f():\n    here()", None, None),
        ("@atomic\ndef f(x=here()):\n    pass", None, None),
        ("@atomic\ndef f():\n    lambda: here()", None, None),
        ("@atomic\ndef f():\n    def g():\n        here()", None, None),
        ("class V:\n    @method_decorator(atomic)\n    def f(self):\n        here()", "django", None),
        ("@method_decorator(atomic, name='f')\nclass V:\n    def f(self):\n        here()", "django", None),
        ("@method_decorator(atomic, name='g')\nclass V:\n    def f(self):\n        here()", None, None),
        ("@method_decorator(atomic, name='dispatch')\nclass V:\n    def post(self):\n        here()", "django", None),
        ("with Maker.begin() as s:\n    here()", "sqlalchemy", None),
        ("with Session(engine) as s, s.begin():\n    here()", "sqlalchemy", None),
        ("with Session(engine) as s:\n    here()", None, None),
        ("with engine.begin():\n    here()", "sqlalchemy", None),
        ("with engine.connect():\n    here()", None, None),
        ("with sqlite3.connect('a') as c:\n    here()", "connection", None),
        ("with psycopg.connect() as c, c.transaction():\n    here()", "connection", None),
        ("with pymysql.connect() as c:\n    here()", None, None),
        ("with x.begin():\n    here()", None, None),
    ],
)
def test_transaction_around(code: str, kind: str | None, using: str | None) -> None:
    rules = {"REL202": {"atomic-wrappers": ["shop.db.write", "shop.db.store"]}}
    ctx = context(HEAD + code, settings=Settings(root=Path("/nowhere"), rules=rules))
    found = transaction_around(ctx, marked(ctx))
    assert (found and found.kind, found and found.using) == (kind, using)


@pytest.mark.parametrize(
    ("dotted", "named"),
    [("shop.db.write", True), (".db.write", True), ("..write", True), ("b.write", False), (".b.write", False)],
)
def test_is_named(dotted: str, named: bool) -> None:
    assert is_named(dotted, ["shop.db.write"]) is named


@pytest.mark.parametrize(
    ("call", "effect"),
    [
        ("pack.delay()", "task"),
        ("ship.apply_async()", "task"),
        ("tasks.ship.delay(1)", "task"),
        ("pack.si(1).delay()", "task"),
        ("chain(pack.s(), ship.s()).apply_async()", "task"),
        ("x.delay()", None),
        ("pack.delay_on_commit()", None),
        ("send_mail()", "mail"),
        ("EmailMessage().send()", "mail"),
        ("requests.post('u')", "request"),
        ("requests.Session().put('u')", "request"),
        ("cache.set('a', 1)", "cache"),
        ("cache.add('a', 1)", None),
        ("cache.get('a')", None),
        ("caches['a'].delete('a')", "cache"),
        ("fast.delete('a')", "cache"),
        ("x.producer.send('a')", "message"),
        ("x.sender.send('a')", None),
    ],
)
def test_effect_of(call: str, effect: str | None) -> None:
    ctx = context(HEAD + call)
    last = ctx.tree.module.body[-1]
    expression = next(iter(ctx.walk(last, cst.Expr)))
    assert isinstance(expression.value, cst.Call)
    assert effect_of(ctx, expression.value) == effect


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("x.save()", True),
        ("x.save(update_fields=['a'])", True),
        ("x.image.save('a.png', f)", False),
        ("X.objects.create(a=1)", True),
        ("X.objects.filter(a=1).update(a=2)", True),
        ("X.objects.get(a=1)", False),
        ("X.objects.get_or_create(a=1)", False),
        ("x.delete()", True),
        ("x.items.delete(1)", False),
        ("cursor.execute('SELECT 1')", True),
        ("d.update(a=1)", False),
    ],
)
def test_database_writes(statement: str, written: bool) -> None:
    ctx = context(f"{HEAD}\ndef f(x, cursor, d):\n    {statement}\n")
    function = ctx.tree.module.body[-1]
    assert isinstance(function, cst.FunctionDef)
    assert bool(list(database_writes(ctx, function.body))) is written


def test_savepoints() -> None:
    ctx = context(HEAD + "try:\n    with atomic():\n        here()\n    there()\nexcept ValueError:\n    pass")
    block = next(iter(ctx.tree.of(cst.Try))).body
    there = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c) == "there()")
    assert in_own_savepoint(ctx, marked(ctx), block)
    assert not in_own_savepoint(ctx, there, block)


@pytest.mark.parametrize(
    ("call", "brings"),
    [("save(1)", True), ("save_in_block(1)", True), ("archive()", False), ("X.objects.update_or_create(a=1)", True)],
)
def test_brings_savepoint(call: str, brings: bool) -> None:
    ctx = context(HEAD + call)
    expression = next(iter(ctx.walk(ctx.tree.module.body[-1], cst.Call)))
    assert brings_savepoint(ctx, expression) is brings

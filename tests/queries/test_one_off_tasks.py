"""What a second run of a management command or script does again."""

from __future__ import annotations

import pytest

from relint.queries.one_off_tasks import SecondRun, second_run
from tests.asking import context

COMMAND = """
from django.core.management.base import BaseCommand
from django.db import models
from django.db.models import F


class Account(models.Model):
    balance = models.IntegerField()


class Price(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)


class Command(BaseCommand):
    def handle(self, **options):
        {}
"""
PATH = "/shop/management/commands/fix_it.py"
EACH = "for account in Account.objects.all():\n            "


def harm(body: str, path: str = PATH, note: str = "") -> SecondRun | None:
    return second_run(context(f"# {note}\n{COMMAND.format(body)}", path))


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("Account.objects.update(balance=F('balance') + 1)", "balance"),
        ("Account.objects.filter(name='a').update(balance=options['by'] * F('balance'))", "balance"),
        (f"{EACH}account.balance += account.pending; account.save()", "account.balance"),
        (f"{EACH}account.name = 'x' + account.name; account.save(update_fields=['name'])", "account.name"),
    ],
)
def test_added_up(body: str, column: str) -> None:
    found = harm(body)
    assert found is not None
    assert found.added == column


@pytest.mark.parametrize(
    "body",
    [
        "Account.objects.update(balance=0)",
        "Account.objects.update(balance=F('pending') + 1)",
        "Account.objects.filter(balance__lt=0).update(balance=F('balance') + 1)",
        "Account.objects.update(view_count=F('view_count') + 1)",
        f"{EACH}account.balance = account.pending; account.save()",
        f"{EACH}account.name = account.name.upper(); account.save()",
        f"{EACH}account.balance = 0; account.balance += account.pending; account.save()",
        f"{EACH}account.balance += options['goal'] - account.balance; account.save()",
        f"{EACH}missing = options['goal'] - account.balance; account.balance += missing; account.save()",
        f"{EACH}account.balance += 1",
        f"{EACH}account = Account(); account.balance += 1; account.save()",
        f"{EACH.replace('all()', 'filter(done=False)')}account.balance += 1; account.done = True; account.save()",
    ],
)
def test_comes_out_the_same(body: str) -> None:
    assert harm(body) is None


@pytest.mark.parametrize(
    "loop", [EACH, EACH.replace("all()", "filter(paid=True)"), EACH.replace("all()", "raw('SELECT * FROM a')")]
)
def test_rows_made_for_each_row(loop: str) -> None:
    found = harm(f"{loop}Price.objects.create(account=account)")
    assert found is not None
    assert (found.model, found.rows) == ("Price", "Account")


@pytest.mark.parametrize(
    "body",
    [
        "Price.objects.create(account=options['account'])",
        "for each in options['accounts']:\n            Price.objects.create(account=each)",
        f"{EACH}Price.objects.get_or_create(account=account)",
        f"{EACH.replace('all()', 'exclude(price=None)')}Price.objects.create(account=account)",
        f"{EACH.replace('all()', 'filter(price__isnull=True)')}Price.objects.create(account=account)",
        f"{EACH}if not account.price_set.exists(): Price.objects.create(account=account)",
        f"Price.objects.all().delete()\n        {EACH}Price.objects.create(account=account)",
    ],
)
def test_rows_that_are_made_once(body: str) -> None:
    assert harm(body) is None


def test_rows_that_another_function_looks_for() -> None:
    looks = "\n\n    def check(self):\n        return Price.objects.exists()"
    assert harm(f"{EACH}Price.objects.create(account=account){looks}") is None


def test_what_the_task_says_of_itself() -> None:
    move = f"{EACH}account.start = moved(account.start); account.save()"
    assert harm(move) is None
    found = harm(move, note="Only run this once, after the upgrade.")
    assert found is not None
    assert (found.added, found.model) == ("", "")
    assert harm("print(1)", note="Only run this once.") is None


@pytest.mark.parametrize("path", ["/shop/fix_it.py", "/shop/management/commands/create_demo_data.py"])
def test_other_files(path: str) -> None:
    assert harm("Account.objects.update(balance=F('balance') + 1)", path) is None


@pytest.mark.parametrize("word", ["RunOnce", "already done", "checkpoint"])
def test_records(word: str) -> None:
    assert harm("Account.objects.update(balance=F('balance') + 1)", note=word) is None

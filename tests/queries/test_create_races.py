from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.create_races import race_of_if, race_of_try
from tests.asking import context


@pytest.mark.parametrize(
    ("test", "body", "races"),
    [
        ("not A.objects.filter(a=1).exists()", "A.objects.create(a=1)", True),
        ("not self.filter(a=1).exists()", "x = self.create(a=1)", True),
        ("not A.objects.filter(a=1).exists()", "B.objects.create(a=1)", False),
        ("A.objects.filter(a=1).exists()", "A.objects.create(a=1)", False),
        ("not A.objects.filter(a=1).exists()", "lock()\n        A.objects.create(a=1)", False),
    ],
)
def test_race_of_if(test: str, body: str, races: bool) -> None:
    ctx = context(f"def f(self):\n    if {test}:\n        {body}\n")
    [found] = ctx.tree.of(cst.If)
    assert (race_of_if(ctx, found) is not None) is races


@pytest.mark.parametrize(
    ("handler", "body", "races"),
    [
        ("A.DoesNotExist", "A.objects.create(a=1)", True),
        ("ObjectDoesNotExist", "return A.objects.create(a=1)", True),
        ("KeyError", "A.objects.create(a=1)", False),
        ("A.DoesNotExist", "return None", False),
    ],
)
def test_race_of_try(handler: str, body: str, races: bool) -> None:
    ctx = context(f"def f():\n    try:\n        A.objects.get(a=1)\n    except {handler}:\n        {body}\n")
    [found] = ctx.tree.of(cst.Try)
    assert (race_of_try(ctx, found) is not None) is races

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.lost_updates import lost_update
from tests.asking import context


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("a.n += 1\na.save()", "+ 1"),
        ("a.n -= by\na.save()", "- by"),
        ("a.n = a.n + 2\na.save()", "+ 2"),
        ("a.n = b.n + 2\na.save()", None),
        ("a.n += 'x'\na.save()", None),
        ("a.n += f(1)\na.save()", None),
        ("a.n *= 2\na.save()", None),
        ("a.n += 1\nb.save()", None),
        ("if by:\n    a.n += 1\na.save()", "+ 1"),
        ("for b in by:\n    a.n += 1\na.save()", None),
        ("a.n += 1\na.save(update_fields=['n'])", "+ 1"),
        ("a.n += 1\na.save(update_fields=['m'])", None),
        ("a.lock()\na.n += 1\na.save()", None),
    ],
)
def test_lost_update(body: str, change: str | None) -> None:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    ctx = context(f"def f(by, b):\n    a = A.objects.get(pk=1)\n{lines}\n")
    found = [lost_update(ctx, step) for step in [*ctx.tree.of(cst.AugAssign), *ctx.tree.of(cst.Assign)]]
    assert next((each.change for each in found if each is not None), None) == change

"""Is the table of a statement known to be small?"""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.counted_tables import is_known_to_be_small
from tests.asking import context

COUNT = "n = bind.execute(text('SELECT COUNT(*) FROM orders')).scalar()\n"


@pytest.mark.parametrize(
    ("code", "small"),
    [
        (COUNT + "if n < 1000000:\n    build()", True),
        (COUNT + "if n <= LIMIT:\n    build()\nelse:\n    later()", True),
        (COUNT + "if n > LIMIT:\n    later()\nelse:\n    build()", True),
        ("n = 0\n" + COUNT + "if n < 1000000:\n    with batch():\n        build()", True),
        ("if Order.objects.count() < 1000:\n    build()", True),
        ("rows = bind.execute(select(orders)).fetchall()\nif len(rows) < 1000:\n    build()", True),
        ("n = len(Order.objects.all())\nif n < 1000:\n    build()", True),
        ("if len(names) < 1000:\n    build()", False),
        (COUNT + "if n < 1000000:\n    note()\nbuild()", False),
        (COUNT + "if n < 1000000:\n    later()\nelse:\n    build()", False),
        (COUNT + "if n > 0:\n    build()", False),
        ("n = bind.execute(text('SELECT version()')).scalar()\nif n < 12:\n    build()", False),
        ("if n < 1000000:\n    build()", False),
    ],
)
def test_is_known_to_be_small(code: str, small: bool) -> None:
    ctx = context("def upgrade(bind):\n" + "\n".join(f"    {line}" for line in code.splitlines()) + "\n")
    call = next(call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "build()")
    assert is_known_to_be_small(ctx, call) is small

"""Which expressions hold what came in, and nothing made of it."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.sql_given import is_given, is_number_unless_given
from tests.asking import context

SOURCE = """
from app import settings, current

class Orders:
    kept = None

    def __init__(self, shop, size=5, made=None):
        self.shop = shop
        self.size = size
        self.made = str(made) + "x"

    def run(self, shop, day: str, kind: "str | None", most: float, where: Condition, limit=5, text="a", config=None):
        row = cursor.fetchone()
        first, second = row
        third, fourth = made(row)
        fifth, sixth = cursor.fetchone()
        for key, value in row.items():
            for column in row.columns:
                held = row["held"] or None
                computed = held + 1
                chosen = config.limit
                either = held
                either = made(held)
                {expression}
"""


@pytest.mark.parametrize(
    "expression",
    [
        "shop", "day", "kind", "text", "row[0]", "row['a']", "shop.id", "shop.order.id", "str(shop)", "row.get('a')",
        "first", "second", "fifth", "key", "value", "held", "self.shop", "self.shop.id", "shop or None",
    ],
)  # fmt: skip
def test_given(expression: str) -> None:
    assert _is_given(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "most", "where", "limit", "third", "column", "computed", "chosen", "either", "self.size", "self.made",
        "config.limit", "config['limit']", "settings.LIMIT", "current.shop", "Orders.kept", "made(shop)", "shop + 1",
        "self.gone", "unknown", "'a'", "shop[1:]", "row.sorted()",
    ],
)  # fmt: skip
def test_not_given(expression: str) -> None:
    assert not _is_given(expression)


def _is_given(expression: str) -> bool:
    ctx = context(SOURCE.replace("{expression}", expression))
    *_, statement = ctx.tree.of(cst.Expr)
    assert ctx.source(statement) == expression
    return is_given(ctx, statement.value)


@pytest.mark.parametrize(("default", "answer"), [("=5", True), ("=-1", True), ("", False), ("=None", False)])
def test_number_unless_given(default: str, answer: bool) -> None:
    ctx = context(f"def f(n{default}): use(n)")
    use = next(iter(ctx.tree.of(cst.Call)))
    assert is_number_unless_given(ctx, use.args[0].value) is answer

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.alembic_calls import name_shown
from relint.queries.migration_sql import as_written
from tests.asking import context


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('"orders"', "orders"),
        ('f"{prefix}orders"', "{prefix}orders"),
        ('prefix + "orders"', "{prefix}orders"),
        ("prefix + ORDERS", "{prefix}orders"),
        ('f"{prefix}{ORDERS}"', "{prefix}orders"),
        ("TABLE", "{TABLE}"),
        ("None", None),
        ("make()", None),
    ],
)
def test_names_that_are_made_of_parts(name: str, shown: str | None) -> None:
    ctx = context(f"x = {name}\nORDERS = 'orders'\n")
    assert name_shown(ctx, next(iter(ctx.tree.of(cst.Assign))).value) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("orders", "orders"), ("hole_prefix__orders.id", "{prefix}orders.id"), ("hole_1__", "{...}")],
)
def test_holes_in_names(name: str, shown: str) -> None:
    assert as_written(name) == shown

from __future__ import annotations

from textwrap import indent

import libcst as cst
import pytest

from relint.queries.batches import is_batched
from tests.asking import context, node


@pytest.mark.parametrize(
    "around",
    [
        "while True:",
        "for ids in chunked(rows, 100):",
        "for ids in windows:",
        "for start in range(0, last, 1000):",
        "for page in Paginator(rows, 100):",
        "def delete_batch(rows):",
    ],
)
def test_a_batch_at_a_time(around: str) -> None:
    ctx = context(f"windows = split_by_key(rows)\n{around}\n    change()\n")
    assert is_batched(ctx, node(ctx, "change()", cst.Call))


@pytest.mark.parametrize(
    "around",
    [
        "if ready:",
        "for row in rows:",
        "for row in chunked(change()):",  # made once, before the loop
        "def delete_old():",
        "class Batches:",
    ],
)
def test_all_at_once(around: str) -> None:
    ctx = context(f"{around}\n    change()\n")
    assert not is_batched(ctx, node(ctx, "change()", cst.Call))


def test_a_loop_around_a_function_is_not_around_its_body() -> None:
    ctx = context("while True:\n" + indent("def work():\n    change()\n", "    "))
    assert not is_batched(ctx, node(ctx, "change()", cst.Call))

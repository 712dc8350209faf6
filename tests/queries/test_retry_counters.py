from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.retry_counters import counter_of, counts_attempts
from tests.asking import context


@pytest.mark.parametrize(
    ("loop", "counts"),
    [
        ("for n in range(3): pass", True),
        ("for n in itertools.count(): pass", True),
        ("for n, wait in enumerate((1, 2, 4)): pass", True),
        ("for wait in waits: time.sleep(wait)", True),
        ("for host in hosts: time.sleep(1)", False),
        ("for n in enumerate(hosts): pass", False),
    ],
)
def test_counts_attempts(loop: str, counts: bool) -> None:
    ctx = context(f"import itertools, time\n{loop}\n")
    (found,) = ctx.tree.of(cst.For)
    assert counts_attempts(ctx, found) is counts


@pytest.mark.parametrize(
    ("loop", "counter", "attempts"),
    [
        ("for n in range(5): pass", "n", 5),
        ("for n in range(LIMIT): pass", "n", 4),
        ("for n in range(limit): pass", "n", 3),
        ("for n in range(5, 0, -1): pass", None, None),
        ("for _ in range(5): pass", None, 5),
        ("for n in itertools.count(): pass", "n", None),
        ("while tries < 5: tries += 1", "tries", 5),
        ("while True: tries += 1", "tries", None),
        ("while left: left -= 1", None, None),
        ("while tries < 5: tries += 2", None, None),
    ],
)
def test_counter_of(loop: str, counter: str | None, attempts: int | None) -> None:
    ctx = context(f"import itertools\nLIMIT = 4\ndef work(left, limit=3):\n    tries = 0\n    {loop}\n")
    (found,) = ctx.tree.of(cst.For, cst.While)
    assert counter_of(ctx, found) == (counter, attempts)

"""Which cancellations were meant to end where they are caught."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.cancellations_meant import was_meant
from tests.asking import context

AWAIT = """
import asyncio

async def f(task, other, close):
    {before}
    try:
        await {awaited}
    except asyncio.CancelledError:
        pass
"""
COUNT = """
import asyncio

async def count(queue):
    n, seen = 0, []
    while True:
        try:
            n += await queue.get()
        except asyncio.CancelledError:
            {answer}
    return n, seen

{started}
"""


def _asked(code: str) -> bool:
    ctx = context(code)
    handler = next(iter(ctx.tree.of(cst.ExceptHandler)))
    attempt = ctx.parent(handler)
    assert isinstance(attempt, cst.Try)
    return was_meant(ctx, handler, attempt)


@pytest.mark.parametrize(
    ("before", "awaited", "meant"),
    [
        ("task.cancel()", "task", True),
        ("await other", "task", False),
        ("await other", "asyncio.wait_for(task, 5)", False),
        ("other.call(task.cancel)", "asyncio.wait_for(task, 5)", True),
        ("await other", "other.shutdown_event.wait()", True),
        ("await other", "other.ready.wait()", False),
        ("await other", "other.stop(5)", False),
    ],
)
def test_what_was_cancelled(before: str, awaited: str, meant: bool) -> None:
    assert _asked(AWAIT.format(before=before, awaited=awaited)) is meant


@pytest.mark.parametrize(
    ("answer", "started", "meant"),
    [
        ("return n", "def start(q): return asyncio.create_task(count(q))", True),
        ("break", "def start(q): return asyncio.create_task(count(q))", True),
        ("break", "async def all(q): return await count(q)\ndef start(q): return asyncio.create_task(all(q))", True),
        ("break", "async def all(q): return len(await count(q))", False),
        ("return None", "def start(q): return asyncio.create_task(count(q))", False),
        ("continue", "def start(q): return asyncio.create_task(count(q))", False),
    ],
)
def test_answers_with_what_it_has(answer: str, started: str, meant: bool) -> None:
    assert _asked(COUNT.format(answer=answer, started=started)) is meant

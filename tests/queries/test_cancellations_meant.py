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
HANDLER = """
import asyncio

async def {name}(work, stopping):
    {around}
        try:
            await work()
        except asyncio.CancelledError:
            {handler}
            print("go on")
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
    ("name", "around", "handler", "meant"),
    [
        ("f", "while True:", "pass", False),
        ("close", "if True:", "pass", True),
        ("notify_cancelled", "if True:", "pass", True),
        ("f", "try: await work()\n    finally:", "pass", True),
        ("f", "while True:", "if stopping: return", True),
        ("f", "while True:", "if work.stopping: return", True),
        ("f", "while True:", "if work.is_set(): return", True),
        ("f", "while True:", "if work.late: return", False),
    ],
)
def test_where_it_is_caught(name: str, around: str, handler: str, meant: bool) -> None:
    assert _asked(HANDLER.format(name=name, around=around, handler=handler)) is meant


@pytest.mark.parametrize(
    ("before", "awaited", "meant"),
    [
        ("task.cancel()", "task", True),
        ("await other", "task", False),
        ("await other", "asyncio.wait_for(task, 5)", False),
        ("other.call(task.cancel)", "asyncio.wait_for(task, 5)", True),
        ("await other", "other.shutdown_event.wait()", True),
        ("await other", "other.ready.wait()", False),
        ("await other", "other.begin(5)", False),
        ("await other", "other.stop(5)", True),
        ("await other", "other._safe_cleanup()", True),
        ("await other", "asyncio.shield(other)", True),
        ("await other", "asyncio.wait_for(asyncio.shield(other), 5)", True),
        ("for each in task: each.cancel()", "asyncio.gather(*task)", True),
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

"""Which swallowed cancellations are lost."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.cancellations_lost import is_lost
from tests.asking import context

NAMED = "asyncio.CancelledError"


TRY = """
async def f(self, xs):
    {loop}:
        try:
            await g()
        except {error}:
            {then}
{after}
"""


def _is_lost(code: str) -> bool:
    ctx = context(f"import asyncio\n{code}")
    return is_lost(ctx, next(iter(ctx.tree.of(cst.ExceptHandler))))


@pytest.mark.parametrize(
    ("loop", "error", "then", "lost"),
    [
        ("while True", NAMED, "pass", True),
        ("while True", NAMED, "continue", True),
        ("while True", NAMED, "break", False),
        ("while self.running", NAMED, "pass", False),
        ("for x in xs", NAMED, "pass", True),
        ("while True", "BaseException", "pass", True),
        ("while self.running", "BaseException", "pass", False),
        ("for x in xs", "BaseException", "pass", True),
        ("for x in xs", "BaseException", "return", False),
    ],
)
def test_loops(loop: str, error: str, then: str, lost: bool) -> None:
    assert _is_lost(TRY.format(loop=loop, error=error, then=then, after="")) is lost


@pytest.mark.parametrize(("then", "lost"), [("break", False), ("print(1)", True)])
def test_a_loop_that_is_told_to_stop(then: str, lost: bool) -> None:
    after = f"        if self.stopped:\n            {then}"
    assert _is_lost(TRY.format(loop="while True", error="BaseException", then="pass", after=after)) is lost


@pytest.mark.parametrize(
    ("awaited", "after", "lost"),
    [
        ("await g()", "await h()", True),
        ("await g()", "return 1", True),
        ("await g()", "return None", False),
        ("await g()", "h()", False),
        ("await self.task", "await h()", False),
        ("await manager.wait_for(x, 1)", "await h()", False),
        ("await asyncio.wait_for(x, 1)", "await h()", True),
        ("async with g(): pass", "await h()", True),
        ("async for y in g(): pass", "await h()", True),
    ],
)
def test_what_is_awaited_and_what_follows(awaited: str, after: str, lost: bool) -> None:
    code = f"async def f(self):\n    try:\n        {awaited}\n    except:\n        pass\n    {after}\n"
    assert _is_lost(code) is lost


def test_who_calls_it() -> None:
    code = "async def f():\n    try:\n        await g()\n    except:\n        pass\nasync def h():\n    await f()\n"
    assert not _is_lost(code)
    assert _is_lost(f"{code}    print(1)\n")

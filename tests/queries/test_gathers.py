"""Which gathers leave siblings behind, and which a task group can replace."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.gathers import awaited_gather, suits_a_group
from tests.asking import context

CODE = """
import asyncio


async def a(x=1):
    return x


def b():
    return asyncio.sleep(1)


async def main(xs):
    {}
"""


def answers(line: str) -> tuple[bool, bool]:
    """(is a gather of several, suits a group)"""
    ctx = context(CODE.format(line))
    call = awaited_gather(ctx, next(iter(ctx.tree.of(cst.Await))))
    return call is not None, call is not None and suits_a_group(ctx, call)


@pytest.mark.parametrize(
    "line", ["await asyncio.gather(a())", "await asyncio.gather(*xs)", "await asyncio.gather(a(), a(), **xs)"]
)
def test_no_listed_siblings(line: str) -> None:
    assert answers(line) == (False, False)


def test_coroutines_of_the_file() -> None:
    assert answers("await asyncio.gather(a(), a(x=2))") == (True, True)


@pytest.mark.parametrize("second", ["b()", "xs[0]", "xs.load()", "asyncio.sleep(1)", "a(await a())"])
def test_no_coroutine_in_sight(second: str) -> None:
    ctx = context(CODE.format(f"await asyncio.gather(a(), {second})"))
    call = next(c for c in ctx.tree.of(cst.Call) if ctx.callee(c) == "asyncio.gather")
    assert not suits_a_group(ctx, call)


def test_an_except_that_waits_for_the_error() -> None:
    line = "try:\n        await asyncio.gather(a(), a())\n    except ValueError:\n        pass"
    assert answers(line) == (True, False)

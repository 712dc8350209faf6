"""What needs no limit, whoever starts it."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.started import is_harmless, started_call
from tests.asking import context, node

CODE = """
import asyncio
import time

import aiofiles.os

slots = asyncio.Semaphore(5)


async def work(x):
    await asyncio.sleep(x)


async def limited(x):
    async with slots:
        await work(x)


async def threaded(x):
    await asyncio.to_thread(time.sleep, x)


def main(x, group, loop, connection):
    {}
"""


@pytest.mark.parametrize(
    ("call", "harmless"),
    [
        ("work(x)", False),
        ("limited(x)", True),
        ("threaded(x)", True),
        ("connection.close()", True),
        ("connection.fetch()", False),
        ("asyncio.wait_for(work(x), 5)", False),
        ("asyncio.wait_for(limited(x), 5)", True),
        ("asyncio.to_thread(time.sleep, x)", True),
        ("aiofiles.os.remove(x)", True),
        ("work(slots)", True),
    ],
)
def test_is_harmless(call: str, harmless: bool) -> None:
    ctx = context(CODE.format(call))
    assert is_harmless(ctx, node(ctx, call, cst.Call)) is harmless


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("asyncio.create_task(work(x))", "work(x)"),
        ("loop.create_task(work(x))", "work(x)"),
        ("group.start_soon(work, x)", "group.start_soon(work, x)"),
        ("asyncio.create_task(x)", None),
        ("connection.create_task(work(x))", None),
        ("print(work(x))", None),
    ],
)
def test_started_call(call: str, made: str | None) -> None:
    ctx = context(CODE.format(call))
    found = started_call(ctx, node(ctx, call, cst.Call))
    assert (None if found is None else ctx.source(found)) == made

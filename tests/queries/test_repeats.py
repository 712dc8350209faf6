"""Which loop repeats what is started, and which is none or has a limit."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.repeats import repeated
from tests.asking import context, node

CODE = """
import asyncio


async def work(x): ...


async def main(rows, found, queue, listen, semaphore):
{}
"""


def items(*lines: str) -> str | None:
    ctx = context(CODE.format("\n".join(f"    {line}" for line in lines)))
    made = node(ctx, "work(x)", cst.Call)
    answer = repeated(ctx, made, made)
    return None if answer is None else ctx.source(answer[1])


@pytest.mark.parametrize(
    ("lines", "of"),
    [
        (("for x in rows:", "    work(x)"), "rows"),
        (("all = [work(x) for x in rows]",), "rows"),
        (("while True:", "    x = await queue.get()", "    work(x)"), "queue.get()"),
        (("for part in ('a', 'b'):", "    for x in rows:", "        work(x)"), "rows"),
        (("for x in (1, 2):", "    work(x)"), None),
        (("for x in rows:", "    work(x)", "    break"), None),
        (("for x in rows:", "    task = work(x)", "    await task"), None),
        (("for x in rows:", "    async with semaphore:", "        work(x)"), None),
        (("for x in rows:", "    await asyncio.sleep(1)", "    work(x)"), None),
        (("for x in rows:", "    if task is None:", "        task = work(x)"), None),
        (("work(x)",), None),
        (("for x in rows:", "    def later():", "        work(x)"), None),
    ],
)
def test_repeated(lines: tuple[str, ...], of: str | None) -> None:
    assert items(*lines) == of

"""Which loops receive, and what."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.receiving import received
from tests.asking import context, node

CODE = """
import asyncio


async def main(queue, counts, state, socket, redis):
    while True:
        {}
        start({})
"""


@pytest.mark.parametrize(
    ("line", "given", "call"),
    [
        ("message = await queue.get()", "message", "queue.get()"),
        ("message = await asyncio.wait_for(queue.get(), 5)", "message", "asyncio.wait_for(queue.get(), 5)"),
        ("connection, _ = socket.accept()", "connection", "socket.accept()"),
        ("message = socket.recv(100); body = message.body", "body", "socket.recv(100)"),
        ("job = await queue.get_next_job()", "job", "queue.get_next_job()"),
        ("pass", "queue.get_nowait()", "queue.get_nowait()"),
        ("count = counts.get('a')", "count", None),
        ("job = queue.get_next_job()", "job", None),
        ("message = await queue.get()", "state", None),
    ],
)
def test_received(line: str, given: str, call: str | None) -> None:
    ctx = context(CODE.format(line, given))
    start = node(ctx, f"start({given})", cst.Call)
    loop = ctx.enclosing(start, cst.While)
    assert loop is not None
    found = received(ctx, loop, start)
    assert (None if found is None else ctx.source(found)) == call

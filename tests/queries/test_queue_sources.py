"""Where items come from, and where they go."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.queue_sources import comes_from_others, is_posted, is_received, sends_on
from tests.asking import context, node


@pytest.mark.parametrize(
    ("code", "received", "others"),
    [
        ("async def f(self, q):\n    async for x in self.ws:\n        await q.put(x)", True, True),
        ("async def f(self, q, answer):\n    async for x in answer:\n        await q.put(x)", False, False),
        ("async def f(ws, q):\n    while True:\n        x = await ws.recv()\n        await q.put(x)", True, True),
        ("async def f(p, q):\n    while True:\n        x = await p.get()\n        await q.put(x)", False, False),
        ("def datagram_received(self, data, peer):\n    q.put(data)", True, True),
        ("def on_message(self, x):\n    y = x.body\n    q.put(y)", False, True),
        ("def _handle_frame(self, x):\n    q.put((1, x))", False, True),
        ("def state_listener(x):\n    q.put(x)", False, True),
        ("def add_listener(x):\n    q.put(x)", False, False),
        ("def publish(self, x):\n    q.put(x)", False, True),
        ("def _dispatch(self, x):\n    q.put(x)", False, False),
        ("def on_message(self, x):\n    q.put(1)", False, False),
        ("def f(loop, x):\n    loop.call_soon_threadsafe(q.put, x)", False, True),
        ("def f(loop, x):\n    run_coroutine_threadsafe(q.put(x), loop)", False, True),
        ("def f(pool, x):\n    pool.submit(q.put, x)", False, False),
    ],
)
def test_where_items_come_from(code: str, received: bool, others: bool) -> None:
    ctx = context(code)
    put = node(ctx, "q.put", cst.Attribute)
    assert is_received(ctx, put) is received
    assert comes_from_others(ctx, put) is others


@pytest.mark.parametrize(
    ("code", "posted"),
    [
        ("def f(x):\n    q.put(x)", True),
        ("def f(x):\n    q.put(g())", False),
        ("def f(xs):\n    for x in xs:\n        q.put(x)", False),
        ("q.put(1)", False),
    ],
)
def test_posts(code: str, posted: bool) -> None:
    ctx = context(code)
    assert is_posted(ctx, node(ctx, "q.put", cst.Attribute)) is posted


@pytest.mark.parametrize(
    ("body", "sends"),
    [
        ("x = q.get()\n        client.send(x)", True),
        ("x: str = q.get()\n        y = x.body\n        self.publish_one(y)", True),
        ("x: str = q.get()\n        self.publish_one(x)", True),
        ("x = q.get()\n        x.send()", True),
        ("client.send(q.get())", True),
        ("x = q.get()\n        file.write(x)", False),
        ("x = q.get()\n        self.writer.write(x)", True),
        ("x = q.get()\n        client.send(1)", False),
        ("x = q.get()\n        if x is None:\n            break\n        client.send(x)", False),
    ],
)
def test_where_items_go(body: str, sends: bool) -> None:
    ctx = context(f"def f(self, client, file):\n    while True:\n        {body}\n")
    assert sends_on(ctx, node(ctx, "q.get", cst.Attribute)) is sends

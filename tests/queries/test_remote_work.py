"""Which coroutines ask something that others use too."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.remote_work import asks_others
from tests.asking import context

CODE = """
    import asyncio

    async def with_client(url, client):
        async with client.get(url) as answer:
            return await answer.json()

    async def by_another(url, client):
        return await with_client(url, client)

    async def line_by_line(url, client):
        async for line in client.fetch_lines(url):
            print(line)

    async def worked_out(url, client):
        await asyncio.sleep(1)
        return parse(url)

    class Store:
        async def insert_all(self, rows):
            await self.client.insert(rows)

        def run(self, url, client, queue, embedding_func):
            use({call})
"""


@pytest.mark.parametrize(
    ("call", "asks"),
    [
        ("with_client(url, client)", True),
        ("by_another(url, client)", True),
        ("line_by_line(url, client)", True),
        ("worked_out(url, client)", False),
        ("self.insert_all(url)", True),
        ("client.fetch_page(url)", True),
        ("client.apredict(url)", True),
        ("client.parse(url)", False),
        ("queue.put(url)", False),
        ("self.cache.get(url)", False),
        ("embedding_func(url)", False),
        ("asyncio.wait_for(client.fetch(url), 5)", True),
        ("asyncio.wait_for(client.parse(url), 5)", False),
        ("map(with_client, url)", True),
    ],
)
def test_what_is_awaited(call: str, asks: bool) -> None:
    ctx = context(CODE.replace("{call}", call))
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    made = use.args[0].value
    assert isinstance(made, cst.Call)
    assert asks_others(ctx, made) is asks

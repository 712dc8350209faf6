"""What surely starts much work at others."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.spawning import spawns_at
from relint.queries.swarms import is_swarm
from tests.asking import context

CODE = """
    import asyncio
    import httpx

    client = httpx.AsyncClient()

    async def fetch(x):
        return await client.get(x)

    class Loader:
        def __init__(self, urls):
            self.urls = urls
            self.links = []

        async def run(self, xs, urls, documents, path, searcher, socket):
            {before}
            await asyncio.gather(*({made} for x in {items}))
"""


@pytest.mark.parametrize(
    ("items", "made", "before", "found"),
    [
        ("urls", "fetch(x)", "pass", True),
        ("xs", "fetch(x)", "pass", False),
        ("self.urls", "fetch(x)", "pass", True),
        ("self.links", "fetch(x)", "pass", False),
        ("urls", "self.parse(x)", "pass", False),
        ("urls", "fetch(x)", "rate_limit = 5", False),
        ("urls", "fetch(x)", "max_pages = 5", False),
        ("urls", "fetch(x)", "max_retries = 5", True),
        ("documents", "x.embed()", "pass", True),
        ("documents", "x.stored()", "pass", False),
        ("path.rglob('*')", "fetch(x)", "pass", True),
        ("found", "fetch(x)", "found = [url for url in xs if url]", True),
        ("documents", "fetch(x)", "documents = await searcher.search(xs)", False),
        ("links", "fetch(x)", "links = searcher.parse_search(xs)", True),
        ("set(urls).difference(xs)", "fetch(x)", "pass", True),
    ],
)
def test_swarms(items: str, made: str, before: str, found: bool) -> None:
    code = CODE.replace("{items}", items).replace("{made}", made).replace("{before}", before)
    ctx = context(code)
    gather = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "asyncio.gather")
    assert any(is_swarm(ctx, spawn) for spawn in spawns_at(ctx, gather)) is found


def test_what_all_calls_in_the_file_give_may_be_few() -> None:
    code = """
        import asyncio, httpx

        async def fetch(urls):
            await asyncio.gather(*(httpx.AsyncClient().get(url) for url in urls))

        async def fetch_all(urls):
            for batch in batched(urls, 10):
                await fetch(batch)
    """
    ctx = context(code)
    gather = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "asyncio.gather")
    assert not any(is_swarm(ctx, spawn) for spawn in spawns_at(ctx, gather))

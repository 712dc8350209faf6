"""Which tasks and threads are seen to wait for another machine or process, with nothing that holds them back."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest

from relint.queries.remote_work import work_of
from relint.settings import Settings
from tests.asking import context

CODE = """
    import asyncio
    import subprocess
    from functools import partial
    from threading import Thread

    import aiohttp
    import httpx
    import requests
    from api import Api, fetch, fetch_slowly

    async def with_client(url):
        async with httpx.AsyncClient() as client:
            return await client.get(url)

    async def by_another(url):
        return await retried(with_client, url)

    async def with_session(url, session):
        async with session.get(url) as answer:
            return await answer.json()

    async def in_a_pool(url):
        return await asyncio.to_thread(lambda: requests.get(url))

    async def of_a_number(url, max_concurrency):
        return await with_client(url)

    async def in_turn(url):
        async with slots.semaphore:
            return await with_client(url)

    async def through_one_in_turn(url):
        return await in_turn(url)

    async def worked_out(url, client):
        await asyncio.sleep(1)
        return client.parse(url)

    def of_a_thread(url):
        def inside():
            subprocess.run(["curl", url])
        inside()

    class Store:
        def __init__(self, api: Api):
            self.api, self.made = api, Api()

        async def load(self, url):
            return await self._send(url)

        async def _send(self, url):
            return await self.llm.ainvoke(url)

        def run(self, url, client, queue, embedding_func):
            use({call})
"""
API = """
    import aiohttp

    class Api:
        def __init__(self):
            self.session = aiohttp.ClientSession()

        async def load(self, url):
            return await self._send("GET", url)

        async def load_slowly(self, url):
            async with self.limiter:
                return await self._send("GET", url)

        async def _send(self, verb, url):
            async with self.session.request(verb, url) as answer:
                return await answer.json()

    async def fetch(url):
        return await Api().load(url)

    async def fetch_slowly(url):
        return await Api().load_slowly(url)
"""


@pytest.mark.parametrize(
    ("call", "work"),
    [
        ("with_client(url)", "remote"),
        ("by_another(url)", "remote"),
        ("with_session(url, client)", "remote"),
        ("in_a_pool(url)", None),
        ("of_a_number(url, 5)", "limited"),
        ("in_turn(url)", "limited"),
        ("through_one_in_turn(url)", "limited"),
        ("worked_out(url, client)", None),
        ("Thread(target=of_a_thread, args=(url,))", "remote"),
        ("Thread(target=requests.get, args=(url,))", "remote"),
        ("Thread(target=client.parse, args=(url,))", None),
        ("self.load(url)", "remote"),
        ("self.api.load(url)", "remote"),
        ("self.made.load(url)", "remote"),
        ("self.api.load_slowly(url)", "limited"),
        ("fetch(url)", "remote"),
        ("fetch_slowly(url)", "limited"),
        ("client.fetch_page(url)", None),
        ("client.chat.completions.create(url)", "remote"),
        ("embedding_func(url)", None),
        ("url.async_embed(client)", "remote"),
        ("client.embeddable(url)", None),
        ("queue.get(url)", None),
        ("asyncio.wait_for(fetch(url), 5)", "remote"),
        ("asyncio.wait_for(client.parse(url), 5)", None),
        ("map(with_client, url)", "remote"),
        ("aiohttp.ClientTimeout(total=5)", None),
    ],
)
def test_what_is_started(call: str, work: str | None, tmp_path: Path) -> None:
    (tmp_path / "api.py").write_text(dedent(API))
    ctx = context(CODE.replace("{call}", call), str(tmp_path / "app.py"), Settings(root=tmp_path))
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    made = use.args[0].value
    assert isinstance(made, cst.Call)
    assert work_of(ctx, made) == work


@pytest.mark.parametrize(
    ("connector", "work"),
    [
        ("aiohttp.TCPConnector(limit=5)", "limited"),
        ("aiohttp.TCPConnector(limit=0)", "remote"),
        ("aiohttp.TCPConnector(ssl=False)", "remote"),
        ("httpx.Limits(max_connections=5)", "limited"),
        ("httpx.Limits(max_connections=None)", "remote"),
    ],
)
def test_connections_that_are_counted(connector: str, work: str) -> None:
    code = f"""
        import aiohttp, httpx
        LIMIT = {connector}

        async def fetch(url, session: aiohttp.ClientSession):
            await session.get(url)

        fetch(1, 2)
    """
    ctx = context(code)
    made = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "fetch")
    assert work_of(ctx, made) == work

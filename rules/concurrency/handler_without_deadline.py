"""An asynchronous request handler that waits for a peer for minutes.

## Why it is bad
Whoever asked has long gone, but the handler waits on, and with it its memory, its connection and its place among the
peer's requests. When the peer is slow, every new request joins those that wait, and a service that could have said no
after seconds stops for everybody.

Off by default: a handler may be meant to wait (exports, long polls), and a proxy in front of it may end it. Of 8
findings in 22 services and tools, all in one of them, 7 were true, and one was an upload.

## Example
```python
import aiohttp
from fastapi import FastAPI

app = FastAPI()


@app.get("/price/{item}")
async def price(item: str):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://prices.example.com/{item}") as response:
            return await response.json()
```

## Use instead
```python
import asyncio

import aiohttp
from fastapi import FastAPI

app = FastAPI()


@app.get("/price/{item}")
async def price(item: str):
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        async with session.get(f"https://prices.example.com/{item}") as response:
            return await response.json()
```

Found in `async` handlers that are registered by their path (FastAPI, Starlette, `aiohttp.web`, Quart), at the first
call they await, themselves or through coroutines of the file, of a client in sight that is told nothing of a timeout:
those of aiohttp (300 seconds), OpenAI and Anthropic (600 seconds, and two more tries), and connections and pools of
asyncpg (no limit).

Quiet with a timeout at the call, at its client, around it (`asyncio.timeout`, `wait_for`, anyio's `fail_after`), in a
decorator or a middleware of the file; for Sanic, which ends handlers after 60 seconds (`RESPONSE_TIMEOUT`); for httpx
and redis-py 8, which give up after 5 seconds; and for clients made out of sight. Quart's `RESPONSE_TIMEOUT` limits how
long the response is sent, not how long the handler takes.

## References
- https://docs.aiohttp.org/en/stable/client_quickstart.html#timeouts
- https://github.com/openai/openai-python#timeouts
- https://github.com/anthropics/anthropic-sdk-python#timeouts
- https://magicstack.github.io/asyncpg/current/api/index.html#connection
- https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout
- https://sanic.dev/en/guide/running/configuration.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.deadlines import waits_without_deadline

rule = Rule(
    code="REL312",
    imports=("aiohttp", "openai", "anthropic", "asyncpg"),
    near=("async def",),
    default=False,
)


@rule.on(cst.FunctionDef)
def check(node: cst.FunctionDef, ctx: Context) -> Iterator[Finding]:
    found = waits_without_deadline(ctx, node)
    if found is None:
        return
    name = ctx.source(found.call.func)
    long = "for ever" if found.seconds is None else f"for {found.seconds} seconds"
    related = () if found.at is found.call else ((found.call, "waited for here"),)
    yield rule.finding(
        found.at, f"`{name}` may wait {long}, and nothing ends the handler before: requests pile up", related=related
    )

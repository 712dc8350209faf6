"""Blocking calls directly in an `async def`.

## Why it is bad
A coroutine that blocks stops every other coroutine of its loop: requests are not answered, heartbeats are missed,
timeouts do not fire and cancellation does not arrive, until the blocking call returns. One slow peer stops the service.

## Example
```python
import time


async def poll(queue):
    while not queue.ready():
        time.sleep(1)
```

## Use instead
```python
import asyncio


async def poll(queue):
    while not queue.ready():
        await asyncio.sleep(1)
```

Found: `time.sleep`, `requests`, `urllib.request.urlopen`, `urllib3`, synchronous `httpx`, `subprocess.run` and its
relatives, `os.system`, and `connect`, `execute`, `commit` and `fetch...` of synchronous database drivers. Quiet: in a
`def` or `lambda` inside the coroutine, and where the callable is passed on (`asyncio.to_thread(requests.get, url)`).

## Fix safety
Unsafe: other coroutines now run while this one waits, and may change what it holds. `time.sleep(x)` becomes
`await asyncio.sleep(x)` (`trio` or `anyio` where the file uses that), the others
`await asyncio.to_thread(f, ...)`. No fix for `sqlite3`, whose connections refuse other threads, for context managers
that are no calls over the network by themselves, and in generator expressions.

## References
- https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code
- https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.blocking import SLEEP, blocks
from relint.model import Finding, Rule
from relint.queries.origins import callable_names
from relint.queries.urls import is_local_url

rule = Rule(
    code="REL107",
    near=("async def", "blocking call in async"),
    imports=("time", "requests", "urllib", "urllib2", "urllib3", "httpx", "subprocess", "os", "psycopg2", "psycopg",
             "sqlite3", "pymysql", "MySQLdb", "mysql", "oracledb", "pyodbc", "snowflake", "requests_oauthlib",
             "requests_client", "requests_futures", "requests_cache", "requests_toolbelt", "requests_html",
             "cachecontrol", "cloudscraper"),
    words=("async",),
    fix="unsafe",
    shared=True,
    options={"extra-calls": [], "ignore-calls": []},
)  # fmt: skip


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, cst.Name | cst.Attribute) or not ctx.in_async(node):
        return
    if isinstance(ctx.parent(node), cst.Await):  # a class of the project that made it a coroutine
        return
    found = [_blocking(ctx, name) for name in callable_names(ctx, node.func)]
    if not found or found[0] is None or None in found:
        return
    name, movable = found[0]
    if name == "urllib.request.urlopen" and node.args and is_local_url(ctx, node.args[0].value):
        return
    wait = "sleeps in" if name == SLEEP else "blocks"
    message = f"`{name}` {wait} the event loop: every other coroutine stands still until it returns"
    yield rule.finding(node, message, data=(name, movable))


def _blocking(ctx: Context, name: str) -> tuple[str, bool] | None:
    if name in ctx.option("ignore-calls"):
        return None
    if name in ctx.option("extra-calls"):
        return name, True
    return blocks(name)

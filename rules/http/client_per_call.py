"""Clients with a connection pool that are built anew for every call.

## Why it is bad
A client that is thrown away takes its pool along: every request pays for a new TCP and TLS handshake, which is often
more than the request itself. Under load the closed connections fill the port table, the peer sees a storm of new
connections, and a `create_engine()` or `redis.Redis()` in each request opens more connections than the database allows.

## Example
```python
import httpx


def fetch(numbers):
    pages = []
    for number in numbers:
        with httpx.Client(timeout=10) as client:
            pages.append(client.get(f"https://example.com/{number}").text)
    return pages
```

## Use instead
```python
import httpx


def fetch(numbers):
    with httpx.Client(timeout=10) as client:
        return [client.get(f"https://example.com/{number}").text for number in numbers]
```

Found in a `for` loop whose items make no difference to the client, and in what a framework calls for each request or
job: routes (Flask, FastAPI and their like), Django views, jobs (Celery, dramatiq, RQ, huey), handlers of AWS Lambda.
Clients: `httpx.Client`, `httpx.AsyncClient`, `aiohttp.ClientSession`, `boto3.client`, `boto3.resource`, redis, and
SQLAlchemy engines; also `requests.get(...)` in a loop over addresses of one host.

Quiet when the client is kept (returned, stored, handed to an object), when what it is made of comes from the loop, the
request or the job, in loops that only count (retries) or stop at the first answer, and where `**kwargs` decide.

## Fix safety
In a loop it is shown how the client moves out of it; nothing is applied, since the loop may count on a fresh one. In a
handler or job `boto3.client`, redis and engines come from a `functools.cache` function instead (unsafe: all calls of a
process now share one client; these may be shared between threads).

## References
- https://www.python-httpx.org/advanced/clients/#why-use-a-client
- https://docs.aiohttp.org/en/stable/client_quickstart.html#make-a-request
- https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html
- https://docs.sqlalchemy.org/en/20/core/connections.html#basic-usage
- https://requests.readthedocs.io/en/latest/user/advanced/#session-objects
- https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.client_sites import rebuilt_client, rebuilt_connection

rule = Rule(
    code="REL105",
    imports=("httpx", "aiohttp", "boto3", "redis", "aioredis", "sqlalchemy", "sqlmodel", "requests"),
    words=("Client", "AsyncClient", "ClientSession", "client", "resource", "Redis", "StrictRedis", "from_url",
           "RedisCluster", "create_engine", "create_async_engine", "get", "post", "put", "patch", "delete", "head",
           "request"),
    near=("client or request", "client, or request in a loop"),
    fix="unsafe",
)  # fmt: skip

_CALLED = {"job": "job", "view": "request", "route": "request", "lambda": "event"}


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    found = rebuilt_client(ctx, node)
    if found is not None:
        when = "item of this loop" if found.loop is not None else _CALLED[found.where]
        yield rule.finding(
            node, f"`{found.name}` is built anew for each {when}: nothing reuses its connections", data=found
        )
        return
    found = rebuilt_connection(ctx, node)
    if found is not None:
        yield rule.finding(
            node, f"`{found.name}` opens a new connection to the same host for each item of this loop", data=found
        )

from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.pooled_clients import may_be_shared, pooled_client
from relint.queries.client_sites import rebuilt_client, rebuilt_connection
from tests.asking import context


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("for x in xs:\n    c = httpx.Client()\n    c.get(x)", "loop"),
        ("for x in xs:\n    c = httpx.Client(base_url=x)\n    c.get(x)", None),
        ("for x in xs:\n    x.c = httpx.Client()", None),
        ("for x in xs:\n    g(Service(httpx.Client()))", None),
        ("for x in range(3):\n    c = httpx.Client()\n    c.get(x)", None),
        ("for x in (1, 2):\n    c = httpx.Client()\n    c.get(x)", None),
        ("while xs:\n    c = httpx.Client()\n    c.get(x)", None),
        ("c = httpx.Client()\nc.get('/')", None),
    ],
)
def test_rebuilt_client(body: str, where: str | None) -> None:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    ctx = context(f"import httpx\ndef f(xs, g):\n{lines}\n")
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "httpx.Client"]
    found = rebuilt_client(ctx, call)
    assert (found and found.where) == where


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("f'{BASE}/{x}'", True),
        ("BASE + '/a/' + x", True),
        ("'https://example.com/' + x", True),
        ("'https://' + x", False),
        ("x", False),
        ("f'{x}/a'", False),
        ("'https://example.com/'", False),
    ],
)
def test_rebuilt_connection(url: str, same: bool) -> None:
    ctx = context(f"import requests\nBASE = g()\ndef f(xs):\n    for x in xs:\n        requests.get({url})\n")
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "requests.get"]
    assert (rebuilt_connection(ctx, call) is not None) is same


def test_what_is_shared() -> None:
    assert pooled_client("redis.StrictRedis") == "redis.Redis"
    assert pooled_client("redis.ConnectionPool") is None
    assert pooled_client("httpx.get") is None
    assert may_be_shared("boto3.client")
    assert may_be_shared("redis.Redis")
    assert not may_be_shared("boto3.resource")
    assert not may_be_shared("httpx.Client")
    assert not may_be_shared("redis.asyncio.Redis")

"""Which loops send a request for each item as fast as they go round."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.loops import loops_around
from relint.queries.request_loops import request_loop
from tests.asking import context, node

FILE = """
import asyncio
import time

import requests


def fetch(url):
    return requests.get(url, timeout=10)


def refresh(urls, servers, lock):
    for x in {}:
        {}
"""


def sent(body: str, items: str = "urls") -> str | None:
    ctx = context(FILE.format(items, body))
    found = request_loop(ctx, next(iter(ctx.tree.of(cst.For))))
    return ctx.source(found.sent) if found else None


@pytest.mark.parametrize("body", ["requests.get(x, timeout=1)", "fetch(x)", "requests.request('GET', f'https://{x}')"])
def test_sent_for_each_item(body: str) -> None:
    assert sent(body) == body


@pytest.mark.parametrize(
    "body",
    [
        "fetch(x); time.sleep(1)",
        "print(requests.get('https://example.com'), fetch('/'))",
        "assert fetch(x)",
        "requests.Session()",
        "ratelimited(fetch(x))",
        "with lock: fetch(x)",
    ],
)
def test_held_back_or_not_sent(body: str) -> None:
    assert sent(body) is None


@pytest.mark.parametrize("items", ["('a', 'b')", "range(3)", "servers", "urls[:10]"])
def test_few_items(items: str) -> None:
    assert sent("fetch(x)", items) is None


def test_first_good_answer() -> None:
    assert sent("if fetch(x): break") is None


def test_comprehension() -> None:
    ctx = context("import requests\n\ndef f(urls):\n    return [requests.get(url) for url in urls]\n")
    found = request_loop(ctx, next(iter(ctx.tree.of(cst.CompFor))))
    assert found is not None
    assert found.request == "requests.get"


def test_loops_around() -> None:
    ctx = context(
        """
        for a in first(x):
            try:
                [here(b) for b in second if asked(b)]
            except OSError:
                handled(a)
            def later():
                inside(a)
        """
    )

    def around(call: str) -> list[str]:
        return [ctx.source(loop.target) for loop in loops_around(ctx, node(ctx, call, cst.Call))]

    assert around("here(b)") == ["b", "a"]
    assert around("asked(b)") == ["b", "a"]
    assert around("first(x)") == []
    assert around("handled(a)") == []
    assert around("inside(a)") == []

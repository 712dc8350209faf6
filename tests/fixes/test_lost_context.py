"""With the fix, a function in another thread reads what its caller has set."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixing import fixed, run

CODE = """
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

pool = ThreadPoolExecutor(2)
user = ContextVar("user", default="nobody")
seen = []


def note(*given, **named):
    seen.append((user.get(), given, named))


async def handle(loop):
    user.set("ann")
    {}


async def main():
    await handle(asyncio.get_running_loop())
    return seen
"""


@pytest.mark.parametrize(
    ("line", "given", "named"),
    [
        ("await loop.run_in_executor(None, note)", (), {}),
        ("await loop.run_in_executor(None, note, 1, 2)", (1, 2), {}),
        ("await loop.run_in_executor(pool, note, 1)", (1,), {}),
        ("await loop.run_in_executor(None, lambda: note(1, a=2))", (1,), {"a": 2}),
        ("pool.submit(note, 1, a=2).result()", (1,), {"a": 2}),
        ("t = threading.Thread(target=note); t.start(); t.join()", (), {}),
        ("t = threading.Thread(target=note, args=(1,), kwargs={'a': 2}); t.start(); t.join()", (1,), {"a": 2}),
        ("t = threading.Thread(target=note, args=()); t.start(); t.join()", (), {}),
        ("t = threading.Thread(target=note, args=[1, 2]); t.start(); t.join()", (1, 2), {}),
        ("t = threading.Thread(None, note, None, (1,)); t.start(); t.join()", (1,), {}),
        ("t = threading.Thread(target=note, args='ab'); t.start(); t.join()", ("a", "b"), {}),
        ("t = threading.Timer(0, note, [1], {'a': 2}); t.start(); t.join()", (1,), {"a": 2}),
        ("t = threading.Timer(0, note); t.start(); t.join()", (), {}),
    ],
)
def test_the_value_comes_along(line: str, given: tuple[object, ...], named: dict[str, object]) -> None:
    # `{` in the line are no fields
    code = CODE.replace("{}", line, 1)
    assert asyncio.run(run(code)["main"]()) == [("nobody", given, named)]
    assert asyncio.run(run(fixed(code, "REL308"))["main"]()) == [("ann", given, named)]

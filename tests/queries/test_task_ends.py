"""Which handlers are the last thing that a task does."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.task_ends import ends_its_coroutine, ends_its_task, nothing_follows
from tests.asking import context


def _handler(code: str) -> tuple[Context, cst.ExceptHandler]:
    ctx = context(code)
    return ctx, next(iter(ctx.tree.of(cst.ExceptHandler)))


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        ("pass", True),
        ("return", True),
        ("pass\n    print(1)", False),
        ("return\n    print(1)", True),
    ],
)
def test_what_follows(body: str, nothing: bool) -> None:
    ctx, handler = _handler(f"async def f(x):\n    try:\n        await x\n    except BaseException:\n        {body}\n")
    assert nothing_follows(ctx, handler) is nothing


@pytest.mark.parametrize(("body", "nothing"), [("pass", False), ("continue", False), ("break", True), ("return", True)])
def test_what_follows_in_a_loop(body: str, nothing: bool) -> None:
    code = (
        "async def f(x):\n    while x:\n        try:\n            await x\n        except BaseException:\n            "
    )
    ctx, handler = _handler(f"{code}{body}\n")
    assert nothing_follows(ctx, handler) is nothing


def test_the_end_of_a_task() -> None:
    code = "async def f(x):\n    try:\n        await x\n    except BaseException:\n        pass\n"
    assert not ends_its_task(*_handler(code))
    assert ends_its_task(*_handler(f"{code}\ndef start(loop):\n    loop.create_task(f(1))\n"))
    tidies = f"{code}    print(1)\n\ndef start(loop):\n    loop.create_task(f(1))\n"
    assert not ends_its_task(*_handler(tidies))
    assert ends_its_task(*_handler(f"import asyncio\n{tidies.replace('BaseException', 'asyncio.CancelledError')}"))


@pytest.mark.parametrize(
    ("caught", "body", "after", "ends"),
    [
        ("asyncio.CancelledError", "pass", "", True),
        ("asyncio.CancelledError", "return 'gone'", "print(1)", True),
        ("asyncio.CancelledError", "pass", "print(1)", False),
        ("asyncio.CancelledError", "continue", "", False),
        ("(OSError, asyncio.CancelledError)", "pass", "", True),
        ("(asyncio.CancelledError, KeyboardInterrupt)", "pass", "print(1)", True),
        ("BaseException", "pass", "", False),
        ("trio.Cancelled", "pass", "", False),
    ],
)
def test_the_end_of_a_coroutine(caught: str, body: str, after: str, ends: bool) -> None:
    attempt = f"try: await x\n  except {caught}: {body}\n  {after}"
    code = (
        f"import asyncio, trio\nasync def f(x):\n while x:\n  {attempt}"
        if body == "continue"
        else (f"import asyncio, trio\nasync def f(x):\n  {attempt}")
    )
    assert ends_its_coroutine(*_handler(f"{code}\n")) is ends

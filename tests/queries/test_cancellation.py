from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.cancellation import ends_its_task, nothing_follows, swallows_cancellation
from tests.asking import context


def _handler(code: str) -> tuple[Context, cst.ExceptHandler]:
    ctx = context(code)
    return ctx, next(iter(ctx.tree.of(cst.ExceptHandler)))


TRY = """
    import asyncio

    async def f(task, future):
        try:
            await task
        except {clause}:
            {body}
"""


@pytest.mark.parametrize(
    ("clause", "body", "swallows"),
    [
        ("BaseException", "pass", True),
        ("asyncio.CancelledError", "print(1)", True),
        ("(ValueError, asyncio.CancelledError)", "return", True),
        ("Exception", "pass", False),
        ("BaseException", "raise", False),
        ("BaseException as e", "raise ValueError from e", False),
        ("BaseException as e", "future.set_exception(e)", False),
        ("BaseException as e", "future.append(e)", False),
        ("BaseException as e", "future.append(1)", True),
        ("asyncio.CancelledError as e", "return e", False),
        ("BaseException", "if task: raise", True),
        ("BaseException as e", "if isinstance(e, ValueError): raise", False),
        ("asyncio.CancelledError", "if task: raise", False),
    ],
)
def test_swallows(clause: str, body: str, swallows: bool) -> None:
    ctx, handler = _handler(TRY.format(clause=clause, body=body))
    assert swallows_cancellation(ctx, handler) is swallows


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

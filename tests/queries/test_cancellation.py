from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.cancellation import swallows_cancellation
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
        ("BaseException as e", "return False, e", False),
        ("BaseException as e", "return False, str(e)", True),
        ("BaseException", "if task: raise", True),
        ("BaseException as e", "if isinstance(e, ValueError): raise", False),
        ("asyncio.CancelledError", "if task: raise", False),
    ],
)
def test_swallows(clause: str, body: str, swallows: bool) -> None:
    ctx, handler = _handler(TRY.format(clause=clause, body=body))
    assert swallows_cancellation(ctx, handler) is swallows


@pytest.mark.parametrize(
    ("imported", "swallows"),
    [
        ("from twisted.internet import defer", False),
        ("from autobahn import wamp", False),
        ("import asyncio\nfrom twisted.internet import asyncioreactor", True),
        ("import httpx", True),
    ],
)
def test_the_coroutines_of_twisted(imported: str, swallows: bool) -> None:
    code = "async def f(x):\n    try:\n        await x()\n    except BaseException:\n        pass\n    return 1\n"
    assert swallows_cancellation(*_handler(f"{imported}\n{code}")) is swallows

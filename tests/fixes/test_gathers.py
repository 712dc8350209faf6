"""A task group gives the results that `gather` gave, and ends the others when one fails."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from relint.fix import fix
from relint.settings import Settings
from relint.source import decode
from tests.fixing import run

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="task groups came with Python 3.11")

CODE = """
import asyncio

done = []


async def double(x):
    await asyncio.sleep(0.01)
    done.append(x)
    return x * 2


async def fail(x):
    raise ValueError(x)


async def both():
    a, b = await asyncio.gather(double(1), double(2))
    return a, b


async def listed():
    return await asyncio.gather(double(3), double(4))


async def failing():
    await asyncio.gather(double(5), fail(6))
"""


def in_groups() -> str:
    result = fix(decode("app.py", CODE.encode()), Settings(select=("REL305",), target_version=(3, 11)), unsafe=True)
    assert not result.notes
    assert "gather" not in result.text
    return result.text


async def after(module: dict[str, Any], name: str) -> Any:
    """What a coroutine gave or raised, and what was done when whatever it left had time to end."""
    try:
        outcome = await module[name]()
    except Exception as error:  # noqa: BLE001  # a ValueError, or a group of them
        outcome = len(getattr(error, "exceptions", [error]))
    await asyncio.sleep(0.05)
    return outcome, module["done"]


@pytest.mark.parametrize(("name", "result"), [("both", (2, 4)), ("listed", [6, 8])])
def test_the_same_results(name: str, result: Any) -> None:
    for code in (CODE, in_groups()):
        assert asyncio.run(after(run(code), name))[0] == result


def test_the_others_end_with_the_one_that_fails() -> None:
    assert asyncio.run(after(run(CODE), "failing")) == (1, [5])
    assert asyncio.run(after(run(in_groups()), "failing")) == (1, [])

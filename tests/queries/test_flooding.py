"""Which executors are flooded, and by what."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.flooding import flood_at
from tests.asking import context

CODE = """
from concurrent.futures import ThreadPoolExecutor, wait


def f(x): ...


def main(path, semaphore, queue, xs):
    file = open(path)
    executor = ThreadPoolExecutor()
{}
"""


def flood(*lines: str) -> str | None:
    ctx = context(CODE.format("\n".join(f"    {line}" for line in lines)))
    found = [flood_at(ctx, call) for call in ctx.tree.of(cst.Call)]
    [items] = [ctx.source(each.items) for each in found if each is not None] or [None]
    return items


@pytest.mark.parametrize(
    ("lines", "by"),
    [
        (("for line in file:", "    executor.submit(f, line)"), "file"),
        (("for line in file:", "    for x in xs:", "        executor.submit(f, x)"), "file"),
        (("futures = [executor.submit(f, line) for line in file]",), "file"),
        (("executor.map(f, file)",), "file"),
        (("while True:", "    x = queue.get()", "    executor.submit(f, x)"), "queue.get()"),
        (("for x in xs:", "    executor.submit(f, x)"), None),
        (("executor.map(f, file, buffersize=5)",), None),
        (("executor.map(f, xs)",), None),
        (("for line in file:", "    queue.submit(f, line)"), None),
        (("for line in file:", "    executor.submit(f, line).result()"), None),
        (("for line in file:", "    with semaphore:", "        executor.submit(f, line)"), None),
        (("for line in file:", "    executor.submit(f, line, semaphore)"), None),
        (("for line in file:", "    futures = [executor.submit(f, x) for x in line]", "    wait(futures)"), None),
        (("for line in file:", "    with ThreadPoolExecutor() as e:", "        e.submit(f, line)"), None),
        (("for line in file:", "    executor.submit(f, line)", "    return"), None),
        (("while True:", "    executor.submit(f, xs)"), None),
    ],
)
def test_flood_at(lines: tuple[str, ...], by: str | None) -> None:
    assert flood(*lines) == by

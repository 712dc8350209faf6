"""Which workers nobody finishes."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.workers import left_alone
from tests.asking import context

HEAD = """
import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

jobs = queue.Queue()
kept = set()


def work():
    while True:
        jobs.get()


def once():
    jobs.get()

"""


def found(code: str) -> list[tuple[str, str]]:
    """(kind, name) of each worker that is left alone."""
    ctx = context(HEAD + code)
    workers = [left_alone(ctx, call) for call in ctx.tree.of(cst.Call)]
    return [(worker.kind, worker.name) for worker in workers if worker is not None]


def in_class(line: str, ending: str, method: str = "close") -> str:
    return f"class A:\n    def start(self):\n        {line}\n\n    async def {method}(self):\n        {ending}\n"


@pytest.mark.parametrize(
    "code",
    [
        "threading.Thread(target=work, daemon=True).start()",
        "t = threading.Thread(target=work, daemon=True)",
        "t = threading.Thread(target=work)\nt.daemon = True",
    ],
)
def test_threads(code: str) -> None:
    assert found(code) == [("thread", "jobs")]


@pytest.mark.parametrize(
    "code",
    [
        "threading.Thread(target=work)",
        "threading.Thread(target=once, daemon=True)",
        "threading.Thread(target=print, daemon=True)",
        "t = threading.Thread(target=work, daemon=True)\nt.join()",
        "ts = [threading.Thread(target=work, daemon=True)]\nfor t in ts: t.join()",
        "threading.Thread(target=work, daemon=True)\njobs.join()",
        "def f():\n    t = threading.Thread(target=work, daemon=True)\n    return t",
    ],
)
def test_threads_that_end_otherwise(code: str) -> None:
    assert found(code) == []


def test_executors() -> None:
    line = "self.pool = ThreadPoolExecutor()"
    assert found(in_class(line, "pass")) == [("executor", "self.pool")]
    assert found(in_class(line, "pass", "run")) == []
    assert found(in_class(line, "self.pool.shutdown()")) == []
    assert found(in_class(f"{line}; stack.enter_context(self.pool)", "pass")) == []
    assert found("pool = ThreadPoolExecutor()") == []


@pytest.mark.parametrize("line", ["self.task = asyncio.create_task(x)", "self.task.add(asyncio.create_task(x))"])
def test_tasks_of_an_object(line: str) -> None:
    assert found(in_class(line, "pass")) == [("task", "self.task")]
    assert found(in_class(line, "pass", "read")) == []
    for ending in ("self.task.cancel()", "await self.task", "self.running = False", "self.ended.set()"):
        assert found(in_class(line, ending)) == []


def test_tasks_of_a_module() -> None:
    code = "def f(x):\n    t = asyncio.create_task(x)\n    kept.add(t)\n    t.add_done_callback(kept.discard)\n"
    assert found(code) == [("task", "kept")]
    assert found(f"{code}    await t\n") == []
    assert found(f"{code}\nasync def end():\n    await asyncio.wait(kept)\n") == []

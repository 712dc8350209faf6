"""What is handed to another thread, and what it would need of the context."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.lost_context import handed_over, lost_read
from tests.asking import context

CODE = """
import asyncio
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial

from app import form

pool = ThreadPoolExecutor()
processes = ProcessPoolExecutor()
user = ContextVar("user")
other = ContextVar("other")


def read():
    return user.get()


def read_deep():
    return read()


def read_other():
    return other.get()


def set_and_read():
    user.set("batch")
    return read()


async def handle(loop):
    user.set("a")
    {}
"""


def answers(line: str, code: str = CODE, path: str = "app.py") -> tuple[str | None, str | None]:
    """How the last call of `handle` hands over, and what is read there."""
    ctx = context(code.format(line), path=path)
    start = ctx.text.index('user.set("a")')
    for call in ctx.tree.of(cst.Call):
        if ctx.range(call)[0] > start and (handed := handed_over(ctx, call)) is not None:
            read = lost_read(ctx, handed)
            return handed.how, None if read is None else read.name
    return None, None


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("loop.run_in_executor(None, read)", "run_in_executor"),
        ("asyncio.get_running_loop().run_in_executor(pool, lambda: read())", "run_in_executor"),
        ("threading.Thread(target=read)", "thread"),
        ("threading.Timer(1, read_deep)", "thread"),
        ("pool.submit(partial(read))", "submit"),
        ("pool.map(read_deep, 'ab')", "map"),
    ],
)
def test_lost(line: str, how: str) -> None:
    assert answers(line) == (how, "user.get()")


@pytest.mark.parametrize(
    "line",
    [
        "form.submit(read)",
        "processes.submit(read)",
        "threading.Thread(target=read, context=loop)",
        "asyncio.to_thread(read)",
    ],
)
def test_not_handed_over(line: str) -> None:
    assert answers(line) == (None, None)


@pytest.mark.parametrize(
    "function", ["print", "read_other", "set_and_read", "loop.run", "lambda: user.set('b')", "lambda: ctx.run(read)"]
)
def test_nothing_lost(function: str) -> None:
    assert answers(f"pool.submit({function})") == ("submit", None)


def test_a_name_for_itself() -> None:
    assert answers("f = partial(f, 1); pool.submit(f)") == ("submit", None)


def test_used_where_the_thread_starts() -> None:
    assert answers("print(other.get()); pool.submit(read_other)") == ("submit", "other.get()")


def test_a_variable_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "state.py").write_text(
        "from contextvars import ContextVar\n\nuser: ContextVar[str] = ContextVar('user')\n"
    )
    (tmp_path / "pyproject.toml").write_text("")
    code = CODE.replace('user = ContextVar("user")', "from state import user")
    assert answers("pool.submit(read)", code, path=str(tmp_path / "app.py")) == ("submit", "user.get()")
    assert answers("pool.submit(read)", code.replace("from state", "from gone"), path=str(tmp_path / "app.py")) == (
        "submit",
        None,
    )

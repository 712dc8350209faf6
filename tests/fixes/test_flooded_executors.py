"""The suggested window, run: so many calls are queued, every item is worked on, and the futures are kept."""

from __future__ import annotations

import time
from textwrap import dedent
from typing import Any

import pytest

from relint.check import check
from relint.model import Fix
from relint.settings import Sanctioned, Settings
from relint.source import decode
from tests.fixing import run

CODE = """
    import concurrent.futures
    from concurrent.futures import ThreadPoolExecutor


    def numbers():
        n = 0
        while n < 40:
            taken.append(n)
            yield n
            n += 1


    def main(work):
        futures = []
        with ThreadPoolExecutor(2) as executor:
            for n in numbers():
                {}
        return futures
"""


def _suggestion(code: str, target: tuple[int, int] = (3, 10)) -> Fix | None:
    sanctioned = Sanctioned(max_concurrency=5, given=frozenset({"max_concurrency"}))
    settings = Settings(select=("REL304",), sanctioned=sanctioned, target_version=target)
    [found] = check(decode("app.py", dedent(code).encode()), settings)
    assert found.fix is None or found.fix.safety == "display"
    return found.fix


def _applied(code: str, fix: Fix) -> str:
    text = dedent(code)
    for edit in sorted(fix.edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("executor.submit(work, n)", 0),
        ("futures.append(executor.submit(work, n))", 40),
        ("last = executor.submit(work, n); futures.append(last)", None),
        ("future = executor.submit(work, n)\n                futures.append(future)", 40),
    ],
)
def test_a_window(line: str, kept: int | None) -> None:
    fix = _suggestion(CODE.format(line))
    if kept is None:
        assert fix is None
        return
    assert fix is not None
    done: list[int] = []
    ahead: list[int] = []
    taken: list[int] = []

    def work(n: int) -> None:
        time.sleep(0.001)
        done.append(n)
        ahead.append(len(taken) - len(done))

    module: dict[str, Any] = run(_applied(CODE.format(line), fix), taken=taken)
    futures = module["main"](work)
    assert sorted(done) == list(range(40))
    assert len(futures) == kept
    assert max(ahead) <= 7
    run_on: dict[str, Any] = run(CODE.format(line), taken=taken)
    taken.clear(), done.clear(), ahead.clear()
    run_on["main"](work)
    assert max(ahead) > 7


def test_a_buffer_where_python_has_one() -> None:
    code = CODE.format("pass").replace("for n in numbers():", "list(executor.map(work, numbers()))").replace("pass", "")
    assert _suggestion(code) is None
    fix = _suggestion(code, (3, 14))
    assert fix is not None
    assert "executor.map(work, numbers(), buffersize=5)" in _applied(code, fix)


def test_no_window_in_a_comprehension() -> None:
    assert (
        _suggestion(
            CODE.format("pass")
            .replace("for n in", "futures = [executor.submit(work, n) for n in")
            .replace("numbers():\n                pass", "numbers()]")
        )
        is None
    )

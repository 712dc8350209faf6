"""A wait with a limit ends when nobody acts, and gives what it gave when somebody does."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import TimeoutError as Late  # the built-in one from Python 3.11 on
from typing import Any

import pytest

from relint.check import check
from relint.fix import apply_edits
from relint.model import Safety
from relint.settings import Sanctioned, Settings
from relint.source import decode
from tests.fixing import fixed, run

LIMIT = 0.05

RAISING = """
import queue
from concurrent.futures import ThreadPoolExecutor

executor = ThreadPoolExecutor()


def result(work):
    return executor.submit(work).result()


def answer(ask):
    replies = queue.Queue()
    ask(replies)
    return replies.get()
"""


def limited() -> dict[str, Any]:
    code = fixed(RAISING, "REL311", timeout=LIMIT)
    assert code.count(f"timeout={LIMIT}") == 2
    return run(code)


def test_what_comes_in_time_is_the_same() -> None:
    for module in (run(RAISING), limited()):
        assert module["result"](lambda: 3) == 3
        assert module["answer"](lambda replies: replies.put(4)) == 4


def test_what_never_comes_raises() -> None:
    hangs = threading.Event()
    with pytest.raises(Late):
        limited()["result"](hangs.wait)
    with pytest.raises(queue.Empty):
        limited()["answer"](lambda replies: None)
    hangs.set()


def shown(statement: str) -> str:
    """The code with the suggestion for a statement applied."""
    code = (
        "import multiprocessing\nimport threading\n\nlock = multiprocessing.Lock()\n\n\n"
        f"def wait(begin):\n    ready = threading.Event()\n    thread = threading.Thread(target=begin, args=(ready,))\n"
        f"    thread.start()\n    {statement}\n    return 'in time'\n"
    )
    sanctioned = Sanctioned(timeout=LIMIT, given=frozenset({"timeout"}))
    [found] = check(decode("app.py", code.encode()), Settings(select=("REL311",), sanctioned=sanctioned))
    assert found.fix is not None
    assert found.fix.safety is Safety.DISPLAY
    return apply_edits(code, found.fix.edits)


@pytest.mark.parametrize("comment", ["", "  # for how long?"])
@pytest.mark.parametrize("statement", ["thread.join()", "ready.wait()"])
def test_what_is_suggested(statement: str, comment: str) -> None:
    hangs = threading.Event()
    wait = run(shown(statement + comment))["wait"]
    assert wait(lambda ready: ready.set()) == "in time"
    with pytest.raises(TimeoutError, match=r"thread is still running|ready gave no sign"):
        wait(lambda ready: hangs.wait())
    hangs.set()


def test_a_lock_that_is_taken() -> None:
    module = run(shown("lock.acquire()"))
    assert module["wait"](lambda ready: None) == "in time"
    with pytest.raises(TimeoutError, match="lock is taken"):
        module["wait"](lambda ready: None)

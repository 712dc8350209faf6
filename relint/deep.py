"""Run a function where deep recursion is harmless.

libcst recurses on the C stack, where an overflow kills the process and no `except` helps; so trees are parsed and
rendered in a thread with a large stack (address space only: pages are used as the recursion reaches them).
"""

from __future__ import annotations

import sys
import threading
from typing import Callable, TypeVar

_Result = TypeVar("_Result")
_STACKS = (512 << 20, 128 << 20, 32 << 20)
_RECURSION_LIMIT = 60_000
_inside = threading.local()
_starting = threading.Lock()


def run(function: Callable[[], _Result]) -> _Result:
    """The result of `function()`, called in a thread with a large stack; raises what it raises."""
    if getattr(_inside, "deep", False):
        return function()
    outcome: list[_Result] = []
    failure: list[BaseException] = []

    def call() -> None:
        _inside.deep = True
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure.append(error)

    _start(call, "relint-check").join()
    if failure:
        raise failure[0]
    return outcome[0]


def start(function: Callable[[], None], name: str) -> threading.Thread:
    """Start a thread with a large stack for good: what is called in it by `run` stays in it."""

    def call() -> None:
        _inside.deep = True
        function()

    return _start(call, name)


def _start(call: Callable[[], None], name: str) -> threading.Thread:
    with _starting:  # the stack size is a setting of the whole process
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
        before = threading.stack_size()
        try:
            for size in _STACKS:
                threading.stack_size(size)
                thread = threading.Thread(target=call, name=name, daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # a limit on address space: try a smaller stack
                    continue
                return thread
            raise MemoryError("no thread with a stack of 32 MiB could be started")
        finally:
            threading.stack_size(before)

"""Which waits may last for ever."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.waits import wait_without_limit
from tests.asking import context

CODE = """
import multiprocessing
import queue
import threading
from concurrent import futures

from app import again, stop

executor = futures.ThreadPoolExecutor()
jobs = queue.Queue()
ready = threading.Event()
stopped = threading.Event()
thread = threading.Thread(target=print)
lock = multiprocessing.Lock()


def f(timeout):
    {}
"""


def kind(body: str, method: str) -> str | None:
    """What is waited for at the last call of a method."""
    ctx = context(CODE.format(body))
    call = [c for c in ctx.tree.of(cst.Call) if isinstance(c.func, cst.Attribute) and c.func.attr.value == method][-1]
    found = wait_without_limit(ctx, call)
    return None if found is None else found.kind


@pytest.mark.parametrize(
    ("body", "method", "waits"),
    [
        ("executor.submit(print).result()", "result", "future"),
        ("executor.submit(print).result(None)", "result", "future"),
        ("thread.join()", "join", "runner"),
        ("jobs.get()", "get", "queue"),
        ("jobs.get(True, None)", "get", "queue"),
        ("for _ in range(9): jobs.get()", "get", "queue"),
        ("ready.wait()", "wait", "signal"),
        ("lock.acquire(True)", "acquire", "lock"),
    ],
)
def test_waits(body: str, method: str, waits: str) -> None:
    assert kind(body, method) == waits


@pytest.mark.parametrize(
    ("body", "method"),
    [
        ("executor.submit(print).result(timeout)", "result"),
        ("executor.submit(print).result(**timeout)", "result"),
        ("thread.join(*timeout)", "join"),
        ("jobs.get(False)", "get"),
        ("jobs.get(block=timeout)", "get"),
        ("lock.acquire(blocking=False)", "acquire"),
        ("lock.acquire(timeout=timeout)", "acquire"),
    ],
)
def test_a_limit_or_no_wait(body: str, method: str) -> None:
    assert kind(body, method) is None


@pytest.mark.parametrize(
    ("body", "method"),
    [
        ("while again: jobs.get()", "get"),
        ("if not jobs.empty(): jobs.get()", "get"),
        ("stopped.wait()", "wait"),
        ("stop()\n    thread.join()", "join"),
        ("jobs.put(None)\n    thread.join()", "join"),
        ("thread.running = False\n    thread.join()", "join"),
    ],
)
def test_a_reason_to_wait(body: str, method: str) -> None:
    assert kind(body, method) is None


def test_futures_that_are_done() -> None:
    running = "running = [executor.submit(x) for x in timeout]\n    "
    each = "[x.result() for x in running]"
    assert kind(f"{running}{each}", "result") == "future"
    assert kind(f"{running}futures.wait(running)\n    {each}", "result") is None
    assert kind(f"{running}futures.wait(running, 10)\n    {each}", "result") == "future"
    assert kind(f"{running}futures.wait(running, return_when=timeout)\n    {each}", "result") == "future"
    assert kind(f"{running}executor.shutdown()\n    {each}", "result") is None

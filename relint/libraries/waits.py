"""Methods that wait until another thread or process acts, and what a timeout does to them.

Sources: https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future.result ("If timeout is not
specified or None, there is no limit to the wait time"), https://docs.python.org/3/library/queue.html#queue.Queue.get
(raises `Empty`), https://docs.python.org/3/library/threading.html ("As join() always returns None, you must call
is_alive() after join() to decide whether a timeout happened"; `Event.wait` and `Condition.wait_for` return False,
`Barrier.wait` raises), https://docs.python.org/3/library/multiprocessing.html (the same; `AsyncResult.get` raises).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["future", "runner", "queue", "signal", "lock"]


@dataclass(frozen=True)
class Wait:
    """What is waited for, where `timeout` stands, and where the flag stands that says not to wait.

    `tells` is how the caller learns that the time was over: by an error, by the value False, or not at all.
    """

    kind: Kind
    position: int
    tells: Literal["raises", "answers", "nothing"]
    blocking: int | None = None


_FUTURE = {"result": Wait("future", 0, "raises"), "exception": Wait("future", 0, "raises")}
_RESULT = {"get": Wait("future", 0, "raises"), "wait": Wait("future", 0, "nothing")}
_RUNNER = {"join": Wait("runner", 0, "nothing")}
_QUEUE = {"get": Wait("queue", 1, "raises", blocking=0)}
_EVENT = {"wait": Wait("signal", 0, "answers")}
_CONDITION = {"wait": Wait("signal", 0, "answers"), "wait_for": Wait("signal", 1, "answers")}
_BARRIER = {"wait": Wait("signal", 0, "raises")}
_LOCK = {"acquire": Wait("lock", 1, "answers", blocking=0)}

_PROCESSES = ("multiprocessing", "multiprocessing.context.BaseContext", "multiprocessing.managers.SyncManager")
_SIGNALS = {"Event": _EVENT, "Condition": _CONDITION, "Barrier": _BARRIER}
_CLASSES: dict[str, dict[str, Wait]] = {
    "concurrent.futures.Future": _FUTURE,
    "multiprocessing.pool.AsyncResult": _RESULT,
    "threading.Thread": _RUNNER,
    "multiprocessing.process.BaseProcess": _RUNNER,
    "multiprocessing.context.Process": _RUNNER,
    **{f"queue.{kind}": _QUEUE for kind in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")},
    **{f"{place}.{kind}": _QUEUE for place in _PROCESSES for kind in ("Queue", "JoinableQueue")},
    **{f"{place}.Process": _RUNNER for place in _PROCESSES},
    **{f"{place}.{kind}": waits for place in ("threading", *_PROCESSES) for kind, waits in _SIGNALS.items()},
    **{f"{place}.{kind}": _LOCK for place in _PROCESSES for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore")},
}

WAITS: dict[str, Wait] = {
    f"{cls}.{method}": wait for cls, methods in _CLASSES.items() for method, wait in methods.items()
}
"""Dotted method -> how it waits. The processes of `subprocess` are in `relint.libraries.subprocesses`."""

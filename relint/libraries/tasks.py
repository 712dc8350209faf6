"""What starts tasks, threads and processes, what takes callbacks, and what limits how many run.

Sources: https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task ("Save a reference to the result of
this function": the loop holds tasks weakly), `asyncio.futures._chain_future` (what holds the task of
`run_coroutine_threadsafe`; an error is handed to its future, and nothing is logged), https://docs.python.org/3/library/asyncio-eventloop.html,
https://docs.python.org/3/library/threading.html, https://anyio.readthedocs.io/en/stable/tasks.html,
https://trio.readthedocs.io/en/stable/reference-core.html#tasks-let-you-do-multiple-things-at-once.
"""

from __future__ import annotations

TASK_MAKERS: frozenset[str] = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.tasks.create_task",
        "asyncio.tasks.ensure_future",
    }
)
"""Functions that start a task which nobody holds but the caller."""

REMOTE_TASK_MAKERS: frozenset[str] = frozenset(
    {"asyncio.run_coroutine_threadsafe", "asyncio.tasks.run_coroutine_threadsafe"}
)
"""Functions that start a task in the loop of another thread: it and the future that they return hold each other."""

EVENT_LOOPS: frozenset[str] = frozenset(
    {
        "asyncio.AbstractEventLoop",
        "asyncio.BaseEventLoop",
        "asyncio.SelectorEventLoop",
        "asyncio.ProactorEventLoop",
        "asyncio.events.AbstractEventLoop",
        "uvloop.Loop",
    }
)
"""Classes whose `create_task` is the same."""

TASK_GROUPS: dict[str, str] = {
    "asyncio.TaskGroup": "create_task",
    "asyncio.taskgroups.TaskGroup": "create_task",
    "anyio.abc.TaskGroup": "start_soon",
    "trio.Nursery": "start_soon",
}
"""Class -> the method that starts a task, which the group holds and awaits."""

GATHERERS: frozenset[str] = frozenset(
    {"asyncio.gather", "asyncio.wait", "asyncio.as_completed", "asyncio.tasks.gather", "asyncio.tasks.wait"}
)
"""Functions that start a task for each coroutine they are given, and wait."""

WRAPPERS: frozenset[str] = frozenset({"asyncio.wait_for", "asyncio.shield"})
"""Functions that run the awaitable they are given, and give back its result."""

CALLBACK_TAKERS: frozenset[str] = frozenset(
    {
        "add_done_callback",
        "add_reader",
        "add_signal_handler",
        "add_writer",
        "call_at",
        "call_later",
        "call_soon",
        "call_soon_threadsafe",
    }
)
"""Methods of loops and futures that call a function and drop what it returns."""

THREADS: dict[str, str] = {
    "threading.Thread": "thread",
    "multiprocessing.Process": "process",
    "multiprocessing.context.Process": "process",
    "multiprocessing.process.Process": "process",
}
"""Class -> what its instances start."""

EXECUTORS: frozenset[str] = frozenset(
    {
        "concurrent.futures.Executor",
        "concurrent.futures.ThreadPoolExecutor",
        "concurrent.futures.ProcessPoolExecutor",
        "concurrent.futures.InterpreterPoolExecutor",
        "concurrent.futures.process.ProcessPoolExecutor",
    }
)
"""Classes whose `submit` never waits: what no worker has time for is queued, without a limit (their own source)."""

THREADED: frozenset[str] = frozenset({"aiofiles", "aiosqlite"})
"""Packages whose coroutines wait for a pool of threads, or for one thread (their own sources)."""

LIMITERS: frozenset[str] = frozenset(
    {
        "asyncio.Semaphore",
        "asyncio.BoundedSemaphore",
        "asyncio.locks.Semaphore",
        "asyncio.Lock",
        "threading.Semaphore",
        "threading.BoundedSemaphore",
        "threading.Lock",
        "threading.RLock",
        "multiprocessing.Semaphore",
        "multiprocessing.BoundedSemaphore",
        "anyio.Semaphore",
        "anyio.CapacityLimiter",
        "anyio.Lock",
        "trio.Semaphore",
        "trio.CapacityLimiter",
        "trio.Lock",
        "aiolimiter.AsyncLimiter",
    }
)
"""Classes that let only so many through at a time."""

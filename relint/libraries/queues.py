"""Queues that hold any number of items unless they are given a size.

Sources: https://docs.python.org/3/library/queue.html, https://docs.python.org/3/library/asyncio-queue.html,
https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue, https://pypi.org/project/janus/: `maxsize`
is the first parameter of each, and zero or less means no limit. `multiprocessing.SimpleQueue` writes to a pipe, which
blocks when it is full, and is no such queue.
"""

from __future__ import annotations

SIZED: frozenset[str] = frozenset(
    {
        "queue.Queue",
        "queue.LifoQueue",
        "queue.PriorityQueue",
        "asyncio.Queue",
        "asyncio.LifoQueue",
        "asyncio.PriorityQueue",
        "asyncio.queues.Queue",
        "multiprocessing.Queue",
        "multiprocessing.JoinableQueue",
        "multiprocessing.context.BaseContext.Queue",
        "multiprocessing.context.BaseContext.JoinableQueue",
        "multiprocessing.managers.SyncManager.Queue",
        "janus.Queue",
    }
)
"""Callables whose first parameter is `maxsize`."""

WITHOUT_SIZE: frozenset[str] = frozenset({"queue.SimpleQueue"})
"""Callables that take no size."""

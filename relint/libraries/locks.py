"""Locks that are context managers: `with lock:` acquires on entry and releases on exit, whatever happens.

Sources: https://docs.python.org/3/library/threading.html#using-locks-conditions-and-semaphores-in-the-with-statement,
https://docs.python.org/3/library/asyncio-sync.html, https://docs.python.org/3/library/multiprocessing.html,
https://py-filelock.readthedocs.io, https://anyio.readthedocs.io/en/stable/synchronization.html.
"""

from __future__ import annotations

LOCKS: frozenset[str] = frozenset(
    f"{module}.{kind}"
    for module in ("threading", "multiprocessing", "eventlet.semaphore", "gevent.lock", "filelock")
    for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "FileLock", "SoftFileLock")
)
"""Classes whose instances are taken by `with`."""

ASYNC_LOCKS: frozenset[str] = frozenset(
    f"{module}.{kind}"
    for module in ("asyncio", "asyncio.locks", "anyio", "trio")
    for kind in ("Lock", "Semaphore", "BoundedSemaphore", "Condition", "CapacityLimiter")
)
"""Classes whose instances are taken by `async with`."""

"""Callables that wait for a number of seconds, and where that number goes.

Sources: the documentation of each library (https://docs.python.org/3/library/time.html#time.sleep and so on).
"""

from __future__ import annotations

SLEEPS: dict[str, str] = {
    "time.sleep": "secs",
    "asyncio.sleep": "delay",
    "asyncio.tasks.sleep": "delay",
    "anyio.sleep": "delay",
    "trio.sleep": "seconds",
    "gevent.sleep": "seconds",
    "eventlet.sleep": "seconds",
    "eventlet.greenthread.sleep": "seconds",
    "curio.sleep": "seconds",
    "tornado.gen.sleep": "duration",
}
"""Dotted callable -> name of its first parameter, the seconds."""

EVENTS = frozenset(
    {"threading.Event", "asyncio.Event", "multiprocessing.Event", "gevent.event.Event", "eventlet.event.Event"}
)
"""Classes whose `wait(seconds)` is a sleep that can be interrupted."""

SCHEDULERS: dict[str, int] = {"call_later": 0, "callLater": 0, "Timer": 0, "async_call_later": 1}
"""Where the delay stands in what calls a function later: asyncio and Tornado, Twisted, threading, Home Assistant."""

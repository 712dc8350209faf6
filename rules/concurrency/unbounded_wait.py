"""Waiting for another thread or process without limit.

## Why it is bad
A future whose work hangs, a queue whose producer has died, an event that nobody is left to set: who waits for it
without limit hangs with it. Nothing is logged, nothing fails, no health check that only looks at the process sees it;
the worker is gone until somebody restarts it. With a limit the wait becomes an error that names the place.

Off by default: what is waited for may have a limit of its own (the work of a future is one request with a timeout), and
a command that a person runs may wait as long as it takes. Select it for services. Of 10 findings that were read in 22
services and tools 2 were true; in the others what was waited for was about to end, or had a limit.

## Example
```python
import queue
import threading


def ask(worker, question):
    answer = queue.Queue()
    worker.put((question, answer))
    return answer.get()
```

## Use instead
```python
import queue
import threading


def ask(worker, question):
    answer = queue.Queue()
    worker.put((question, answer))
    return answer.get(timeout=10)
```

Found for objects whose class is known: `result()` and `exception()` of the futures of `concurrent.futures` (those of
`asyncio.run_coroutine_threadsafe` too), `join()` of threads and processes, `get()` of the queues of `queue` and
`multiprocessing` and of the results of its pools, `wait()` and `wait_for()` of events, conditions and barriers, and
`acquire()` of the locks of `multiprocessing`, which a process that is killed never gives back. The futures, queues and
locks of `asyncio` are not meant: a timeout around the coroutine reaches them. For processes of `subprocess` see REL104.

Quiet where the wait is short or has a reason: a future that is done (from `as_completed`, after
`concurrent.futures.wait`, `shutdown` or `done()`), may be (one that a function is given, as by `add_done_callback`), or
belongs to an executor in a `with`, whose end waits for all work anyway; a consumer that comes back for more in a
`while` loop, or is told the end by None; a queue that was asked whether it is empty; what waits after somebody was told
to end (`stop.set()`, `put(None)`, `terminate()`, in `close` and its like), and signals and queues that are named so
(`stop_event.wait()`). Locks of `threading` are quiet, since `with lock` waits in the same way.

## Fix safety
Unsafe: work that takes longer than `[tool.relint.sanctioned] timeout` now ends in `TimeoutError` (`queue.Empty` for
queues), and what was started runs on. Only a suggestion where nothing is raised: `join()` returns None in either case
and the thread has to be asked with `is_alive()`; `Event.wait`, `Condition.wait_for` and `acquire` return False.

## References
- https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future.result
- https://docs.python.org/3/library/threading.html#threading.Thread.join
- https://docs.python.org/3/library/threading.html#threading.Event.wait
- https://docs.python.org/3/library/queue.html#queue.Queue.get
- https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process.join
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.waits import wait_without_limit

rule = Rule(
    code="REL311",
    imports=("threading", "queue", "concurrent", "multiprocessing", "asyncio"),
    words=("result", "exception", "join", "get", "wait", "wait_for", "acquire"),
    near=("wait without limit",),
    fix="unsafe",
    default=False,
)

_WHEN = {
    "future": "when the work never ends, neither does this",
    "runner": "when what runs there hangs, so does this",
    "queue": "when nobody is left to put anything in, this waits for good",
    "signal": "when nobody is left to give the sign, this waits for good",
    "lock": "a process that is killed keeps it for good",
}


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    wait = wait_without_limit(ctx, node)
    if wait is not None:
        yield rule.finding(node, f"`{_named(ctx, node)}` has no timeout: {_WHEN[wait.kind]}", data=wait)


def _named(ctx: Context, call: cst.Call) -> str:
    """`future.result`; `Future.result` where what is waited for has no name."""
    match call.func:
        case cst.Attribute(value=cst.Name() | cst.Attribute()):
            return ctx.source(call.func)
    return ".".join((ctx.callee(call) or "").split(".")[-2:])

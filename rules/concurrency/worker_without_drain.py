"""Background work that nobody finishes when the program ends.

## Why it is bad
A daemon thread is stopped where it stands when the program exits: what is in its queue is lost, with every deploy.
Tasks that are only kept in a set are cancelled where they wait when the event loop ends; tasks and executors of an
object that has been closed go on with its closed connections.

Off by default: often what is lost was meant to be lost (metrics, caches that are filled again), and the end of the
program may be in another file. Of 10 findings that were read in 22 services and tools 8 lost work that mattered.

## Example
```python
import queue
import threading

jobs = queue.Queue(maxsize=1000)


def work():
    while True:
        jobs.get()()


threading.Thread(target=work, daemon=True).start()
```

## Use instead
```python
import atexit
import queue
import threading

jobs = queue.Queue(maxsize=1000)


def work():
    while (job := jobs.get()) is not None:
        job()


def finish():
    jobs.put(None)
    thread.join(timeout=10)


thread = threading.Thread(target=work, daemon=True)
thread.start()
atexit.register(finish)
```

Found:

- a daemon thread whose function, in the file, takes from a queue in a loop, where the file joins neither the thread nor
  the queue;
- an executor of `concurrent.futures` that `self` holds, where the class has a method like `close`, `stop` or `__exit__`
  and nothing shuts the executor down;
- an asyncio task that `self` holds, alone or in a set, where no such method mentions it, tells anybody to end, or
  closes what the task works with;
- a set of tasks of a module that nothing but adds to and discards from.

Executors of a module are quiet: at exit Python waits until all that was submitted is done. Threads that are handed on
are quiet too.

## References
- https://docs.python.org/3/library/threading.html#thread-objects ("Daemon threads are abruptly stopped at shutdown")
- https://docs.python.org/3/library/asyncio-runner.html#asyncio.run (what is left is cancelled)
- https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.shutdown
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.workers import Worker, left_alone

rule = Rule(
    code="REL310",
    imports=("threading", "concurrent", "asyncio"),
    words=("Thread", "ThreadPoolExecutor", "ProcessPoolExecutor", "create_task", "ensure_future"),
    default=False,
    yields=True,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    worker = left_alone(ctx, node)
    if worker is not None:
        yield rule.finding(node, _message(worker))


def _message(worker: Worker) -> str:
    match worker:
        case Worker(kind="thread"):
            return f"`{worker.name}` is emptied by a daemon thread that nobody joins: what it holds at exit is lost"
        case Worker(kind="executor", ended_by=ending) if ending is not None:
            return f"`{worker.name}` is not shut down in `{ending.name.value}`: what was submitted runs on"
        case Worker(ended_by=ending) if ending is not None:
            return f"`{worker.name}` is neither awaited nor cancelled in `{ending.name.value}`: it runs on"
    return f"`{worker.name}` is never waited for: its tasks are cancelled where they stand when the loop ends"

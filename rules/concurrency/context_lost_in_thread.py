"""A function in another thread that reads context variables which are not there.

## Why it is bad
A thread starts with an empty context. What the request has set (its ID for the logs, the user, the tenant, the trace)
reads there as the default or raises `LookupError`: log lines that belong to no request, a query for the wrong tenant.

Off by default: in most code the variable and the function that reads it stand in different files, and what is left is
too little to say how often it is right: in 22 services and tools and 117 Django packages nothing was found.

## Example
```python
import asyncio
from contextvars import ContextVar

request_id = ContextVar("request_id", default="-")


def charge(order):
    print(request_id.get(), "charges", order)


async def handle(request, order):
    request_id.set(request.id)
    await asyncio.get_running_loop().run_in_executor(None, charge, order)
```

## Use instead
```python
import asyncio
from contextvars import ContextVar

request_id = ContextVar("request_id", default="-")


def charge(order):
    print(request_id.get(), "charges", order)


async def handle(request, order):
    request_id.set(request.id)
    await asyncio.to_thread(charge, order)
```

Found for `loop.run_in_executor`, `threading.Thread` and `Timer`, and `submit` and `map` of a `ThreadPoolExecutor`,
where the function that is handed over is in the file (also by `lambda`, `partial`, and through the functions of the
file that it calls) and reads

- a `ContextVar` that the file sets elsewhere, or that is used where the thread is started too;
- an attribute of an `asgiref.local.Local` that the file sets elsewhere;
- `flask.g`, `request`, `session` or `current_app`, or those of Quart: they raise `RuntimeError` outside of a request;
- the current span of OpenTelemetry, where a span is open or asked for around the call;
- the variables bound by `structlog.contextvars`, by logging with a logger of structlog, in a file that binds some.

Quiet where the thread gets a context: `asyncio.to_thread`, `copy_context().run`, `sync_to_async` and anyio's
`to_thread.run_sync` take it along; the function sets the variable or opens a context of its own; `Thread(context=...)`.
From Python 3.14 on, threads start with a copy of the context where `sys.flags.thread_inherit_context` is set, by
default on free-threaded builds only, and the threads of a pool with that of whoever made them first.
`opentelemetry-instrumentation-threading` takes the span along, and nothing else.

## Fix safety
Unsafe: the function now sees all context variables of the caller; what it sets in them stays its own.
`await loop.run_in_executor(None, f, x)` becomes `await asyncio.to_thread(f, x)`; elsewhere `f` is called in
`contextvars.copy_context().run`. No fix for `map`, whose threads cannot share one copy, for a `Local` that is
`thread_critical`, and for the objects of Flask and Quart: read them before, and hand over what was read.

## References
- https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
- https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor
- https://docs.python.org/3/library/contextvars.html#contextvars.copy_context
- https://docs.python.org/3/library/threading.html#threading.Thread
- https://flask.palletsprojects.com/en/stable/reqcontext/
- https://www.structlog.org/en/stable/contextvars.html
- https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/threading/threading.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.lost_context import handed_over, lost_read

rule = Rule(
    code="REL308",
    imports=("asyncio", "threading", "concurrent"),
    words=("run_in_executor", "Thread", "Timer", "submit", "map"),
    anywhere=("context variable",),
    fix="unsafe",
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    handed = handed_over(ctx, node)
    read = lost_read(ctx, handed) if handed is not None else None
    if read is not None:
        yield rule.finding(
            node,
            f"`{read.name}` is read in another thread, which has none of this context: the value is lost",
            data=(handed, read),
            related=((read.node, "read here"),),
        )

"""A queue without a size between functions that put and functions that get.

## Why it is bad
When the consumer is slower than the producer, or stops, the queue grows until the process runs out of memory, and
everything in it is lost. With a size the producer waits, or is told that there is no room.

Off by default: on asynchronous applications that the rule was not made with, 9 of 10 findings were true, six of them
in one package, but in 274 other packages, on part of which older versions had been tried, 15 of 26. The others were
queues through which only a few things or the pieces of one answer ever go, that something elsewhere keeps short, or
that stand in for others in tests, and a file does not always say so. Queues whose consumer stands in another file are
not found.

## Example
```python
import queue

messages = queue.Queue()


def received(message):
    messages.put(message)


def work(send):
    while True:
        send(messages.get())
```

## Use instead
```python
import queue

messages = queue.Queue(maxsize=1000)


def received(message):
    messages.put(message)


def work(send):
    while True:
        send(messages.get())
```

Found for the queues of `queue`, `asyncio`, `multiprocessing` and `janus` without `maxsize`, or with zero, that one
function of the file puts into and another gets from; the queue is followed through names, attributes and arguments. It
lives as long as its object or module, a loop takes from it, and its name or what is put in says that others send as
fast as they like (`messages`, `put(event)`, `put(frame)`). With `any-items = true` in `[tool.relint.rules.REL303]`
that does not matter.

Quiet when a length is compared with a limit, `maxsize` is set later, when those who put wait for a semaphore or for
what becomes of their item (`await queue.put((future, x))`, `await future`), when everything is put in before the
consumers start, for results that threads hand over once, for the answers that a request waits for, for signals
(`put(None)`, `put(True)`), for pools (`idle_connections`), for tasks that have ended, for an error that ends it all
(`raise queue.get()`), for lists of work that their only consumer fills, for what people type (`input`), and where
nobody waits for items and no loop comes back for them (`while not queue.empty()` when somebody asks).

## Fix safety
Unsafe: `put` waits when `[tool.relint.sanctioned] queue-size` (1000) items are there. Only a suggestion where
something calls `put_nowait`, which raises when the queue is full, or where a consumer puts into its own queue.
`queue.SimpleQueue` has no size and gets no fix.

## References
- https://docs.python.org/3/library/queue.html#queue.Queue
- https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue
- https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.queues import SIZED, WITHOUT_SIZE
from relint.model import Finding, Rule
from relint.queries.queue_growth import stays_short
from relint.queries.queue_items import carries_a_stream
from relint.queries.queues import crosses_functions, traffic

rule = Rule(
    code="REL303",
    imports=("queue", "asyncio", "multiprocessing", "janus"),
    words=("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"),
    fix="unsafe",
    default=False,
    options={"any-items": False},
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name not in SIZED and name not in WITHOUT_SIZE:
        return
    if name in SIZED and _has_size(ctx, node):
        return
    queue = traffic(ctx, node)
    if not crosses_functions(ctx, queue) or stays_short(ctx, node, queue):
        return
    if not ctx.option("any-items") and not carries_a_stream(ctx, node, queue):
        return
    lacks = "has no `maxsize`" if name in SIZED else "cannot be given a size"
    yield rule.finding(
        node,
        f"`{ctx.source(node.func)}` {lacks}: when its consumer is slow or stops, it grows until memory runs out",
        data=queue,
    )


def _has_size(ctx: Context, call: cst.Call) -> bool:
    """Whether a size is given, or may be; zero and less mean none."""
    given = ctx.argument(call, "maxsize", 0)
    if given is None:
        return bool(call.args) and (ctx.unpacks(call, "*") or ctx.unpacks(call))
    value = ctx.literal(given.value)
    return not (isinstance(value, int) and value <= 0)

"""A queue without a size between functions that put and functions that get.

## Why it is bad
When the consumer is slower than the producer, or stops, the queue grows until the process runs out of memory, and
everything in it is lost. With a size the producer waits, or is told that there is no room.

Off by default: on applications that the rule was not made with, 15 of 18 findings were right in two sets, and at most 2
of 5 in a third. Some of what was wrong is quiet since, but a file does not always say that only a few things ever go
through a queue: of 27 findings in 640 packages more 20 were right, two wrong, and five could be argued about. Of the
queues that grow without end it found two of five, and one of eight in those packages, which are small ones mostly.

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

Found for the queues of `queue`, `asyncio`, `multiprocessing` and `janus` without `maxsize`, or with zero, that live as
long as their object or module, where an endless loop takes out what comes as fast as others send it: what is received
(`async for x in self.ws`, `await ws.recv()`, `datagram_received`), comes from another thread (`call_soon_threadsafe`),
is given to a function that is called for it (`on_message`, `publish`), is sent on (`await ws.send(item)`), or is what a
program tells of itself (`log_queue`, `Tracer`). The queue is followed through names, attributes and arguments, and into
other modules: those that it is handed to, and those of its package that use the object which holds it
(`self.bus.messages.get()`) or call what hands out its items (up to 400 modules are looked through; of a larger package
those in the folder).

With `any-streams = true` in `[tool.relint.rules.REL303]` also found where no more than a name says so (`messages`,
`put(event)`, `put(frame)`), and with `any-items = true` every queue that one function puts into and another gets from:
of 31 findings of the first on applications that it was not made with, 14 were true.

Quiet when a length is compared with a limit, `maxsize` is set later, when those who put wait for a semaphore, for what
becomes of their item (`await queue.put((future, x))`, `await future`) or for the next one of another queue, when a
broker sends so much only (`prefetch_count`, `max_in_flight`), when everything is put in before the consumers start, for
the pieces of one answer (a generator that comes to an end, a class `Response`), for results that threads hand over
once, for the answers that a request waits for, for signals (`put(None)`, `put(True)`, `put(Kind.END)`), for pools
(`idle_connections`), for tasks that have ended, for an error that ends it all (`raise queue.get()`), for lists of work
that their only consumer fills, for what people type (`input`), and where no loop comes back for more (`while not
queue.empty()` when somebody asks).

## Fix safety
Unsafe: `put` waits when `[tool.relint.sanctioned] queue-size` (1000) items are there. Only a suggestion where
something calls `put_nowait`, which raises when the queue is full, where a consumer puts into its own queue, and where a
coroutine puts into a queue of threads, which would stop its event loop.
`queue.SimpleQueue` has no size and gets no fix.

## References
- https://docs.python.org/3/library/queue.html#queue.Queue
- https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue
- https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue
"""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.queues import SIZED, WITHOUT_SIZE
from relint.model import Finding, Rule
from relint.queries.queue_growth import is_emptied_on_demand, stays_short
from relint.queries.queue_items import Use, carries_a_stream, is_fed_by_others, may_hold_a_stream, use_of
from relint.queries.queue_users import used_elsewhere
from relint.queries.queues import Traffic, crosses_functions, traffic

rule = Rule(
    code="REL303",
    imports=("queue", "asyncio", "multiprocessing", "janus"),
    words=("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"),
    fix="unsafe",
    default=False,
    options={"any-streams": False, "any-items": False},
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name not in SIZED and name not in WITHOUT_SIZE:
        return
    if name in SIZED and _has_size(ctx, node):
        return
    queue = traffic(ctx, node)
    if stays_short(ctx, node, queue):
        return
    use = _use_that_grows(ctx, node, queue)
    if use is None:
        return
    lacks = "has no `maxsize`" if name in SIZED else "cannot be given a size"
    yield rule.finding(
        node,
        f"`{ctx.source(node.func)}` {lacks}: when its consumer is slow or stops, it grows until memory runs out",
        data=replace(queue, refuses=use.refuses),
    )


def _use_that_grows(ctx: Context, made: cst.Call, queue: Traffic) -> Use | None:
    """What is done with a queue, where that lets it grow; other modules are asked where this one does not tell."""
    any_items = ctx.option("any-items")
    if not any_items and not may_hold_a_stream(ctx, made):
        return None
    use = use_of(ctx, queue)
    if crosses_functions(ctx, queue):
        if _grows(ctx, made, use) or (any_items and not is_emptied_on_demand(ctx, queue)):
            return use
        if use.data and use.taken:
            return None
    others = used_elsewhere(ctx, made, queue)
    use |= others
    return use if (others.data or others.taken) and _grows(ctx, made, use) else None


def _grows(ctx: Context, made: cst.Call, use: Use) -> bool:
    if ctx.option("any-items"):
        return use.data and use.taken
    return is_fed_by_others(ctx, made, use) or (ctx.option("any-streams") and carries_a_stream(ctx, made, use))


def _has_size(ctx: Context, call: cst.Call) -> bool:
    """Whether a size is given, or may be; zero and less mean none."""
    given = ctx.argument(call, "maxsize", 0)
    if given is None:
        return bool(call.args) and (ctx.unpacks(call, "*") or ctx.unpacks(call))
    value = ctx.literal(given.value)
    return not (isinstance(value, int) and value <= 0)

"""A lock whose release an exception skips.

## Why it is bad
When anything between `acquire()` and `release()` raises, the lock stays taken, and everybody who asks for it from then
on waits for ever. The error itself may even be handled further up: only the lock is gone.

## Example
```python
import threading

lock = threading.Lock()


def update(store, key, value):
    lock.acquire()
    store[key] = value
    lock.release()
```

## Use instead
```python
import threading

lock = threading.Lock()


def update(store, key, value):
    with lock:
        store[key] = value
```

Found for the locks, semaphores and conditions of `threading`, `multiprocessing`, `asyncio`, `anyio`, `trio` and
`filelock`, and for what is named like one. Quiet when a `finally` or a handler of all errors releases it, when another
function does (`__enter__` and `__exit__`), or is given `lock.release`, and for `acquire(blocking=False)` and
`acquire(timeout=...)`.

## Fix safety
Safe: `with` (`async with` for an awaited `acquire`) does the same, and releases on an error too. Unsafe when the lock
is known by its name only, or when a `return`, `break` or `continue` leaves the block and keeps the lock. No fix when
the lock is released in several places or in another block.

## References
- https://docs.python.org/3/library/threading.html#using-locks-conditions-and-semaphores-in-the-with-statement
- https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.locks import held_at, is_released_on_error

rule = Rule(code="REL307", words=("acquire",), fix="safe")


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    held = held_at(ctx, node)
    if held is None or held.between == [] or is_released_on_error(ctx, held):
        return
    yield rule.finding(
        node,
        f"`{ctx.source(held.lock)}` stays locked when an error is raised before `release()`: "
        "whoever needs it next waits for ever",
        data=held,
    )

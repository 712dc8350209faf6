"""Awaitables that run on after one of those gathered with them has failed.

## Why it is bad
`gather` hands on the first error and leaves the rest running: nobody waits for them any more, nobody sees their errors,
and they work on (write, hold connections) while the caller handles the failure, tries again or has long gone. A task
group cancels them and waits until they have ended.

Off by default: often the others are meant to finish, or are so short that nobody notices. Of 10 findings that were read
in 22 services and tools, what ran on did harm in 3: it used a session or connection that was closed by then.

## Example
```python
import asyncio


async def load(user, orders):
    return await asyncio.gather(user.load(), orders.load())
```

## Use instead
```python
import asyncio


async def load(user, orders):
    async with asyncio.TaskGroup() as group:
        user_task = group.create_task(user.load())
        orders_task = group.create_task(orders.load())
    return [user_task.result(), orders_task.result()]
```

Found where two or more awaitables are listed and `return_exceptions` is not given.

## Fix safety
Unsafe: the others are cancelled, and the error comes as an `ExceptionGroup`. Written from Python 3.11 on
(`target-version`), where every argument is a call of an `async def` of the file and no `except` of the function is
around it; a suggestion elsewhere.

## References
- https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
- https://docs.python.org/3/library/asyncio-task.html#task-groups
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.gathers import awaited_gather

rule = Rule(code="REL305", imports=("asyncio",), words=("gather",), fix="unsafe", default=False)


@rule.on(cst.Await)
def check(node: cst.Await, ctx: Context) -> Iterator[Finding]:
    call = awaited_gather(ctx, node)
    if call is not None:
        name = ctx.source(call.func)
        yield rule.finding(call, f"`{name}` leaves the others running when one fails: nobody waits for them any more")

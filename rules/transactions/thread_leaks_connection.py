"""Threads that use Django's ORM and leave their database connection open.

## Why it is bad
Every thread gets a connection of its own, and Django closes those of requests only. A thread that ends leaves its
connection to the garbage collector; a pool of threads keeps one each for ever, past the moment the database drops them,
and from then on every job of that thread fails. Either way `too many connections` comes up somewhere else.

Off by default: whether the thread lives long enough to matter, and whether something around it closes connections,
cannot be seen in one file. In 22 services and tools and 117 Django packages nothing was found, so that there is no real
code to judge it by.

## Example
```python
import threading

from shop.models import Order


def settle():
    Order.objects.filter(paid=True).update(settled=True)


threading.Thread(target=settle).start()
```

## Use instead
```python
import threading

from django.db import connection

from shop.models import Order


def settle():
    try:
        Order.objects.filter(paid=True).update(settled=True)
    finally:
        connection.close()


threading.Thread(target=settle).start()
```

Found for functions of the same file given to `threading.Thread`, `threading.Timer` or `ThreadPoolExecutor.submit`.
Quiet where the function calls `close_old_connections()`, `connections.close_all()` or `connection.close()`.

## Fix safety
Unsafe: the same function may be called where the connection is still needed afterwards.

## References
- https://docs.djangoproject.com/en/stable/ref/databases/#connection-management
- https://docs.djangoproject.com/en/stable/ref/databases/#caveats
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.thread_targets import leaks_connection, thread_target

rule = Rule(
    code="REL208",
    imports=("threading", "ThreadPoolExecutor", "futures"),
    words=("Thread", "Timer", "submit"),
    fix="unsafe",
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    function = thread_target(ctx, node)
    if function is not None and leaks_connection(ctx, function):
        yield rule.finding(
            node,
            f"`{function.name.value}` leaves the database connection of its thread open: nobody else closes it",
            data=function,
        )

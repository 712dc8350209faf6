"""A shared client that two threads make at once.

## Why it is bad
Between `if client is None` and `client = connect()` another thread finds None as well. Both connect; the one that comes
second wins, and what the first made (a pool, a thread, a subscription) stays open with nobody to close it. It happens
at the first requests after a start, when all threads arrive together and connecting is slow.

Off by default: what is seen is that nothing locks, not that threads come here; and there is little real code to judge
it by, since most modules that share a client across threads do lock: one finding in 117 packages that had no part in
making the rule, a true one.

## Example
```python
import threading

from warehouse import Client

client = None


def get_client():
    global client
    if client is None:
        client = Client()
    return client
```

## Use instead
```python
import threading

from warehouse import Client

client = None
client_lock = threading.Lock()


def get_client():
    global client
    with client_lock:
        if client is None:
            client = Client()
    return client
```

Found in modules that import threads, Flask or Django, for a global or an attribute of `cls` that holds something which
is dear when made twice: clients, engines, pools, sessions, executors, threads, connections. Quiet in `async def`, and
where the function, its decorator or all its callers speak of a lock.

## Fix safety
Unsafe: callers now wait for one another while the first of them makes the value. The lock is an `RLock`, so that what
makes the value may ask for it. No fix for an `elif`, and where the value is made between two items of a generator.

## References
- https://docs.python.org/3/library/threading.html#rlock-objects
- https://docs.python.org/3/library/functools.html#functools.cache
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.lazy_values import lazy_value

rule = Rule(
    code="REL309",
    imports=("threading", "futures", "flask", "django"),
    words=("global", "cls"),
    fix="unsafe",
    default=False,
)


@rule.on(cst.If)
def check(node: cst.If, ctx: Context) -> Iterator[Finding]:
    found = lazy_value(ctx, node)
    if found is not None:
        yield rule.finding(
            node.test,
            f"`{found.name}` is made by every thread that finds it missing at the same time: all but the last are lost",
            data=found,
        )

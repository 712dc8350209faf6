"""A retry that nothing ends.

## Why it is bad
When the other side stays down, an endless retry keeps its worker, its connection and its caller for good, and the error
that somebody should see is never raised. With enough callers stuck, the service that retries is down as well.

## Example
```python
import random
import time

import requests


def order(url):
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException:
            time.sleep(random.uniform(0.5, 1.5))
```

## Use instead
```python
import random
import time

import requests


def order(url):
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException:
            if attempt == 4:
                raise
            time.sleep(random.uniform(0, min(60, 2**attempt)))
```

Quiet: loops that ask whether to stop (`while not self._stop`), loops that go on after a success, connections that are
meant to live for ever, and any exit that hangs on a count, a deadline or a flag.

## Fix safety
Unsafe: what was tried until it worked now fails after `[tool.relint.sanctioned] attempts` attempts, and its callers
see the error.

## References
- https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
- https://tenacity.readthedocs.io/en/latest/#stopping
- https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.max_retries
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.retries import retries

rule = Rule(
    code="REL602",
    near=("retry", "failure"),
    imports=("except", "tenacity", "backoff", "retrying", "retry", "stamina", "celery"),
    words=(
        "while", "count", "retry", "Retrying", "AsyncRetrying", "on_exception", "on_predicate", "retry_context",
        "max_retries",
    ),
    fix="unsafe",
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        if retry.endless:
            at = retry.limit_node
            named = ctx.source(at.func if isinstance(at, cst.Call) else at)
            name = f"while {named}" if isinstance(retry.node, cst.While) else named
            message = f"`{name}` retries without limit: as long as the error lasts, this worker is stuck"
            yield rule.finding(at, message, data=retry)

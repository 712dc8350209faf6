"""A retry that nothing ends.

## Why it is bad
When the other side stays down, an endless retry keeps its worker, its connection and its caller for good, and the error
that somebody should see is never raised. With enough callers stuck, the service that retries is down as well.

## Example
```python
import requests
from tenacity import retry, wait_random_exponential


@retry(wait=wait_random_exponential(max=60))
def order(url):
    return requests.get(url, timeout=5).json()
```

## Use instead
```python
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential


@retry(wait=wait_random_exponential(max=60), stop=stop_after_attempt(5), reraise=True)
def order(url):
    return requests.get(url, timeout=5).json()
```

With `loops = true` in `[tool.relint.rules.REL602]`, hand-written loops count as well (`while True: try: return ...
except OSError: sleep(1)`). They are off by default: in code that the rule was not made with, most of those found were
workers that are meant to go on for ever, or waited for a service that starts together with them; of seven that were
known to ask another host, one was wrong to.

Quiet: loops that ask whether to stop (`while not self._stop`), loops that go on after a success, connections that are
meant to live for ever, and any exit that hangs on a count, a deadline or a flag; tenacity's `retry_never`, where the
function itself raises `TryAgain`.

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
    near=("retry", "failure", "retry by a library"),
    imports=("except", "tenacity", "backoff", "retrying", "retry", "stamina", "celery"),
    words=(
        "while", "count", "retry", "Retrying", "AsyncRetrying", "on_exception", "on_predicate", "retry_context",
        "max_retries",
    ),
    fix="unsafe",
    options={"loops": False},
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        if retry.endless and (not retry.by_hand or ctx.option("loops")):
            at = retry.limit_node
            named = ctx.source(at.func if isinstance(at, cst.Call) else at)
            name = f"while {named}" if isinstance(retry.node, cst.While) else named
            message = f"`{name}` retries without limit: as long as the error lasts, this worker is stuck"
            yield rule.finding(at, message, data=retry)

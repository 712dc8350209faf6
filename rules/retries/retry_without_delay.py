"""A retry that follows at once.

## Why it is bad
What failed a moment ago most often fails again. Retries without a pause spend all attempts within milliseconds, and
multiply the load on a service just when it can bear the least.

## Example
```python
import requests
from tenacity import retry, stop_after_attempt


@retry(stop=stop_after_attempt(5), reraise=True)
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

With `loops = true` in `[tool.relint.rules.REL603]`, hand-written loops count as well (`for attempt in range(5): try:
return ... except OSError: continue`). They are off by default: in code that the rule was not made with, every fourth of
those found was right to go on at once. Quiet then: the next pass tries something else (another host, format or id), the
handler repairs something first, there is one more attempt at most, or the error says that the wait has been (a timeout)
or that another value is needed (`ValueError`).

## Fix safety
Unsafe: the caller now waits between attempts.

## References
- https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
- https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Retry
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.retries import retries

rule = Rule(
    code="REL603",
    near=("retry", "failure", "retry by a library"),
    imports=("except", "tenacity", "backoff", "urllib3", "requests", "retrying", "retry", "funcy", "celery"),
    words=(
        "while", "range", "count", "repeat", "retry", "Retry", "Retrying", "AsyncRetrying", "on_exception",
        "HTTPAdapter", "autoretry_for",
    ),
    fix="unsafe",
    options={"loops": False},
    yields=True,
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        if retry.by_hand and not ctx.option("loops"):
            continue
        for failure in retry.immediate:
            at = failure.node
            named = at.func if isinstance(at, cst.Call) else at
            what = "except" if isinstance(at, cst.ExceptHandler | cst.ExceptStarHandler) else ctx.source(named)
            message = f"`{what}` leads straight to the next attempt: all attempts are spent before the failure can pass"
            yield rule.finding(at, message, data=(retry, failure))

"""A retry of every error, bugs included.

## Why it is bad
A `TypeError` fails the same way five times: the retry hides the bug, delays its report and does the side effects of
the attempt again. `except:` and `BaseException` also catch the request to stop.

## Example
```python
import random
import time

import requests


def order(url):
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5).json()
        except Exception:
            time.sleep(random.uniform(0, 2**attempt))
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
            time.sleep(random.uniform(0, 2**attempt))
```

Shown only where nothing else is wrong with the retry. Quiet where the handler looks at the error and lets some go, and
where a handler before it does.

## References
- https://tenacity.readthedocs.io/en/latest/#whether-to-retry
- https://docs.python.org/3/library/exceptions.html#exception-hierarchy
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.retries import retries

rule = Rule(
    code="REL604",
    near=("retry", "failure"),
    words=(
        "sleep", "_sleep", "async_sleep", "wait", "call_later", "callLater", "Timer", "async_call_later", "retry",
        "Retrying", "AsyncRetrying", "on_exception", "on_predicate", "retry_context", "autoretry_for",
    ),
    yields=True,
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        for failure in retry.indiscriminate:
            assert failure.catches_all is not None
            at = failure.catches_all
            bare = isinstance(at, cst.ExceptHandler | cst.ExceptStarHandler)
            stops = ", and requests to stop as well" if failure.everything else ""
            what = "except:" if bare else ctx.source(at)
            yield rule.finding(at, f"`{what}` retries every error: a bug fails the same way each time{stops}")

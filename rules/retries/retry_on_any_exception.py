"""A retry of every error, bugs included.

## Why it is bad
A `TypeError` fails the same way five times: the retry hides the bug, delays its report and does the side effects of
the attempt again. `except:` and `BaseException` also catch the request to stop.

## Example
```python
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential


@retry(wait=wait_random_exponential(max=60), stop=stop_after_attempt(5), reraise=True)
def order(url):
    return requests.get(url, timeout=5).json()
```

## Use instead
```python
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


@retry(
    retry=retry_if_exception_type(requests.RequestException),
    wait=wait_random_exponential(max=60),
    stop=stop_after_attempt(5),
    reraise=True,
)
def order(url):
    return requests.get(url, timeout=5).json()
```

Shown only where nothing else is wrong with the retry. With `loops = true` in `[tool.relint.rules.REL604]`, hand-written
loops count as well (`except Exception: sleep(...)`). They are off by default: too few were found in code that the rule
was not made with to show that nine of ten are true. Quiet then: the handler looks at the error or at what the attempt
has brought and lets some go, or a handler before it does.

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
    near=("retry", "failure", "retry by a library"),
    words=(
        "sleep", "_sleep", "async_sleep", "wait", "call_later", "callLater", "Timer", "async_call_later", "retry",
        "Retrying", "AsyncRetrying", "on_exception", "on_predicate", "retry_context", "autoretry_for",
    ),
    options={"loops": False},
    yields=True,
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        if retry.by_hand and not ctx.option("loops"):
            continue
        for failure in retry.indiscriminate:
            assert failure.catches_all is not None
            at = failure.catches_all
            bare = isinstance(at, cst.ExceptHandler | cst.ExceptStarHandler)
            stops = ", and requests to stop as well" if failure.everything else ""
            what = "except:" if bare else ctx.source(at)
            yield rule.finding(at, f"`{what}` retries every error: a bug fails the same way each time{stops}")

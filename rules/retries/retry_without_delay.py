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

Hand-written loops count (`for attempt in range(5): try: return ... except ConnectionError: continue`) where they are
known to ask another host: by the error that is caught (of an HTTP client, a broker, `ConnectionError`, `HTTPError`, or
a tuple of such errors in another module of the project), or by a request through such a client, through that of a
service (boto3, Azure, Stripe, OpenAI and so on), or with the name of an HTTP method, in the attempt or in a function of
the file that it calls. Of eleven such findings read in code that the rule was not made with, eight were true and two
arguable; of fifteen read later, all. Of eleven true ones that a search brought up there it found two, and nine once it
knew more of the words for requests and their errors; of two others, found later, one. With `loops = true` in
`[tool.relint.rules.REL603]` all others count as well; of those, every fourth was right to go on at once in code that
the rule was not made with.

Quiet: the next pass tries something else (another host, format or id), the handler repairs something first, there is
one more attempt at most, or the error says that the wait has been (a timeout) or that another value is needed
(`ValueError`).

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
from relint.queries.retried_requests import asks_another_host
from relint.queries.retries import retries

rule = Rule(
    code="REL603",
    near=("retry", "failure", "retry by a library, or of a request"),
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
        for failure in retry.immediate:
            if retry.by_hand and not (ctx.option("loops") or asks_another_host(ctx, retry, failure)):
                continue
            at = failure.node
            named = at.func if isinstance(at, cst.Call) else at
            what = "except" if isinstance(at, cst.ExceptHandler | cst.ExceptStarHandler) else ctx.source(named)
            message = f"`{what}` leads straight to the next attempt: all attempts are spent before the failure can pass"
            yield rule.finding(at, message, data=(retry, failure))

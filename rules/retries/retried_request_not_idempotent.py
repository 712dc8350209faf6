"""A request that creates something is sent again when its answer does not come.

## Why it is bad
A timeout says that the answer did not come, not that the request did not arrive. A POST that is sent again after one
creates a second order, payment or message, and does so exactly when the other side is slow: many at once. With a key
that stays the same over all attempts the other side can tell a repetition from a new request.

Off by default: whether a POST creates anything is known to the other side only. Four of five findings on real code
did; the others asked for something by POST under a name that does not say so.

## Example
```python
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential


@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=60))
def pay(order):
    return requests.post("https://bank.example/payments", json=order, timeout=10)
```

## Use instead
```python
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential


@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=60))
def pay(order, key):
    headers = {"Idempotency-Key": key}
    return requests.post("https://bank.example/payments", json=order, headers=headers, timeout=10)
```

Found for POST and PATCH of requests, httpx and aiohttp in a retry (tenacity, backoff and their like, hand-written
loops), and for urllib3's `Retry` whose `allowed_methods` name them or are None. Quiet where the file speaks of
idempotency, where only errors are retried after which nothing has arrived (`ConnectTimeout`, rate limits), and where
the address or the function says that the POST asks for something (a search, a token, a prediction).

## Fix safety
A suggestion: only the other side's documentation says whether and how it takes a key.

## References
- https://www.rfc-editor.org/rfc/rfc9110.html#name-idempotent-methods
- https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
- https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Retry
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.repeated_posts import repeated_posts

rule = Rule(
    code="REL605",
    imports=("requests", "httpx", "aiohttp", "urllib3"),
    words=("post", "patch", "request", "allowed_methods", "method_whitelist"),
    near=("retry",),
    fix="display",
    default=False,
    shared=True,
)


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for found in repeated_posts(ctx):
        yield rule.finding(
            found.node,
            f"`{found.name}` is sent again when the answer does not come, though the first may have arrived: what it "
            "creates is created twice",
        )

"""A request that is tried again while the other side is down, with nothing that stops asking.

## Why it is bad
Retries help against a hiccup. While the other side is down for minutes they do the opposite: each request of ours waits
through all attempts before it fails, workers pile up behind it, and the peer that tries to come back is met by several
times its usual load. A circuit breaker notices after a few failures that the peer is down, fails at once for a while,
and lets single calls probe whether it is back.

Off by default: whether a peer is worth a breaker is for the service to decide. A command that runs once needs none. Of
6 findings in 22 services and tools 5 were requests that many callers try again.

## Example
```python
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential


@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=60))
def stock(item):
    return requests.get(f"https://stock.example/{item}", timeout=10).json()
```

## Use instead
```python
import pybreaker
import requests
from tenacity import retry, retry_if_not_exception_type, stop_after_attempt, wait_random_exponential

stock_service = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)


@retry(
    stop=stop_after_attempt(5),
    wait=wait_random_exponential(max=60),
    retry=retry_if_not_exception_type(pybreaker.CircuitBreakerError),
)
@stock_service
def stock(item):
    return requests.get(f"https://stock.example/{item}", timeout=10).json()
```

Found for calls of requests, httpx, aiohttp and `urllib.request` in a hand-written retry loop of three attempts or more,
or in a function that tenacity, backoff and their like retry. Quiet where the file speaks of a breaker, in scripts and
commands (`if __name__ == "__main__"`, argparse, click, Django's commands, folders such as `cli`), outside of functions,
where the caller names the address (another peer each time), where only a rate limit is retried, and where nothing ends
the retry (REL602).

## References
- https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker
- https://github.com/danielfm/pybreaker#usage
- https://sre.google/sre-book/addressing-cascading-failures/
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.unbroken_retries import unbroken_retries

rule = Rule(
    code="REL109",
    imports=("requests", "httpx", "aiohttp", "urllib"),
    words=("get", "options", "head", "post", "put", "patch", "delete", "request", "urlopen"),
    near=("retry", "failure"),
    default=False,
)


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for call in unbroken_retries(ctx):
        yield rule.finding(
            call,
            f"`{ctx.source(call.func)}` is tried again by every caller while the other side is down: without a circuit "
            "breaker all of them wait through all attempts",
        )

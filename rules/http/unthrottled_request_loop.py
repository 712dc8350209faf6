"""A request for each item of a list that data makes as long as it likes, with nothing to slow them down.

## Why it is bad
The loop sends as fast as the peer answers. With twenty items nobody notices; with twenty thousand the peer answers 429,
blocks the address or falls over, and everything else that talks to it fails as well. What its limit is, its
documentation says; a loop that does not know it finds out in production.

Off by default: a peer without limits, or one of your own, needs none, and a limit that stands in another file, at a
gateway or in the peer's client cannot be seen. Four of five findings were true in the code that it
was tried on first, 5 of 10 that were read in 117 packages after that.

## Example
```python
import requests


def refresh(users):
    for user in users:
        requests.get(f"https://api.example.com/users/{user.id}", timeout=10)
```

## Use instead
```python
import requests
from ratelimit import limits, sleep_and_retry


@sleep_and_retry
@limits(calls=10, period=1)
def fetch(user):
    return requests.get(f"https://api.example.com/users/{user.id}", timeout=10)


def refresh(users):
    for user in users:
        fetch(user)
```

Found for requests, httpx, aiohttp, urllib and urllib3, in loops and comprehensions over items that come from outside (a
parameter, something read, listed or awaited), sent there or by a function of the same file that is called there. Quiet
where a pass or the function sleeps, where a semaphore, a limiter or a limited client is in sight, where the file speaks
of rate limits, throttling, `Retry-After` or 429, for the program's own parts (servers, backends), and for loops that
end at the first good answer.

## References
- https://www.rfc-editor.org/rfc/rfc6585#section-4 (429 Too Many Requests)
- https://aiolimiter.readthedocs.io/en/latest/
- https://pypi.org/project/ratelimit/
- https://pypi.org/project/pyrate-limiter/
- https://pypi.org/project/requests-ratelimiter/
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.request_loops import request_loop

rule = Rule(
    code="REL108",
    imports=("requests", "httpx", "aiohttp", "urllib", "urllib3", "requests_oauthlib", "six"),
    anywhere=("request",),
    words=("for",),
    near=("loop or comprehension",),
    shared=True,
    default=False,
)


@rule.on(cst.For, cst.CompFor)
def check(node: cst.For | cst.CompFor, ctx: Context) -> Iterator[Finding]:
    found = request_loop(ctx, node)
    if found is not None:
        yield rule.finding(
            found.sent,
            f"`{found.request}` is sent for each item as fast as the peer answers: it refuses the day that there are "
            "more items than it allows",
            data=found,
        )

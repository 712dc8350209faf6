"""A retry whose clients all wait equally long and come back together.

## Why it is bad
When a service fails, it fails for all its clients at once. If they all wait the same time, they all come back at the
same moment and push it over again; doubling the wait does not help, because they double in step. A random part in the
delay spreads them out.

## Example
```python
import time

import requests


def status(url, attempts=5):
    for attempt in range(attempts):
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException:
            time.sleep(2**attempt)
    raise RuntimeError(url)
```

## Use instead
```python
import random
import time

import requests


def status(url, attempts=5):
    for attempt in range(attempts):
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException:
            time.sleep(random.uniform(0, min(60, 2**attempt)))
    raise RuntimeError(url)
```

Knows hand-written loops, recursion and functions that have themselves called later, tenacity, backoff, urllib3's
`Retry`, Celery, retrying, retry, funcy, stamina, aiohttp-retry and oslo.db. Random anywhere in the delay's data flow is
fine, and so is a delay that the other side asked for (`Retry-After`); what is waited when it did not ask is looked at.
Passes over what is left, in which what failed is put on a list and done again, count as attempts. A loop that asks for
a state until it comes is a poll, not a retry, and so is one that waits for what is not there yet
(`NotFound`, "still running" in the log). A file on this machine that is in use (SQLite's too), and a process behind
`127.0.0.1` or `localhost`, may be tried again in step: nobody else waits for it. A retry without any delay is REL603.

In 346 packages that the rule was not made with, a search for every loop, decorator and client that may retry brought up
52 such retries among 250 places that were read, and the rule found 37 of them; once it knew errors that calls answer
with and the codes that a client keeps, 46. In 69 packages more it found 17 of 20 before anything was changed for them,
and in 135 after those 23 of 26. Of 117 findings read in the first, some of them REL603's, 106 were true; of 38 in the
last, 33. What was wrong with seven others is mended.

Celery's `retry_jitter` acts only together with `autoretry_for` and `retry_backoff`: `self.retry()` waits
`default_retry_delay`, 180 seconds for everybody.

## Fix safety
Safe: work that succeeds at once is not touched, only the wait after a failure changes. urllib3 is unsafe, and has a fix
only where `[tool.relint.versions]` says that urllib3 is 2 or later: `backoff_jitter` came with 2.0.

The fix writes full jitter, `random.uniform(0, min(cap, base * 2**attempt))`, where the loop counts its attempts and the
delay grows already or is a number for ten attempts at most; elsewhere it writes the same delay times
`random.uniform(0.5, 1.5)`, so that an interval which somebody configured stays what it is. Where the other side may
have asked for the delay it is never made shorter: `random.uniform(1, 1.5)`. The cap is
`[tool.relint.sanctioned] max-delay`. Where `retry` names tenacity, stamina or backoff, a loop that does nothing but
try one call again becomes a function under that library's decorator (unsafe: the waits become the library's, the
attempts and the error in the end stay); any other loop gets the suggestion to use it.
Linters that look for weak random numbers (ruff S311) may complain: chance here keeps no secret.

## References
- https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
- https://tenacity.readthedocs.io/en/latest/api.html#wait-functions
- https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.retry_jitter
- https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Retry
"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.model import Finding, Rule
from relint.queries.delays import alternatives
from relint.queries.handlers import caught
from relint.queries.retries import Retry, retries

_LOOPBACK = re.compile(r"""[rRfF]*["'](?:\w+://)?(?:127\.0\.0\.1|localhost|\[?::1\]?)[:/"']""")
_OF_THIS_MACHINE = ("docker.from_env", "asyncio.open_unix_connection", "asyncio.start_unix_server")

rule = Rule(
    code="REL601",
    near=("retry", "failure", "retry by a library or by hand"),
    words=(
        "sleep", "_sleep", "async_sleep", "wait", "call_later", "callLater", "Timer", "async_call_later", "retry",
        "retry_with", "Retry", "Retrying", "AsyncRetrying", "on_exception", "on_predicate", "retry_context",
        "autoretry_for", "wrap_db_retry", "ExponentialRetry", "FibonacciRetry", "ListRetry",
    ),
    fix="safe",
    yields=True,
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for retry in retries(ctx).values():
        for at, delay in retry.jitterless:
            if retry.by_hand and (_asks_this_machine(ctx, retry.node) or _waits_for_a_file(ctx, retry)):
                continue
            named = at.func if isinstance(at, cst.Call) else at
            waits = "wait the same growing time" if delay is Delay.GROWING else "wait equally long"
            yield rule.finding(
                at,
                f"`{ctx.source(named)}` has no jitter: all clients that fail together {waits} and come back together",
                data=retry,
            )


def _waits_for_a_file(ctx: Context, retry: Retry) -> bool:
    """Whether all that is retried are errors of SQLite, whose database is a file on this machine."""
    handlers = [f.node for f in retry.failures if isinstance(f.node, cst.ExceptHandler | cst.ExceptStarHandler)]
    errors = [name or "" for handler in handlers for name in caught(ctx, handler)]
    return bool(errors) and all(name.startswith("sqlite3.") for name in errors)


def _asks_this_machine(ctx: Context, attempts: cst.CSTNode) -> bool:
    """Whether a loop calls something with the address of this machine and no other, its Docker, or a Unix socket."""
    calls = list(ctx.walk(attempts, cst.Call))
    if any(ctx.callee(call) in _OF_THIS_MACHINE for call in calls):
        return True
    given = (list(alternatives(ctx, arg.value)) for call in calls for arg in call.args)
    return any(values and all(_LOOPBACK.match(ctx.source(value)) for value in values) for values in given)

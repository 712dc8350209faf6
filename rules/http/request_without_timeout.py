"""HTTP requests without a timeout.

## Why it is bad
`requests` and `urllib` wait for ever unless they are told not to. A peer that accepts the connection and then says
nothing holds the thread that called it; enough of those, and the whole service stands still because of a peer that it
may not even need.

## Example
```python
import requests

prices = requests.get("https://prices.example.com/latest").json()
```

## Use instead
```python
import requests

prices = requests.get("https://prices.example.com/latest", timeout=10).json()
```

Followed: import aliases, `from requests import get`, sessions held in locals, globals and attributes, opened by `with`,
annotated, returned by functions and properties, subclasses of `requests.Session`, all of these also where another
module of the project defines them and this one imports them (by a star import too, where no other may bring the name),
`getattr(requests, verb)`, and callables passed on to `asyncio.to_thread`, `run_in_executor`, `submit` and `map`, also
by way of a `functools.partial`. `httpx`, `aiohttp` and `urllib3.request` have defaults, so only what switches them off
is found: `timeout=None`, `httpx.Timeout(None)`, an `aiohttp.ClientTimeout` with neither `total` nor `sock_read`.

Quiet: an opaque `**kwargs` (`report-opaque-kwargs = true` finds those too); a session whose class, adapter or replaced
`request` sets a timeout that applies; a `urllib3` pool that may have been built with one; for `urllib` and `urllib3` a
`socket.setdefaulttimeout(...)` in the file (`requests` does not obey it); a call inside `with Timeout(...)` (eventlet,
gevent, signals). What a third module does to a session (mounts an adapter on `http.session`, replaces its `request`) is
not seen where it is used: give it its timeout in the module that makes it. `extra-calls` names more callables that take
`timeout=`, by their dotted names, `ignore-calls` takes some away.

## Fix safety
Unsafe, because a peer that is slower than the new timeout now fails; safe when the project has set
`[tool.relint.sanctioned] timeout`. No fix for `urlretrieve`, which has no timeout to give, for an opaque `**kwargs`,
and where the call may be one of several.

## References
- https://requests.readthedocs.io/en/latest/user/advanced/#timeouts
- https://docs.python.org/3/library/urllib.request.html#urllib.request.urlopen
- https://www.python-httpx.org/advanced/timeouts/
- https://docs.aiohttp.org/en/stable/client_quickstart.html#timeouts
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.http import PASSES_ON, Waiting, waiting
from relint.model import Finding, Rule
from relint.names import last_name
from relint.queries.origins import callable_names
from relint.queries.sessions import pool_may_have_timeout, session_brings_timeout
from relint.queries.timeouts import (
    is_bounded_outside,
    is_told_never,
    lacks_timeout,
    means_never,
    socket_default_is_set,
    unpacks_opaquely,
)
from relint.queries.urls import is_local_url

rule = Rule(
    code="REL101",
    near=("request", "function of a library"),
    imports=("requests", "urllib", "urllib2", "urllib3", "httpx", "aiohttp", "requests_oauthlib", "requests_client",
             "requests_futures", "requests_cache", "requests_toolbelt", "requests_html", "cachecontrol",
             "cloudscraper"),
    words=("get", "options", "head", "post", "put", "patch", "delete", "request", "send", "fetch_token",
           "refresh_token", "urlopen", "open", "urlretrieve", "request_encode_url", "request_encode_body", "getattr",
           "stream", "build_request", "Client", "AsyncClient", "Timeout", "ClientTimeout"),
    fix="unsafe",
    shared=True,
    options={"extra-calls": [], "ignore-calls": [], "report-opaque-kwargs": False},
)  # fmt: skip

_LIMITS = ("httpx.Timeout", "aiohttp.ClientTimeout", "aiohttp.client.ClientTimeout")
_CONSEQUENCE = "one peer that stops answering holds this worker for good"


@dataclass(frozen=True)
class Missing:
    """What the fixer needs to know: where the timeout goes.

    `passed` is the callable that the call passes on, and `takes_keywords` whether the call passes keywords on too.
    """

    name: str
    fixable: bool
    position: int | None = None
    passed: cst.BaseExpression | None = None
    takes_keywords: bool = True


@rule.on(cst.Call)
def check_call(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    names = _concerned(ctx, node.func)
    if not names or not all(_waits(ctx, node, node.func, name, how) for name, how in names.items()):
        return
    name, how = next(iter(names.items()))
    if name.startswith("urllib.") and node.args and is_local_url(ctx, node.args[0].value):
        return
    fixable = len(names) == 1 and how.parameter and not unpacks_opaquely(ctx, node)
    yield rule.finding(node, _message(name, how), data=Missing(name, fixable, how.position))


@rule.on(cst.Call)
def check_passed_on(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    passing = _passes_on(ctx, node)
    if passing is None:
        return
    last, position, takes_keywords = passing
    passed = ctx.positional(node, position)
    if passed is None or not isinstance(passed.value, cst.Name | cst.Attribute):
        return
    names = _concerned(ctx, passed.value)
    if len(names) != 1 or (last == "partial" and not _is_called_without_timeout(ctx, node)):
        return
    name, how = next(iter(names.items()))
    if (how.bounded and not takes_keywords) or name in ("httpx.Client", "httpx.AsyncClient"):
        return
    if _waits(ctx, node, passed.value, name, Waiting(None, how.bounded, how.socket_default, how.client)):
        yield rule.finding(
            node, _message(name, how), data=Missing(name, how.parameter, None, passed.value, takes_keywords)
        )


@rule.on(cst.Call)
def check_limits(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name not in _LIMITS or ctx.unpacks(node) or ctx.unpacks(node, "*") or is_bounded_outside(ctx, node):
        return
    if name == "httpx.Timeout" and is_told_never(ctx, node, 0):
        read = ctx.keyword(node, "read")
        if read is None or means_never(ctx, read.value):
            yield rule.finding(node, f"`{name}` switches the timeout off: {_CONSEQUENCE}", data=Missing(name, True, 0))
    elif name != "httpx.Timeout":
        limits = (ctx.argument(node, "total", 0), ctx.argument(node, "sock_read", 2))
        if all(limit is None or ctx.literal(limit.value) in (None, 0) for limit in limits):
            message = f"`{name}` has neither `total` nor `sock_read`: {_CONSEQUENCE}"
            yield rule.finding(node, message, data=Missing("aiohttp.ClientTimeout", True, 0))


def _concerned(ctx: Context, function: cst.BaseExpression) -> dict[str, Waiting]:
    """The callables that an expression may be, when each of them is known to wait."""
    found: dict[str, Waiting] = {}
    for name in callable_names(ctx, function):
        if name in ctx.option("extra-calls"):
            found[name] = Waiting()
        elif (known := waiting(name)) is not None and not {name, known[0]} & set(ctx.option("ignore-calls")):
            found[known[0]] = known[1]
        else:
            return {}
    return found


def _waits(ctx: Context, call: cst.Call, function: cst.BaseExpression, name: str, how: Waiting) -> bool:
    """Whether the call waits for ever, by its own arguments or by what its client was given."""
    if how.bounded:
        return is_told_never(ctx, call, how.position) and not is_bounded_outside(ctx, call)
    if not lacks_timeout(ctx, call, how.position, opaque=ctx.option("report-opaque-kwargs")):
        return False
    if (how.socket_default and socket_default_is_set(ctx)) or is_bounded_outside(ctx, call, blocking=True):
        return False
    if how.client and pool_may_have_timeout(ctx, function) and not is_told_never(ctx, call, None):
        return False
    return not (name.startswith("requests.Session.") and session_brings_timeout(ctx, function))


def _is_called_without_timeout(ctx: Context, use: cst.CSTNode) -> bool:
    """Whether what a partial (or a name for it) is used for certainly calls it, and adds no timeout.

    Who is handed the partial may add one, except those that are known to pass on what they are given.
    """
    parent = ctx.parent(use)
    if isinstance(parent, cst.Call):
        return parent.func is use and lacks_timeout(ctx, parent, None)
    if isinstance(parent, cst.Arg):
        outer = ctx.parent(parent)
        return isinstance(outer, cst.Call) and _passes_on(ctx, outer) is not None and lacks_timeout(ctx, outer, None)
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1 or not isinstance(use, cst.Call):
        return False
    target = parent.targets[0].target
    found = ctx.names.find(target) if isinstance(target, cst.Name) else None
    if not isinstance(target, cst.Name) or found is None:
        return False
    return any(_is_called_without_timeout(ctx, name) for name in ctx.names.uses(found[0], target.value))


def _passes_on(ctx: Context, call: cst.Call) -> tuple[str, int, bool] | None:
    """Name, position of the callable, and whether keywords are passed on, of a call that calls one of its arguments."""
    last = (ctx.callee(call) or last_name(call.func)).rpartition(".")[2]
    return (last, *PASSES_ON[last]) if last in PASSES_ON else None


def _message(name: str, how: Waiting) -> str:
    if how.bounded:
        return f"`{name}` has its timeout switched off: {_CONSEQUENCE}"
    if not how.parameter:
        return f"`{name}` has no timeout and takes none: {_CONSEQUENCE}"
    return f"`{name}` has no timeout: {_CONSEQUENCE}"

"""A timeout that does nothing, where people believe they are safe.

## Why it is bad
`requests.Session` has no `timeout` attribute: setting one changes nothing. An adapter whose `send` only fills in a
missing timeout never does, because the session always passes one, which is None where nobody gave any. And `requests`
does not obey `socket.setdefaulttimeout`. Each of these looks like a timeout in review, and hangs like none in
production.

## Example
```python
import requests
from requests.adapters import HTTPAdapter


class TimeoutAdapter(HTTPAdapter):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().send(request, **kwargs)


session = requests.Session()
session.timeout = 5
```

## Use instead
```python
import requests
from requests.adapters import HTTPAdapter


class TimeoutAdapter(HTTPAdapter):
    def send(self, request, **kwargs):
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = 5
        return super().send(request, **kwargs)


session = requests.Session()
session.mount("https://", TimeoutAdapter())
session.mount("http://", TimeoutAdapter())
```

Quiet: an attribute that the file reads back (`session.get(url, timeout=session.timeout)`); an adapter that looks at
what it was given; `socket.setdefaulttimeout` in a module that has any other client, or whose requests all have a
timeout.

## Fix safety
The fix of an adapter is safe: it does what the adapter was written for. A session's attribute gets a `Session` subclass
as a suggestion that is never applied, since where the session is made and used is for a person to see.

## References
- https://github.com/psf/requests/blob/v2.34.2/src/requests/sessions.py (`Session.request` passes `timeout`)
- https://github.com/psf/requests/issues/3070
- https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.http import NO_CLIENTS, waiting
from relint.model import Finding, Rule
from relint.names import is_none
from relint.queries.adapters import ineffective_default, is_adapter
from relint.queries.origins import callable_names, origins
from relint.queries.sessions import session_brings_timeout
from relint.queries.timeouts import lacks_timeout

rule = Rule(
    code="REL112",
    imports=("requests",),
    words=("timeout", "setdefaulttimeout"),
    near=("timeout that may do nothing",),
    fix="safe",
)


@rule.on(cst.FunctionDef)
def check_adapter(node: cst.FunctionDef, ctx: Context) -> Iterator[Finding]:
    cls = ctx.names.class_of_method(node)
    if node.name.value != "send" or cls is None or not is_adapter(ctx, cls):
        return
    found = ineffective_default(ctx, node)
    if found is not None:
        message = "`send` never uses this timeout: the session always passes one, which is None where nobody gave any"
        yield rule.finding(found.node, message, data=(node, found))


@rule.on(cst.Assign)
def check_attribute(node: cst.Assign, ctx: Context) -> Iterator[Finding]:
    for target in node.targets:
        match target.target:
            case cst.Attribute(value=session, attr=cst.Name(value="timeout")):
                if ctx.instance_of(session) == "requests.Session" and not is_none(node.value):
                    if not _is_read_back(ctx, session):
                        message = f"`{ctx.source(target.target)}` does nothing: a `requests` session has no timeout"
                        yield rule.finding(node, message, data=target.target)


@rule.on(cst.Call)
def check_socket_default(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if ctx.callee(node) != "socket.setdefaulttimeout" or not node.args or is_none(node.args[0].value):
        return
    if _has_only_requests(ctx) and any(_is_unbounded_request(ctx, call) for call in ctx.tree.every(cst.Call)):
        yield rule.finding(node, "`socket.setdefaulttimeout` does nothing here: `requests` does not obey it")


def _is_read_back(ctx: Context, session: cst.BaseExpression) -> bool:
    """Whether the file reads `.timeout` of the same session, or of a session class of its own."""
    holder = origins(ctx, session)
    if holder.classes:
        return True
    for attribute in ctx.tree.every(cst.Attribute, words=("timeout",)):
        if attribute.attr.value == "timeout" and not isinstance(ctx.parent(attribute), cst.AssignTarget):
            if origins(ctx, attribute.value).meets(holder):
                return True
    return False


def _has_only_requests(ctx: Context) -> bool:
    """Whether no import of the file but `requests` may bring a client that obeys the socket default."""
    modules: set[str] = set()
    for statement in ctx.tree.every(cst.Import, cst.ImportFrom, words=("import",)):
        if isinstance(statement, cst.ImportFrom):
            base = "" if statement.relative else ctx.source(statement.module) if statement.module else ""
            modules.add(base)
        else:
            modules |= {alias.evaluated_name for alias in statement.names}
    return all(module.partition(".")[0] in NO_CLIENTS and module not in _URL_CLIENTS for module in modules)


_URL_CLIENTS = frozenset({"urllib.request", "urllib", "http", "http.client"})


def _is_unbounded_request(ctx: Context, call: cst.Call) -> bool:
    for name in callable_names(ctx, call.func):
        known = waiting(name)
        if known is not None and known[0].startswith("requests."):
            return lacks_timeout(ctx, call, known[1].position) and not session_brings_timeout(ctx, call.func)
    return False

"""Mail, FTP and socket clients of the standard library opened without a timeout.

## Why it is bad
Without `timeout` these clients use the socket default, which is to wait for ever. A peer that accepts the connection
and then says nothing holds the worker until somebody restarts it.

## Example
```python
import smtplib

with smtplib.SMTP("mail.example.com") as server:
    server.noop()
```

## Use instead
```python
import smtplib

with smtplib.SMTP("mail.example.com", timeout=10) as server:
    server.noop()
```

Quiet when the file calls `socket.setdefaulttimeout(...)`, which these clients obey, when `**kwargs` may hold the
timeout, and when the client gets it later (`ftp.connect(host, port, timeout=5)`, `connection.timeout = 5`,
`sock.settimeout(5)`). A subclass in the file counts as its base when it changes neither construction nor connecting.
`extra-calls` names more callables that take `timeout=`, `ignore-calls` takes some away.

## Fix safety
Unsafe, because a peer that is slower than the new timeout now fails; safe when the project has set
`[tool.relint.sanctioned] timeout`. `xmlrpc.client.ServerProxy` has no such parameter and gets no fix; nor does a
`socket.create_connection` whose socket leaves the block that opens it, since the timeout stays on it.

## References
- https://docs.python.org/3/library/smtplib.html#smtplib.SMTP
- https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.sockets import ALIASES, TIMEOUT_POSITION, WITHOUT_PARAMETER
from relint.model import Finding, Rule
from relint.queries.origins import callable_names
from relint.queries.sockets import is_bounded_later
from relint.queries.timeouts import lacks_timeout, socket_default_is_set

rule = Rule(
    code="REL102",
    imports=("smtplib", "ftplib", "imaplib", "poplib", "telnetlib", "nntplib", "http", "socket", "xmlrpc",
             "http_client", "xmlrpc_client", "imap_tools", "websocket"),
    words=(
        "SMTP", "SMTP_SSL", "LMTP", "FTP", "FTP_TLS", "IMAP4", "IMAP4_SSL", "POP3", "POP3_SSL", "Telnet", "NNTP",
        "NNTP_SSL", "HTTPConnection", "HTTPSConnection", "create_connection", "ServerProxy",
        "MailBox", "MailBoxUnencrypted", "MailBoxStartTls",
    ),
    fix="unsafe",
    options={"extra-calls": [], "ignore-calls": []},
)  # fmt: skip


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = _client(ctx, node)
    if name is None or socket_default_is_set(ctx) or not lacks_timeout(ctx, node, TIMEOUT_POSITION.get(name)):
        return
    if name in WITHOUT_PARAMETER:
        if ctx.argument(node, "transport", 1) is None:
            yield rule.finding(
                node, f"`{name}` has no timeout: give it a transport whose connection has one", data=name
            )
        return
    if not is_bounded_later(ctx, node):
        message = f"`{name}` has no timeout: a peer that stops answering holds this worker for good"
        yield rule.finding(node, message, data=name)


def _client(ctx: Context, call: cst.Call) -> str | None:
    """The dotted name of the client that a call makes; the base of a subclass in the file that changes nothing."""
    for name in callable_names(ctx, call.func) or (_plain_subclass(ctx, call.func),):
        for prefix, known in ALIASES.items():
            if name.startswith(prefix):
                name = known + name[len(prefix) :]
        if name in ctx.option("ignore-calls"):
            return None
        if name in TIMEOUT_POSITION or name in ctx.option("extra-calls"):
            return name
    return None


def _plain_subclass(ctx: Context, function: cst.BaseExpression) -> str:
    cls = ctx.class_def(function)
    if cls is None:
        return ""
    own = {name for ancestor in ctx.names.ancestry(cls) for name in ctx.names.body_scope(ancestor).bindings}
    return "" if own & {"__init__", "__new__", "connect", "timeout"} else ctx.base_of(cls) or ""

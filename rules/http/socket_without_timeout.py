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

Quiet when the file calls `socket.setdefaulttimeout(...)`, which these clients obey, and when `**kwargs` may hold the
timeout. `extra-calls` names more callables that take `timeout=`, `ignore-calls` takes some away.

## Fix safety
Unsafe, because a peer that is slower than the new timeout now fails; safe when the project has set
`[tool.relint.sanctioned] timeout`. `xmlrpc.client.ServerProxy` has no such parameter and gets no fix.

## References
- https://docs.python.org/3/library/smtplib.html#smtplib.SMTP
- https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.sockets import TIMEOUT_POSITION, WITHOUT_PARAMETER
from relint.model import Finding, Rule
from relint.queries.timeouts import lacks_timeout, socket_default_is_set

rule = Rule(
    code="REL102",
    imports=("smtplib", "ftplib", "imaplib", "poplib", "telnetlib", "nntplib", "http", "socket", "xmlrpc"),
    words=(
        "SMTP", "SMTP_SSL", "LMTP", "FTP", "FTP_TLS", "IMAP4", "IMAP4_SSL", "POP3", "POP3_SSL", "Telnet", "NNTP",
        "NNTP_SSL", "HTTPConnection", "HTTPSConnection", "create_connection", "ServerProxy",
    ),
    context_words=("setdefaulttimeout", "settimeout"),
    fix="unsafe",
    options={"extra-calls": [], "ignore-calls": []},
)  # fmt: skip


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name is None or name in ctx.option("ignore-calls"):
        return
    if name not in TIMEOUT_POSITION and name not in ctx.option("extra-calls"):
        return
    if socket_default_is_set(ctx) or not lacks_timeout(ctx, node, TIMEOUT_POSITION.get(name)):
        return
    if name in WITHOUT_PARAMETER:
        if ctx.argument(node, "transport", 1) is None:
            yield rule.finding(node, f"`{name}` has no timeout: give it a transport whose connection has one")
        return
    yield rule.finding(node, f"`{name}` has no timeout: a peer that stops answering holds this worker for good")

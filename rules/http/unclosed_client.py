"""HTTP clients and responses that are not closed when something fails.

## Why it is bad
A client holds a pool of connections, a response that is read bit by bit holds one of them, until it is closed. What
only a line at the end of the function closes stays open after every error; under load, when errors are many, the
process runs out of file descriptors and the peer out of connections, and nothing in the code that fails then is wrong.

## Example
```python
import httpx


def fetch(urls):
    client = httpx.Client(timeout=10)
    pages = [client.get(url).text for url in urls]
    client.close()
    return pages
```

## Use instead
```python
import httpx


def fetch(urls):
    with httpx.Client(timeout=10) as client:
        return [client.get(url).text for url in urls]
```

Found: `aiohttp.ClientSession`, `httpx.Client`, `httpx.AsyncClient`, `requests` with `stream=True` and
`urllib.request.urlopen`, bound to a local that is closed nowhere, or only when nothing before that fails. Quiet when
somebody else may close it (returned, kept, passed on, used in a nested function), when a `with` or a `finally` closes
it, and when a response is read to its end before anything can go wrong.

## Fix safety
Unsafe: the client is now closed at the last line that uses it in its block. `with` (or `async with`) goes around those
lines, and a `close()` at their end goes away. No fix where it is used outside the block that opens it, or where an
asynchronous client is opened in a plain `def`.

## References
- https://docs.aiohttp.org/en/stable/client_quickstart.html#make-a-request
- https://www.python-httpx.org/advanced/clients/#usage
- https://requests.readthedocs.io/en/latest/user/advanced/#body-content-workflow
- https://docs.python.org/3/library/urllib.request.html#urllib.request.urlopen
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.closing import http_client, left_open

rule = Rule(
    code="REL106",
    imports=("aiohttp", "httpx", "requests", "urllib", "six"),
    words=("ClientSession", "Client", "AsyncClient", "stream", "urlopen"),
    near=("client or stream", "client, or streamed answer"),
    fix="unsafe",
    shared=True,
)


@rule.on(cst.Assign)
def check(node: cst.Assign, ctx: Context) -> Iterator[Finding]:
    opened = left_open(ctx, node, http_client)
    if opened is None:
        return
    when = "not closed when something fails before `close`" if opened.closed_late else "never closed"
    yield rule.finding(
        opened.call,
        f"`{opened.name}` is {when}: its connection stays open, and the process runs out of them",
        data=opened,
    )

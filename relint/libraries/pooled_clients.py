"""Clients that are made to be kept: each holds a pool of connections, or costs much to build.

Sources: https://www.python-httpx.org/advanced/clients/#why-use-a-client,
https://docs.aiohttp.org/en/stable/client_quickstart.html#make-a-request ("don't create a session per request"),
https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
(clients are thread safe, and each parses the service's description anew),
https://redis.readthedocs.io/en/stable/connections.html (a client holds a pool),
https://docs.sqlalchemy.org/en/20/core/connections.html#basic-usage ("held globally for the lifetime of a process").
"""

from __future__ import annotations

from relint.libraries.data_stores import store
from relint.libraries.engines import ENGINES

_SHARED = frozenset({"boto3.client", "boto3.resource"}) | ENGINES
_HTTP = frozenset({"httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "aiohttp.client.ClientSession"})


def pooled_client(dotted: str) -> str | None:
    """The name that a callable is known by when it builds a client with a pool of its own; None for all others."""
    if dotted in _SHARED or dotted in _HTTP:
        return dotted
    known = store(dotted)
    if known is not None and known[0].startswith(("redis.", "aioredis.")) and "Pool" not in known[0]:
        return known[0]
    return None


def may_be_shared(name: str) -> bool:
    """Whether one client may serve all threads of a process: those of HTTP libraries may be bound to an event loop."""
    return name.startswith("redis.Redis") or (name in _SHARED and name != "boto3.resource" and "async" not in name)

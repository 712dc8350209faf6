"""HTTP clients: which calls wait for a peer, what bounds them, and where the timeout goes.

Sources, read in the libraries' own code: requests 2.34 (`Session.request` has `timeout=None`, and the adapters wait for
ever on it), urllib3 2.8 (`PoolManager` waits for the socket default; `urllib3.request` has 3 s), CPython 3.11
`urllib.request`, httpx 0.28 (5 s, on the client; an explicit None waits for ever), aiohttp 3.14 (300 s on the session;
`timeout=None` on a request is `ClientTimeout(total=None)`).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

VERBS = ("get", "options", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Waiting:
    """How one callable waits for its peer.

    `position`: where `timeout` stands among the positional arguments, None when it goes by keyword only.
    `bounded`: there is a default, so only an explicit None waits for ever.
    `socket_default`: `socket.setdefaulttimeout` bounds it.
    `client`: the timeout may have been given to the client it is a method of.
    `parameter`: whether there is a `timeout` to give at all.
    """

    position: int | None = None
    bounded: bool = False
    socket_default: bool = False
    client: bool = False
    parameter: bool = True


_REQUESTS = Waiting()
_URLLIB3 = Waiting(socket_default=True, client=True)
_BOUNDED = Waiting(bounded=True)

WAITING: dict[str, Waiting] = {
    **{f"requests.{verb}": _REQUESTS for verb in (*VERBS, "request")},
    **{f"requests.api.{verb}": _REQUESTS for verb in (*VERBS, "request")},
    **{f"requests.Session.{verb}": _REQUESTS for verb in (*VERBS, "send")},
    "requests.Session.request": Waiting(position=8),
    "requests.Session.fetch_token": _REQUESTS,  # requests_oauthlib and authlib sessions
    "requests.Session.refresh_token": _REQUESTS,
    "urllib.request.urlopen": Waiting(position=2, socket_default=True),
    "urllib.request.OpenerDirector.open": Waiting(position=2, socket_default=True),
    "urllib.request.urlretrieve": Waiting(socket_default=True, parameter=False),
    **{
        f"urllib3.{pool}.{method}": _URLLIB3
        for pool in ("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool")
        for method in ("request", "urlopen", "request_encode_url", "request_encode_body")
    },
    "urllib3.request": _BOUNDED,
    **{f"httpx.{function}": _BOUNDED for function in (*VERBS, "request", "stream", "Client", "AsyncClient")},
    **{
        f"httpx.{client}.{method}": _BOUNDED
        for client in ("Client", "AsyncClient")
        for method in (*VERBS, "request", "stream", "build_request")
    },
    **{f"aiohttp.ClientSession.{method}": _BOUNDED for method in (*VERBS, "request")},
    "aiohttp.request": _BOUNDED,
}
"""Dotted callable -> how it waits."""

ALIASES: dict[str, str] = {
    "six.moves.urllib.request.": "urllib.request.",
    "eventlet.green.urllib.request.": "urllib.request.",
    "urllib2.": "urllib.request.",  # what `except ImportError` falls back to
    "urllib.urlopen": "urllib.request.urlopen",
    "urllib.urlretrieve": "urllib.request.urlretrieve",
    "aiohttp.client.": "aiohttp.",
    "urllib3.poolmanager.": "urllib3.",
    "urllib3.connectionpool.": "urllib3.",
}
"""Prefix of a dotted name -> the prefix that the tables know it by."""

PASSES_ON: dict[str, tuple[int, bool]] = {
    "to_thread": (0, True),
    "submit": (0, True),
    "partial": (0, True),
    "run_in_threadpool": (0, True),
    "deferToThread": (0, True),
    "run_in_executor": (1, False),
    "run_sync": (0, False),
    "async_add_executor_job": (0, False),
    "map": (0, False),
    "imap": (0, False),
    "imap_unordered": (0, False),
}
"""Last name of a callable that calls one of its arguments -> position of that argument, and whether it passes
keyword arguments on."""

PLAIN_ADAPTERS: frozenset[str] = frozenset(
    {
        "requests.adapters.HTTPAdapter",
        "requests.adapters.BaseAdapter",
        "requests_toolbelt.adapters.ssl.SSLAdapter",
        "requests_toolbelt.adapters.source.SourceAddressAdapter",
        "requests_toolbelt.adapters.socket_options.TCPKeepAliveAdapter",
        "requests_toolbelt.adapters.host_header_ssl.HostHeaderSSLAdapter",
        "requests_toolbelt.SSLAdapter",
        "requests_toolbelt.SourceAddressAdapter",
        "requests_file.FileAdapter",
        "cachecontrol.CacheControlAdapter",
    }
)
"""Transport adapters of libraries that bring no timeout of their own."""

HTTP_ADAPTERS: frozenset[str] = frozenset({"requests.adapters.HTTPAdapter", "requests.adapters.BaseAdapter"})
"""Classes from which an adapter with a default timeout is made."""


def waiting(name: str) -> tuple[str, Waiting] | None:
    """The name the table knows a dotted callable by, and how it waits; None when it is in no table."""
    for prefix, known in ALIASES.items():
        if name.startswith(prefix):
            name = known + name[len(prefix) :]
    found = WAITING.get(name)
    return (name, found) if found is not None else None


NO_CLIENTS: frozenset[str] = (frozenset(sys.stdlib_module_names) | {"requests"}) - {
    *("ftplib", "imaplib", "nntplib", "poplib", "smtplib", "ssl", "telnetlib", "xmlrpc", "asyncio", "multiprocessing"),
}
"""Top-level modules that bring no client which waits on a socket, except those that share a name with one."""

"""What holds a connection until it is closed: HTTP clients with a pool, and responses that are read bit by bit.

Sources, read in the libraries' own code: aiohttp 3.14 (`ClientSession.__del__` only warns), httpx 0.28 (`Client` has no
finalizer for its pool), requests 2.34 (with `stream=True` a connection is released when the body was read to its end,
or by `close()`), CPython 3.11 `http.client` (a response closes its connection when it was read to its end).
"""

from __future__ import annotations

from dataclasses import dataclass

from relint.libraries.http import VERBS


@dataclass(frozen=True)
class Closable:
    """How something is closed. `reads_to_end` says that reading it to its end closes it too."""

    closes: tuple[str, ...] = ("close",)
    asynchronous: bool = False
    reads_to_end: bool = False
    if_streamed: bool = False


_STREAMED = Closable(reads_to_end=True, if_streamed=True)

CLOSABLE: dict[str, Closable] = {
    "aiohttp.ClientSession": Closable(asynchronous=True),
    "aiohttp.client.ClientSession": Closable(asynchronous=True),
    "httpx.Client": Closable(),
    "httpx.AsyncClient": Closable(closes=("aclose",), asynchronous=True),
    "urllib.request.urlopen": Closable(reads_to_end=True),
    "six.moves.urllib.request.urlopen": Closable(reads_to_end=True),
    **{f"requests.{verb}": _STREAMED for verb in (*VERBS, "request")},
    **{f"requests.Session.{verb}": _STREAMED for verb in (*VERBS, "request", "send")},
}
"""Dotted callable -> how what it returns is closed. Those `if_streamed` only with `stream=True`."""

READS_ALL: frozenset[str] = frozenset({"content", "text", "json", "raw", "readlines"})
"""Attributes and methods of a response that read it to its end, or hand its body to someone who does."""

READS_BITS: frozenset[str] = frozenset({"iter_content", "iter_lines"})
"""Methods of a response that a `for` reads to its end."""

LENT: frozenset[str] = frozenset({"use_span", "getattr", "isinstance", "str", "repr", "id"})
"""Functions that keep nothing of what they are given."""

SPAN = Closable(closes=("end",))
"""A span of OpenTelemetry: exported when it ends, and never before.
Source: https://opentelemetry.io/docs/specs/otel/trace/api/#end."""

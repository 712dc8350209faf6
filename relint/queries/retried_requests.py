"""Is what a retry does again known to be asked of another host?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.network_errors import NAMES, is_network_error
from relint.names import last_name
from relint.queries.handlers import Handler, caught, caught_words
from relint.queries.lasting import SERVING
from relint.queries.requests_sent import request_of
from relint.queries.retries import Failure, Retry

_REQUESTING = re.compile(r"request|fetch|send|call_api", re.IGNORECASE)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})


def asks_another_host(ctx: Context, retry: Retry, failure: Failure) -> bool:
    """Whether a hand-written retry asks another host again after a failure.

    The error that is caught says so (`except requests.ConnectionError`), or the attempt sends a request through the
    client of a library, or with the name of an HTTP method, itself or in a function of the file. What cannot be
    resolved does not count, nor does what opens a port of this host.
    """
    node = failure.node
    if isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
        attempt = ctx.parent(node)
        assert isinstance(attempt, cst.Try | cst.TryStar)
        if _catches_a_network_error(ctx, node):
            return not any(last_name(call.func) in SERVING for call in _calls(ctx, attempt.body))
        node = attempt.body
    else:
        node = retry.node
    return any(request_of(ctx, call) is not None or _names_a_method(ctx, call) for call in _calls(ctx, node))


def _catches_a_network_error(ctx: Context, handler: Handler) -> bool:
    if not NAMES.isdisjoint(caught_words(ctx, handler)):
        return True
    return any(name is not None and is_network_error(name) for name in caught(ctx, handler))


def _names_a_method(ctx: Context, call: cst.Call) -> bool:
    """`send_raw_request(client, "GET", url)`: a request through whatever that is."""
    if not _REQUESTING.search(last_name(call.func)):
        return False
    return any(
        str(ctx.literal(arg.value)).upper() in _METHODS for arg in call.args if isinstance(arg.value, cst.SimpleString)
    )


def _calls(ctx: Context, node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls in a node, and those in the functions of the file that they call."""
    for call in ctx.walk(node, cst.Call):
        yield call
        if (function := ctx.function_def(call.func)) is not None:
            yield from ctx.walk(function.body, cst.Call)

"""Is what a retry does again known to be asked of another host?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, elsewhere
from relint.libraries.network_errors import CONSTANT, METHODS, NAMES, REMOTE_METHODS, is_network_error, is_of_a_service
from relint.names import last_name
from relint.queries.handlers import Handler, caught, caught_words, classes_in
from relint.queries.lasting import SERVING
from relint.queries.requests_sent import request_of
from relint.queries.retries import Failure, Retry
from relint.queries.retry_words import is_quick

_REQUESTING = re.compile(r"request|fetch|send|call_api", re.IGNORECASE)


def asks_another_host(ctx: Context, retry: Retry, failure: Failure) -> bool:
    """Whether a hand-written retry asks another host again after a failure.

    The error that is caught says so (`except requests.ConnectionError`), or the attempt sends a request through the
    client of a library, or with the name of an HTTP method or of a method that only such clients have, itself or in a
    function of the file. What cannot be resolved does not count, nor does what opens a port of this host.
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
    return any(_is_request(ctx, call) for call in _calls(ctx, node))


def _is_request(ctx: Context, call: cst.Call) -> bool:
    if request_of(ctx, call) is not None or _names_a_method(ctx, call):
        return True
    return isinstance(call.func, cst.Attribute) and _asks_a_service(ctx, call.func)


def _asks_a_service(ctx: Context, method: cst.Attribute) -> bool:
    """Whether it is a method of the client of a service, `client.chat.completions.create`, or has such a name."""
    if REMOTE_METHODS.match(method.attr.value):
        return True
    owner = method.value
    while (cls := ctx.instance_of(owner)) is None and isinstance(owner, cst.Attribute):
        owner = owner.value
    return cls is not None and is_of_a_service(cls)


def _catches_a_network_error(ctx: Context, handler: Handler) -> bool:
    if not NAMES.isdisjoint(caught_words(ctx, handler)):
        return True
    if any(name is not None and is_network_error(name) for name in caught(ctx, handler)):
        return True
    classes = classes_in(ctx, handler.type) if handler.type is not None else []
    kept = (cls for cls in classes if CONSTANT.fullmatch(last_name(cls)))
    return any(ask(ctx, elsewhere(ctx, cls), "network errors", _holds_a_network_error) for cls in kept)


def _holds_a_network_error(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether a tuple of classes that a module of the project keeps has one that is no timeout."""
    names = [ctx.qualname(cls) for cls in classes_in(ctx, expression)]
    return any(name is not None and is_network_error(name) and not is_quick(name.rpartition(".")[2]) for name in names)


def _names_a_method(ctx: Context, call: cst.Call) -> bool:
    """`send_raw_request(client, "GET", url)`: a request through whatever that is."""
    if not _REQUESTING.search(last_name(call.func)):
        return False
    return any(
        str(ctx.literal(arg.value)).upper() in METHODS for arg in call.args if isinstance(arg.value, cst.SimpleString)
    )


def _calls(ctx: Context, node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls in a node, and those in the functions of the file that they call."""
    for call in ctx.walk(node, cst.Call):
        yield call
        if (function := ctx.function_def(call.func)) is not None:
            yield from ctx.walk(function.body, cst.Call)

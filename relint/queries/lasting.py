"""Whether an attempt connects, and is meant to last as long as its connection: then the next one is a reconnect."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.endings import ends_of
from relint.queries.passes import Attempt

_CONNECTING = re.compile(
    r"connect|subscri|consum|listen|stream|socket|channel|session|recv|receive|request|fetch|publish|"
    r"(?<!\w)(get|post|put)$",
    re.IGNORECASE,
)
_LIVING = re.compile(r"connect|subscri|consum|listen|websocket|recv|receive|serve|run_forever", re.IGNORECASE)
_STREAM = re.compile(r"listen|subscri|consum|stream|websocket|iter_lines|aiter", re.IGNORECASE)
_OPENING = re.compile(r"^(?!dis)\w*connect(ion)?$|^_?(connect|open|dial)_|subscribe$|^login$", re.IGNORECASE)
_STAYING = re.compile(
    r"^_?(run|listen|consume|receive|read_loop|serve|loop|main_?loop|idle|join|start_consuming|process_events)$"
    r"|_(for_?ever|loop)$|^(wait|run)_(until|for)_\w*(clos|disconnect|complet|stop)|^wait_closed$",
    re.IGNORECASE,
)
"""Calls that return when the connection is lost."""
_RECEIVING = re.compile(r"recv|receive|read|listen|get_?(message|event|update)|next|poll|consume|handle", re.IGNORECASE)
SERVING = frozenset({"accept", "bind", "create_server", "start_server"})
"""Calls that open a port of this host."""


def connects(ctx: Context, attempt: Attempt) -> bool:
    """Whether it opens or uses a connection: done again and again that is a reconnect, else a daemon."""
    return any(_CONNECTING.search(ctx.source(call.func)) for call in ctx.walk(attempt.body, cst.Call))


def lives_for_ever(ctx: Context, attempt: Attempt) -> bool:
    """Whether it does something that is meant to go on for ever, by its name."""
    return any(_LIVING.search(ctx.source(call.func)) for call in ctx.walk(attempt.body, cst.Call))


def streams(ctx: Context, attempt: Attempt) -> bool:
    """Whether it lasts as long as its connection: `async for event in client.listen()`."""
    return any(_STREAM.search(ctx.source(loop.iter)) for loop in ctx.walk(attempt.body, cst.For))


def holds_a_connection(ctx: Context, attempt: Attempt) -> bool:
    """Whether a function of the file that it calls or hands on connects, and then loops for as long as that lasts."""
    functions = (ctx.function_def(node) for node in ctx.walk(attempt.body, cst.Name, cst.Attribute))
    return any(_loops_on_a_connection(ctx, function.body) for function in functions if function is not None)


def _loops_on_a_connection(ctx: Context, body: cst.CSTNode) -> bool:
    words = list(_called_in(ctx, body))
    loops = any(True for _ in ctx.walk(body, cst.While, cst.For))
    return loops and any(map(_LIVING.search, words)) and SERVING.isdisjoint(words)


def stays_connected(ctx: Context, attempt: Attempt) -> bool:
    """Whether it connects and then goes on until that is lost; itself, or a function of the file that it calls.

    `client.connect(); client.run()`, or `while True: handle(pubsub.get_message())`.
    """
    functions = (ctx.function_def(call.func) for call in ctx.walk(attempt.body, cst.Call))
    return any(_stays(ctx, body) for body in (attempt.body, *(f.body for f in functions if f is not None)))


def _stays(ctx: Context, body: cst.CSTNode) -> bool:
    calls = list(ctx.walk(body, cst.Call))
    words = [last_name(call.func) for call in calls]
    opened = next((at for at, word in enumerate(words) if _OPENING.search(word)), None)
    if opened is None or not SERVING.isdisjoint(words):
        return False
    if any(_STAYING.search(words[at]) and not calls[at].args for at in range(opened + 1, len(calls))):
        return True
    return any(_is_fed(ctx, loop) for loop in ctx.walk(body, cst.While, cst.For))


def _is_fed(ctx: Context, loop: cst.CSTNode) -> bool:
    """`async for message in socket`, or a `while True` that receives and that only an error leaves."""
    match loop:
        case cst.For():
            return loop.asynchronous is not None
        case cst.While(test=test, body=body) if ctx.literal(test) in (True, 1):
            return "break" not in ends_of(ctx, body) and any(map(_RECEIVING.search, _called_in(ctx, body)))
    return False


def _called_in(ctx: Context, node: cst.CSTNode) -> Iterator[str]:
    return (last_name(call.func) for call in ctx.walk(node, cst.Call))

"""Does the file show that what goes through a queue comes as fast as others send it?"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import word_list
from relint.queries.queues import Traffic

_STREAMS = frozenset(
    "audio buffer chunk data datagram delta event evt frame inbound incoming line link log message metric msg "
    "notification outbound outgoing packet payload reading record request row sample sentence span tick ticker trace "
    "trade transaction update uri url video".split()
)
"""What others send as fast as they like."""
_SELDOM = frozenset("cmd command commands control finished heartbeat ping pong ready result results shutdown".split())
"""Queues that are called so hold few things."""
_MADE_UP = frozenset("dummy fake mock stub test testing virtual".split())
"""Classes that are called so stand in for others in tests."""


def carries_a_stream(ctx: Context, made: cst.Call, queue: Traffic) -> bool:
    """Whether a queue lives as long as its object or module, a loop takes from it, and what is put in is called data.

    `self.queue.put(message)`, `event_queue.put_nowait(x)`.
    """
    held = _held_by(ctx, made)
    cls = ctx.enclosing(made, cst.ClassDef)
    if cls is not None and not _MADE_UP.isdisjoint(word_list(cls.name.value)):
        return False
    if held is None or not any(_is_taken_in_a_loop(ctx, node) for node in queue.gets):
        return False
    named = word_list(last_name(held))
    if not _SELDOM.isdisjoint(named):
        return False
    return any(map(_is_stream, named)) or any(_is_stream(word) for put in queue.puts for word in _put_words(ctx, put))


def _held_by(ctx: Context, made: cst.Call) -> cst.BaseExpression | None:
    """The attribute or module-level name that a queue is given."""
    for ancestor in ctx.ancestors(made):
        match ancestor:
            case cst.Assign(targets=[cst.AssignTarget(target=target), *_]) | cst.AnnAssign(target=target):
                held = target.value if isinstance(target, cst.Subscript) else target
                if isinstance(held, cst.Attribute):
                    return held
                return held if isinstance(held, cst.Name) and ctx.function_of(made) is None else None
            case cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                return None
    return None


def _is_taken_in_a_loop(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a loop that does more than to empty the queue goes round a `get`."""
    function = ctx.function_of(get)
    loop = ctx.enclosing(get, cst.While, cst.For)
    if loop is None or ctx.function_of(loop) is not function:
        return False
    match loop:
        case cst.While(test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Call(func=asked))):
            return last_name(asked) != "empty"  # `while not queue.empty()`
    return True


def _put_words(ctx: Context, put: cst.CSTNode) -> Iterator[str]:
    """The words of what is put in: of `put(self.pending.message)` and `call_soon_threadsafe(queue.put, message)`."""
    parent = ctx.parent(put)
    call = ctx.parent(parent) if isinstance(parent, cst.Arg) else parent
    for argument in call.args if isinstance(call, cst.Call) else ():
        if argument.value is not put:
            for part in ctx.walk(argument.value, cst.Name, cst.Attribute):
                yield from word_list(last_name(part))


def _is_stream(word: str) -> bool:
    return word in _STREAMS or (word.endswith("s") and word[:-1] in _STREAMS)

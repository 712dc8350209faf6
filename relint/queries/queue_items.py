"""Does what is done with a queue show that what goes through it comes as fast as others send it?"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import word_list
from relint.queries.entry_points import called_from
from relint.queries.queue_growth import ends_when_empty, is_held_back, waits_for_its_item
from relint.queries.queue_sources import (
    comes_from_others,
    given_with,
    is_posted,
    is_received,
    is_sending,
    is_stream,
    sends_on,
)
from relint.queries.queues import Traffic, waits_for_more

_PLAIN = frozenset(
    "args body buf bytes content data dict dto info item json list obj object raw str text tuple".split()
)
"""Last words of names that say nothing of what it is: `event_data` is an event, an `event_type` is none."""
_SELDOM = frozenset(
    "ack acks answer answers cmd command commands control finished heartbeat ping pong ready replies reply resp "
    "response responses result results shutdown startup".split()
)
"""Queues that are called so hold few things."""
_TOLD = frozenset(
    "analytics audit log logger logging logs metric metrics span spans stats telemetry trace tracer traces".split()
)
"""What a program tells of itself, whenever it does something."""
_TO_WAIT_FOR = frozenset("cuda done finish finished load ready start stop store wait".split())
"""A `ready_event` is to be waited for."""
_OF_ONE_ANSWER = frozenset("answer context reply request response result run".split())
"""Classes whose objects, called so, live as long as one answer."""
_MADE_UP = frozenset("dummy fake mock stub test testing virtual".split())
"""Classes that are called so stand in for others in tests."""


@dataclass(frozen=True)
class Use:
    """What one module does with a queue.

    `data`: more than signals is put in. `streams`: that is called something that others send as fast as they like.
    `told`: it is what a program tells of itself. `fed`: it comes as others send it. `posted`: functions put in what
    they are given. `taken`: a loop takes from it. `sent`: to send it on. `lasts`: not all that goes through it are the
    pieces of one answer. `refuses` and `watched` are those of `Traffic`.
    """

    data: bool = False
    streams: bool = False
    told: bool = False
    fed: bool = False
    posted: bool = False
    taken: bool = False
    sent: bool = False
    lasts: bool = False
    refuses: bool = False
    watched: bool = False

    def __or__(self, other: Use) -> Use:
        return Use(*(a or b for a, b in zip(astuple(self), astuple(other), strict=True)))


def use_of(ctx: Context, queue: Traffic) -> Use:
    """What the module at hand does with a queue."""
    puts = [put for put in queue.puts if _puts_data(ctx, put) and not waits_for_its_item(ctx, put)]
    received = any(is_received(ctx, put) for put in puts)
    takes = [
        get
        for get in queue.gets
        if takes_in_a_loop(ctx, get) or _is_taken_by_callers(ctx, get) or (received and _is_for_callers(ctx, get))
    ]
    return Use(
        data=bool(puts),
        streams=any(_names_a_stream(part) for put in puts for part in _parts_put(ctx, put)),
        told=any(_names_what_is_told(part) for put in puts for part in _parts_put(ctx, put)),
        fed=any(comes_from_others(ctx, put) for put in puts),
        posted=any(is_posted(ctx, put) for put in puts),
        taken=bool(takes),
        sent=any(sends_on(ctx, get) for get in takes),
        lasts=received or any(not yields_to_an_end(ctx, get) for get in takes),
        refuses=queue.refuses,
        watched=is_held_back(ctx, queue),
    )


def may_hold_a_stream(ctx: Context, made: cst.Call) -> bool:
    """Whether a queue lives as long as its object or module, and that is neither a stand-in nor made for one answer."""
    held = held_by(ctx, made)
    cls = ctx.enclosing(made, cst.ClassDef)
    words = word_list(cls.name.value) if cls is not None else []
    if held is None or not _MADE_UP.isdisjoint(words) or not _OF_ONE_ANSWER.isdisjoint(words[-1:]):
        return False
    return _SELDOM.isdisjoint(word_list(last_name(held)))


def carries_a_stream(ctx: Context, made: cst.Call, use: Use) -> bool:
    """Whether what goes through a queue is called something that others send, and a loop takes it out.

    `self.queue.put(message)`, `event_queue.put_nowait(x)`. The pieces of one answer end, and are no stream.
    """
    held = held_by(ctx, made)
    named = held is not None and any(map(is_stream, word_list(last_name(held))))
    return use.data and (named or use.streams) and use.taken and use.lasts and not use.watched


def is_fed_by_others(ctx: Context, made: cst.Call, use: Use) -> bool:
    """Whether what goes through a queue comes as fast as others send it, and a loop takes it out.

    It is received or handled, or everybody may send it and the loop sends it on, or it is what the program tells of
    itself (`self.log_queue.put(line)`).
    """
    if not (use.data and use.taken and use.lasts) or use.watched:
        return False
    held = held_by(ctx, made)
    cls = ctx.enclosing(made, cst.ClassDef)
    named = word_list(last_name(held)) if held is not None else []
    kind = word_list(cls.name.value) if cls is not None else []
    named += [*kind[-1:], *(word for word in kind if word != "log")]  # a `LogTailer` brings what others tell
    return use.fed or (use.posted and use.sent) or use.told or not _TOLD.isdisjoint(named)


def handing_out(ctx: Context, get: cst.CSTNode) -> cst.FunctionDef | None:
    """The function that hands the item which it takes to its callers: `return await self.queue.get()`."""
    function = ctx.function_of(get)
    if not isinstance(function, cst.FunctionDef) or ctx.in_loop(get):
        return None
    statement = ctx.statement_of(get)
    taken = {name.value for a in ctx.walk(statement, cst.Assign) for t in a.targets for name in ctx.walk(t, cst.Name)}
    for returned in ctx.walk(function.body, cst.Return):
        if returned in ctx.walk(statement, cst.Return):
            return function
        if returned.value is not None and taken & {name.value for name in ctx.walk(returned.value, cst.Name)}:
            return function
    return None


def _is_taken_by_callers(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a loop of the file calls the function that hands out an item."""
    function = handing_out(ctx, get)
    return function is not None and any(takes_in_a_loop(ctx, call.func) for call in called_from(ctx, function))


def _is_for_callers(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether what is received is handed out to whoever asks, without a word to the other side first."""
    if isinstance(ctx.parent(get), cst.Arg):
        return True  # `Websocket(receive=queue.get)`
    function = handing_out(ctx, get)
    return function is not None and not any(is_sending(ctx, call) for call in ctx.walk(function.body, cst.Call))


def held_by(ctx: Context, made: cst.Call) -> cst.BaseExpression | None:
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


def yields_to_an_end(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a generator takes from a queue in a loop that it leaves itself."""
    function = ctx.function_of(get)
    if not isinstance(function, cst.FunctionDef) or not any(True for _ in ctx.walk(function.body, cst.Yield)):
        return False
    loop = ctx.enclosing(get, cst.While, cst.For)
    if isinstance(loop, cst.While) and any(node is get for node in ctx.walk(loop.test, cst.Attribute)):
        return True  # `while item := await queue.get()`
    return loop is not None and any(True for _ in ctx.walk(loop.body, cst.Break, cst.Return, cst.Raise))


def takes_in_a_loop(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a loop that does more than to empty the queue goes round what takes from it."""
    function = ctx.function_of(get)
    loop = ctx.enclosing(get, cst.While, cst.For)
    if not isinstance(loop, cst.While | cst.For) or ctx.function_of(loop) is not function:
        return False
    match loop:
        case cst.While(test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Call(func=asked))):
            return last_name(asked) != "empty"  # `while not queue.empty()`
        case cst.For(iter=cst.Call(func=cst.Name(value="range"))):
            return False  # what has gathered until then
    return waits_for_more(ctx, get) or not ends_when_empty(ctx, get, loop)


def _parts_put(ctx: Context, put: cst.CSTNode) -> Iterator[cst.Name | cst.Attribute]:
    """The names in what is put in: of `put(self.pending.message)`."""
    for value in given_with(ctx, put):
        parts: Iterator[cst.Name | cst.Attribute] = ctx.walk(value, cst.Name, cst.Attribute)
        yield from (part for part in parts if not _is_aside(ctx, part))


def _is_aside(ctx: Context, part: cst.Name | cst.Attribute) -> bool:
    """Whether a name is not what is put in: `event` of `put(event.id)` (but not of `put(event.data)`), `Kind.END`."""
    if isinstance(part, cst.Attribute) and last_name(part.value)[:1].isupper():
        return True
    match ctx.parent(part):
        case cst.Attribute(attr=attr) if attr is part:
            return True
        case cst.Attribute(attr=cst.Name(value=name)) as attribute:
            called = ctx.parent(attribute)
            return name not in _PLAIN and not (isinstance(called, cst.Call) and called.func is attribute)
    return False


def _puts_data(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether more than constants and classes are put in; `put` itself may be called with anything."""
    if not isinstance(ctx.parent(put), cst.Call):
        return True
    names = map(last_name, _parts_put(ctx, put))
    return any(not name[:1].isupper() for name in names if name not in ("None", "True", "False", "self", "cls"))


def _names_a_stream(part: cst.Name | cst.Attribute) -> bool:
    """`message`, `last_message`, `event_data`; not `event_type`, nor `message.id`."""
    head = _head(part)
    return any(map(is_stream, head[-1:])) and _TO_WAIT_FOR.isdisjoint(head[:-1])


def _names_what_is_told(part: cst.Name | cst.Attribute) -> bool:
    """`log_line`, `self.metrics`; not a class."""
    return not last_name(part)[:1].isupper() and not _TOLD.isdisjoint(_head(part))


def _head(part: cst.Name | cst.Attribute) -> list[str]:
    """The words of a name up to the last one that says what it is."""
    words = word_list(last_name(part))
    while len(words) > 1 and words[-1] in _PLAIN:
        words.pop()
    return words

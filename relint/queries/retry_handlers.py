"""What a handler in a retry loop makes of the failure: whether it looks at the error, and what may leave the loop."""

from __future__ import annotations

import re
from typing import Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.endings import End, ends_of, rest_after
from relint.queries.handlers import Handler, caught_words
from relint.queries.mentions import bound_by, names_in, texts_in
from relint.queries.passes import LOOPS, Attempt, Loop, done_after
from relint.queries.pauses import Pause
from relint.queries.poll_words import is_for_looking_again, says_it_goes_on, says_not_yet
from relint.queries.retry_words import is_harmless, is_not_yet

_EXITS = frozenset({"raise", "return", "break"})
_STOPS = frozenset({"CancelledError", "KeyboardInterrupt", "SystemExit", "GeneratorExit"})
_BOUND = re.compile(
    r"attempt|retr|tries|max|limit|count|deadline|time|elapsed|left|remaining|last|delay|wait|sleep|now|start|budget"
    r"|err|fail",
    re.IGNORECASE,
)
"""What is counted or measured, or is the error itself."""
_TIMED_OUT = re.compile(r"timeout|lock", re.IGNORECASE)
_NUMBER = re.compile(r"\bE[A-Z]{3,}\b|(?<=errno == )2\b")
_INTERRUPTED = frozenset("EINTR EINPROGRESS EADDRINUSE EAGAIN EWOULDBLOCK EACCES EBUSY ENOENT 2".split())
"""Numbers of errors that ask for another call at once, or when this machine is done with something."""
_HANDSHAKE = "SSL_ERROR_WANT_"
"""How TLS asks for another call when more bytes have come."""


def answers_not_yet(ctx: Context, handler: Handler) -> bool:
    """Whether a handler asks the error if it says "not yet", or "interrupted", or tells the log so: then it polls."""
    if any(map(says_not_yet, texts_in(ctx, handler.body))):
        return True
    if _HANDSHAKE in ctx.source(handler.body):
        return True
    tests = [test.test for test in ctx.walk(handler.body, cst.If)]
    numbers = [set(_NUMBER.findall(ctx.source(test))) for test in tests]
    if any(asked and asked <= _INTERRUPTED for asked in numbers):
        return True
    return any(says_it_goes_on(text) for test in tests for text in texts_in(ctx, test))


def polls(ctx: Context, handler: Handler, pauses: Sequence[Pause]) -> bool:
    """Whether a handler waits for what isn't there yet, to look again."""
    names = caught_words(ctx, handler)
    if answers_not_yet(ctx, handler) or (names and all(map(is_not_yet, names))):
        return True
    intervals = [ctx.source(pause.duration) for pause in pauses if pause.duration is not None]
    if any(map(is_for_looking_again, intervals)):
        return True
    looks = any("poll" in interval.lower() for interval in intervals)
    return looks and bool(names) and all(_TIMED_OUT.search(name) for name in names)


def sorts_out(ctx: Context, loop: Loop, attempt: Attempt, handler: Handler) -> bool:
    """Whether the error is looked at, or handed on, and some are let go; here or in a handler before this one."""
    if _is_sorted_before(ctx, attempt, handler) or _looks_at_the_answer(ctx, loop, handler):
        return True
    return _looks_at_the_error(ctx, loop, attempt, handler)


def _looks_at_the_error(ctx: Context, loop: Loop, attempt: Attempt, handler: Handler) -> bool:
    if "save_and_reraise_exception" in ctx.source(handler.body):
        return True  # raises it again, unless told otherwise
    if handler.name is None:
        return False
    parts: list[cst.CSTNode] = [handler.body]
    if "next" in ends_of(ctx, handler.body):
        parts += done_after(ctx, loop, attempt)
    error = {ctx.source(handler.name.name)}
    for assign in ctx.walk(handler.body, cst.Assign):
        if error & set(names_in(ctx, assign.value)):
            error |= bound_by(ctx, assign)
    tests = (test for part in parts for test in ctx.walk(part, cst.If))
    if any(error & set(names_in(ctx, test.test)) and may_leave(ctx, test) for test in tests):
        return True
    calls = (call for part in parts for call in ctx.walk(part, cst.Call))
    handed = (call for call in calls if error & {name for arg in call.args for name in names_in(ctx, arg)})
    return not all(is_harmless(last_name(call.func)) for call in handed)


def _looks_at_the_answer(ctx: Context, loop: Loop, handler: Handler) -> bool:
    """Whether it depends on what the attempt has brought if the loop is left: `if b"busy" not in page: raise`."""
    stepped = {name for node in ctx.walk(loop.body, cst.AugAssign) for name in bound_by(ctx, node)}
    brought = {name for node in ctx.walk(loop.body, cst.Assign) for name in bound_by(ctx, node)} - stepped
    brought = {name for name in brought if not _BOUND.search(name)}
    tests = (test for test in ctx.walk(handler.body, cst.If) if may_leave(ctx, test))
    return any(brought & set(names_in(ctx, test.test)) for test in tests)


def _is_sorted_before(ctx: Context, attempt: Attempt, handler: Handler) -> bool:
    """Whether a handler before lets some errors go; requests to stop are no errors."""
    for before in attempt.handlers:
        if before is handler:
            return False
        if ends_of(ctx, before.body) == {"raise"} and not caught_words(ctx, before) <= _STOPS:
            return True
    return False


def learns(ctx: Context, handler: Handler) -> bool:
    """Whether a handler notes what failed, for the next attempt to do without: `missing += (error.name,)`."""
    if handler.name is None:
        return False
    error = ctx.source(handler.name.name)
    noted: set[str] = set()
    for node in ctx.walk(handler.body, cst.AugAssign):
        if error in names_in(ctx, node.value):
            noted |= bound_by(ctx, node)
    return any(noted & set(names_in(ctx, test.test)) for test in ctx.walk(handler.body, cst.If))


def once_more(ctx: Context, handler: Handler) -> bool:
    """Whether a handler allows one more attempt: `if retried: raise`, `retried = True`."""
    noted = {name for node in ctx.walk(handler.body, cst.Assign, cst.AugAssign) for name in bound_by(ctx, node)}
    tests = ctx.walk(handler.body, cst.If)
    return any(
        isinstance(test.test, cst.Name) and test.test.value in noted and ends_of(ctx, test.body) <= _EXITS
        for test in tests
    )


def may_leave(ctx: Context, test: cst.If) -> bool:
    """Whether an `if` decides between leaving the loop and going round."""
    return bool(_EXITS & set(_ways(ctx, test)))


def _ways(ctx: Context, test: cst.If) -> Iterator[End]:
    inside = ends_of(ctx, test.body)
    yield from inside
    if "continue" in inside:
        yield from _ends_without(ctx, test)
    if isinstance(test.orelse, cst.Else):
        yield from ends_of(ctx, test.orelse.body)


def _ends_without(ctx: Context, test: cst.If) -> frozenset[End]:
    """How it goes on where a test does not hold, after the tests around it as well, up to the handler or the loop."""
    ends = ends_of(ctx, rest_after(ctx, test))
    for ancestor in ctx.ancestors(test):
        if "next" not in ends or isinstance(ancestor, (*LOOPS, cst.ExceptHandler, cst.ExceptStarHandler)):
            break
        if isinstance(ancestor, cst.If | cst.With):
            ends = (ends - {"next"}) | ends_of(ctx, rest_after(ctx, ancestor))
    return ends

"""Whether anything bounds the attempts of a loop."""

from __future__ import annotations

import re
from typing import Iterable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import last_name
from relint.queries.attempts import after_success, has_flag_of_success, tries_another
from relint.queries.handlers import caught_words
from relint.queries.lasting import lives_for_ever
from relint.queries.mentions import names_in, nodes_in
from relint.queries.passes import Loop, attempts_in, done_after
from relint.queries.retries import Failure
from relint.queries.retry_handlers import may_leave

_OPTIMISTIC = re.compile(
    r"watch|stale|conflict|integrity|duplicate|exist|concurren|race|lock|serializ|version", re.IGNORECASE
)
_DECIDING = re.compile(r"retr|attempt|check|handle|raise|abort|fail|limit|give_?up|backoff|next", re.IGNORECASE)
_TIME_LIMIT = re.compile(r"timeout|deadline|fail_after|move_on", re.IGNORECASE)
_TIME = re.compile(r"time|now|deadline|elapsed|timeout|until|clock|expire", re.IGNORECASE)


def is_endless(ctx: Context, loop: Loop, failures: Iterable[Failure]) -> bool:
    """Whether nothing bounds the attempts, and what is attempted is to be done once."""
    if not _goes_on(ctx, loop) or any(_TIME_LIMIT.search(ctx.source(item.item)) for item in _managers(ctx, loop)):
        return False
    attempts = attempts_in(loop)
    if any(after_success(ctx, loop, a)[1] or tries_another(ctx, loop, a) for a in attempts):
        return False
    if any(failure.delay is Delay.UNKNOWN or _is_optimistic(ctx, failure) for failure in failures):
        return False
    return not any(lives_for_ever(ctx, a) for a in attempts) and not any(True for _ in _bounds(ctx, loop))


def _goes_on(ctx: Context, loop: Loop) -> bool:
    """Whether the loop's own condition never ends it without a success."""
    if isinstance(loop, cst.For):
        return isinstance(loop.iter, cst.Call) and ctx.callee(loop.iter) == "itertools.count"
    return ctx.literal(loop.test) in (True, 1) or _asks_success_only(ctx, loop)


def _asks_success_only(ctx: Context, loop: cst.While) -> bool:
    """`while not done`, and nothing else (`and time.time() < deadline`) besides."""
    compound = any(True for _ in ctx.walk(loop.test, cst.Call, cst.BooleanOperation))
    return not compound and has_flag_of_success(ctx, loop)


def _managers(ctx: Context, loop: Loop) -> Iterator[cst.WithItem]:
    """The context managers around the loop and in it."""
    around = [a for a in ctx.ancestors(loop) if isinstance(a, cst.With)]
    for block in (*around, *ctx.walk(loop.body, cst.With)):
        yield from block.items


def _is_optimistic(ctx: Context, failure: Failure) -> bool:
    """Whether somebody else was first, which does not happen for ever: a lock, a version, a unique key."""
    if not isinstance(failure.node, cst.ExceptHandler | cst.ExceptStarHandler):
        return False
    names = caught_words(ctx, failure.node)
    return bool(names) and all(_OPTIMISTIC.search(name) for name in names)


def _bounds(ctx: Context, loop: Loop) -> Iterator[cst.CSTNode]:
    """What may end the attempts besides success: an exit that hangs on more than the error itself."""
    attempts = attempts_in(loop)
    handlers = [handler for attempt in attempts for handler in attempt.handlers]
    bodies = {node for attempt in attempts for node in nodes_in(attempt.body)}
    errors = {ctx.source(handler.name.name) for handler in handlers if handler.name is not None}
    stepped = {name for node in ctx.walk(loop.body, cst.AugAssign) for name in names_in(ctx, node.target)}
    for test in ctx.walk(loop.body, cst.If):
        if not may_leave(ctx, test):
            continue
        asked = set(names_in(ctx, test.test))
        if test in bodies and not asked & stepped and not any(_TIME.search(name) for name in asked):
            continue
        if any(_may_change(ctx, name, test) for name in asked - errors):
            yield test
    after = [part for attempt in attempts for part in done_after(ctx, loop, attempt)]
    for part in (*(handler.body for handler in handlers), *after):
        yield from (call for call in ctx.walk(part, cst.Call) if _may_raise(ctx, call))
    if not _yields_to_wait(ctx, loop):
        yield from ctx.walk(loop.body, cst.Yield)


def _may_raise(ctx: Context, call: cst.Call) -> bool:
    """Whether a function that is called after a failure may raise: it is handed the error, or counts it."""
    function = ctx.function_def(call.func)
    if _DECIDING.search(last_name(call.func)):
        return True
    if function is not None:
        return any(True for _ in ctx.walk(function.body, cst.Nonlocal))
    match call.func:
        case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
            return name.strip("_") in ("wait", "sleep")  # out of sight
    return False


def _may_change(ctx: Context, name: str, at: cst.CSTNode) -> bool:
    """Whether a name is no constant of the module: a variable of a function, or an attribute of `self`."""
    found = ctx.names.find_text(name, ctx.names.scope_of(at))
    return name.startswith(("self.", "cls.")) or (found is not None and found[0] is not ctx.names.module)


def _yields_to_wait(ctx: Context, loop: cst.CSTNode) -> bool:
    """Whether `yield` means `await` here: Twisted's inlineCallbacks."""
    function = ctx.function_of(loop)
    names = [name or "" for name, _ in ctx.decorators(function)] if isinstance(function, cst.FunctionDef) else []
    return any(name.endswith(("inlineCallbacks", "gen.coroutine")) for name in names)

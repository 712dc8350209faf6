"""Does a coroutine go on after a cancellation, though nothing shows that its author thought of one?"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import is_none
from relint.queries.cancellations_caught import CANCELLED, cancellations
from relint.queries.cancellations_meant import is_word_to_stop
from relint.queries.endings import ends_of, rest_after
from relint.queries.handlers import Handler
from relint.queries.task_ends import is_gone_on_from

_GOES_ON = frozenset({"next", "continue"})


def is_lost(ctx: Context, handler: Handler) -> bool:
    """Whether a swallowed cancellation is lost: a handler of everything goes on, or its loop does.

    A handler that names the cancellation is one of which somebody thought, unless it stays in a loop that nothing else
    ends; with `KeyboardInterrupt` it is for who sits at the keyboard. After a handler of everything there must be more
    to wait for, or somebody who is told a value. A task that is awaited by its name may have been cancelled itself, and
    `x.wait_for(y)` may be that of another event loop.
    """
    attempt = ctx.parent(handler)
    function = ctx.function_of(handler)
    if not isinstance(attempt, cst.Try | cst.TryStar) or not isinstance(function, cst.FunctionDef):
        return False
    loop = ctx.enclosing(handler, cst.While, cst.For, cst.FunctionDef)
    if not _asks_others(ctx, attempt.body) or (isinstance(loop, cst.While) and _is_told_to_stop(ctx, loop)):
        return False
    if (named := cancellations(ctx, handler)) & CANCELLED:
        return loop is not function and "builtins.KeyboardInterrupt" not in named and _stays(ctx, handler, attempt)
    return _waits_again(ctx, handler, function) or _gives_a_value(ctx, function) or is_gone_on_from(ctx, function)


def _stays(ctx: Context, handler: Handler, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether a handler, and what follows its `try`, stays in the loop."""
    ends = ends_of(ctx, handler.body)
    return ends <= _GOES_ON and ("continue" in ends or bool(ends_of(ctx, rest_after(ctx, attempt)) & _GOES_ON))


def _is_told_to_stop(ctx: Context, loop: cst.While) -> bool:
    """`while self.running`, `if event.is_set(): break`: who stops it does not rely on the cancellation alone."""
    if ctx.literal(loop.test) not in (True, 1):
        return True
    return any(
        is_word_to_stop(ctx, branch.test) and not ends_of(ctx, branch.body) <= _GOES_ON
        for branch in ctx.walk(loop.body, cst.If)
    )


def _asks_others(ctx: Context, block: cst.BaseSuite) -> bool:
    """Whether a block awaits a call, or goes over or enters something asynchronous."""
    for wait in ctx.walk(block, cst.Await):
        match wait.expression:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="wait_for"))) as call:
                if ctx.callee(call) == "asyncio.wait_for":
                    return True
            case cst.Call():
                return True
    blocks: Iterator[cst.For | cst.With] = ctx.walk(block, cst.For, cst.With)
    return any(each.asynchronous is not None for each in blocks)


def _waits_again(ctx: Context, handler: Handler, function: cst.FunctionDef) -> bool:
    """Whether a coroutine awaits anything after a handler, in the next pass of a loop if there is one."""
    ends = ends_of(ctx, handler.body)
    if ends <= {"return"}:
        return False
    if ctx.in_loop(handler) and ends & _GOES_ON:
        return True
    end = ctx.range(handler)[1]
    return any(ctx.range(wait)[0] > end for wait in ctx.walk(function.body, cst.Await))


def _gives_a_value(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function returns a value, so that its caller goes on with one."""
    return any(
        returned.value is not None and not is_none(returned.value) for returned in ctx.walk(function.body, cst.Return)
    )

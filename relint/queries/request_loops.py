"""Requests that a loop sends for each of its items, as fast as it goes round."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.limits import (
    has_limited_client,
    holds_limit,
    is_limited_elsewhere,
    is_limited_function,
    limits_itself,
    mentions_limiter,
)
from relint.queries.loops import Loop, loops_around
from relint.queries.outside import repeats_from_outside
from relint.queries.requests_sent import request_of

_THROTTLED = re.compile(
    r"(?i)rate.?limit|ratelimit|throttl|retry.?after|\b429\b|too.?many|limiter|semaphore|leaky|token.?bucket|backoff"
)
"""What speaks of a limit somewhere in the file: a library's name, a header, the status by which a peer asks for one."""


@dataclass(frozen=True, eq=False)
class RequestLoop:
    """`sent` calls `request`, or is it, for each item of `loop`."""

    request: str
    sent: cst.Call
    loop: Loop


def request_loop(ctx: Context, loop: Loop) -> RequestLoop | None:
    """The first request that a loop sends for each item, when data says how many there are and nothing slows it."""
    if _THROTTLED.search(ctx.text) or _ends_early(ctx, loop) or not repeats_from_outside(ctx, loop):
        return None
    for call in ctx.walk(loop.body if isinstance(loop, cst.For) else ctx.parent(loop) or loop, cst.Call):
        if _repeated_by(ctx, call) is loop and (request := _sent_by(ctx, call)) is not None:
            if _differs(ctx, call, loop) and not _is_held_back(ctx, call, loop):
                return RequestLoop(request, call, loop)
    return None


def _repeated_by(ctx: Context, call: cst.Call) -> Loop | None:
    return next((loop for loop in loops_around(ctx, call) if repeats_from_outside(ctx, loop)), None)


def _sent_by(ctx: Context, call: cst.Call) -> str | None:
    """The name of the request that a call is, or that the function of the file which it calls sends each time."""
    if (request := request_of(ctx, call)) is not None:
        return request
    function = ctx.function_def(call.func)
    if function is None or is_limited_function(ctx, function):
        return None
    calls = (inner for inner in ctx.walk(function.body, cst.Call) if not ctx.in_loop(inner))
    return next((request for inner in calls if (request := request_of(ctx, inner)) is not None), None)


def _differs(ctx: Context, call: cst.Call, loop: Loop) -> bool:
    """Whether an item has a part in the request, so that each pass sends one of its own."""
    body = loop.body if isinstance(loop, cst.For) else loop
    names = [*ctx.walk(loop.target, cst.Name), *ctx.walk(body, cst.Name)]
    bound = {name.value for name in names if ctx.names.is_store(name)}
    return any(name.value in bound for name in ctx.walk(call, cst.Name))


def _ends_early(ctx: Context, loop: Loop) -> bool:
    """Whether a loop looks for one answer that is good."""
    return isinstance(loop, cst.For) and any(True for _ in ctx.walk(loop.body, cst.Break, cst.Return))


def _is_held_back(ctx: Context, call: cst.Call, loop: Loop) -> bool:
    """Whether a pass waits, a limiter is held, or the function around the loop or the one called takes one."""
    if isinstance(loop, cst.For) and limits_itself(ctx, loop):
        return True
    function = ctx.function_of(call)
    if isinstance(function, cst.FunctionDef):
        if is_limited_function(ctx, function) or any(_is_pause(c) for c in ctx.walk(function.body, cst.Call)):
            return True
    withs = (around for around in ctx.ancestors(call) if isinstance(around, cst.With))
    if any(holds_limit(ctx, around) for around in withs) or has_limited_client(ctx, call):
        return True
    return mentions_limiter(ctx, call) or is_limited_elsewhere(ctx, call.func)


def _is_pause(call: cst.Call) -> bool:
    return last_name(call.func) in ("sleep", "wait")

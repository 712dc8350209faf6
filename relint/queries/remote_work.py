"""Does what is started wait for another machine or process, and does anything on the way there hold it back?"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, is_own
from relint.libraries.remote import CLIENT_VERBS, CLIENTS, COMPLETIONS, HTTP, NAMED, NO_CALLS, REMOTE, SAYS_SO
from relint.libraries.tasks import THREADS, WRAPPERS
from relint.names import last_name
from relint.queries.bounds import word_list, words_of
from relint.queries.callees import places
from relint.queries.limits import POOLED, is_limited_function, limits_connections, mentions_limiter, speaks_of_limits
from relint.queries.started import function_started

Work = Literal["remote", "limited"]
_DEPTH = 4


def work_of(ctx: Context, made: cst.Call) -> Work | None:
    """What a coroutine, or the target of a thread, is seen to do; None where neither is seen.

    Functions that it calls are followed a few calls deep, into other files of the project too.
    """
    if ctx.callee(made) in WRAPPERS:
        inner = made.args[0].value if made.args else None
        return work_of(ctx, inner) if isinstance(inner, cst.Call) else None
    started = made.args[0].value if last_name(made.func) == "map" and made.args else function_started(made)
    if ctx.instance_of(made) in THREADS:
        target = ctx.argument(made, "target", 1)
        return _work(ctx, target.value, _DEPTH) if target is not None else None
    return _work(ctx, started, _DEPTH) or ("remote" if is_named_remote(started) else None)


def is_named_remote(called: cst.BaseExpression) -> bool:
    """Whether a method out of sight is called for what it asks of others: `document.async_embed()`."""
    return isinstance(called, cst.Attribute) and bool(words_of(called.attr.value) & NAMED)


def _work(ctx: Context, called: cst.BaseExpression, depth: int) -> Work | None:
    if mentions_limiter(ctx, called):
        return "limited"
    if is_remote(ctx, called):
        return "limited" if limits_connections(ctx) else "remote"
    function = ctx.function_def(called)
    if depth == 0:
        return None
    if function is None and (value := ctx.value_of(called)) is not None and not isinstance(value, cst.Call):
        return ctx.settled(f"work {depth}", value, lambda: _work(ctx, value, depth - 1))
    if function is not None:
        return ctx.settled(f"work {depth}", function, lambda: _work_in(ctx, function, depth))

    def question(there: Context, expression: cst.BaseExpression) -> Work | None:
        return _work(there, expression, depth)

    for place in places(ctx, called):
        answer = ask(ctx, place, f"work {depth}", question)
        if answer is not None:
            return answer
    return None


def _work_in(ctx: Context, function: cst.FunctionDef, depth: int) -> Work | None:
    """What the body of a function does, and the functions that it calls or hands on."""
    if is_limited_function(ctx, function) or speaks_of_limits(ctx, function):
        return "limited"
    found: Work | None = None
    for call in ctx.walk(function.body, cst.Call, stop=()):
        around = (each for each in (call, *ctx.ancestors(call)) if isinstance(each, cst.Call))
        if any(last_name(each.func) in POOLED for each in around):
            continue
        handed = [arg.value for arg in call.args if isinstance(arg.value, cst.Name | cst.Attribute)]
        for called in (call.func, *(each for each in handed if ctx.function_def(each) is not None)):
            match _work(ctx, called, depth - 1):
                case "limited":
                    return "limited"
                case "remote":
                    found = "remote"
    return found


def is_remote(ctx: Context, called: cst.BaseExpression) -> bool:
    """Whether a call waits for another machine or process: a library's function, or a method that is called so."""
    last = last_name(called)
    if last in NO_CALLS:
        return False
    known = ctx.qualname(called)
    owner = called
    while known is None and isinstance(owner, cst.Attribute | cst.Subscript | cst.Call):
        owner = owner.func if isinstance(owner, cst.Call) else owner.value
        known = ctx.instance_of(owner) or ctx.qualname(owner)
    if known is not None:
        return any(known == name or known.startswith(f"{name}.") for name in REMOTE) and not is_own(ctx, known)
    match called:
        case cst.Attribute(value=client, attr=cst.Name(value=verb)) if verb in CLIENT_VERBS:
            word = (word_list(last_name(client)) or [""])[-1]
            return word in CLIENTS or (word.endswith("client") and _speaks_http(ctx))
        case cst.Attribute(value=cst.Attribute(attr=cst.Name(value=part)), attr=cst.Name(value="create")):
            return part in COMPLETIONS
        case cst.Attribute(attr=cst.Name(value=method)):
            return method in SAYS_SO
    return False


def _speaks_http(ctx: Context) -> bool:
    targets = (b.target or "" for bindings in ctx.names.module.bindings.values() for b in bindings)
    return ctx.memo("speaks http", lambda: any(target.partition(".")[0] in HTTP for target in targets))

"""What a task or thread runs, and whether it needs a limit at all."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import TASK_GROUPS, THREADED, WRAPPERS
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.limits import (
    POOLED,
    is_limited_elsewhere,
    is_limited_function,
    is_task_group,
    mentions_limiter,
)
from relint.queries.tasks import makes_tasks

_RELEASING = frozenset(
    "aclose cancel cleanup close disconnect dispose join kill release shutdown stop terminate unload unsubscribe "
    "wait".split()
)
_DEPTH = 2


def started_call(ctx: Context, call: cst.Call) -> cst.Call | None:
    """The call of the coroutine function that a task is made of; for `start_soon(f, x)` that call itself."""
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value="start_soon")):
            return call if ctx.instance_of(owner) in (None, *TASK_GROUPS) else None
        case cst.Attribute(value=owner, attr=cst.Name(value="create_task")) if is_task_group(ctx, owner):
            pass
        case function if not makes_tasks(ctx, function):
            return None
    if not call.args:
        return None
    return coroutine_call(ctx, call.args[0].value)


def coroutine_call(ctx: Context, expression: cst.BaseExpression) -> cst.Call | None:
    """The call that an expression is, or that a name is bound once to."""
    if isinstance(expression, cst.Name) and (bound := ctx.value_of(expression)) is not None:
        expression = bound
    return expression if isinstance(expression, cst.Call) else None


def function_started(made: cst.Call) -> cst.BaseExpression:
    """The function that runs: `f` of `f(x)` and of `start_soon(f, x)`."""
    return made.args[0].value if last_name(made.func) == "start_soon" and made.args else made.func


def is_harmless(ctx: Context, made: cst.Call) -> bool:
    """Whether a coroutine is limited, only releases something, or runs in a pool of threads."""
    if ctx.callee(made) in WRAPPERS:
        inner = made.args[0].value if made.args else None
        return not isinstance(inner, cst.Call) or is_harmless(ctx, inner)
    started = function_started(made)
    last = last_name(started)
    if last in POOLED or words_of(last) & {"executor", *_RELEASING} or mentions_limiter(ctx, made):
        return True
    if any(last_name(argument.value) in POOLED for argument in made.args):
        return True  # `retried(asyncio.to_thread, f, x)`
    bound = ctx.names.bindings(started) if isinstance(started, cst.Name) else []
    if any(binding.kind == "for" for binding in bound):
        return True  # `f(x) for f in functions`: the program's text says how many there are
    for binding in bound:
        match binding.value:
            case cst.IfExp(body=one, orelse=other) if is_limited(ctx, one) and is_limited(ctx, other):
                return True
            case cst.Lambda(body=cst.Call(func=func)) if last_name(func) in POOLED:
                return True
    if (ctx.qualname(started) or "").partition(".")[0] in THREADED:
        return True
    function = ctx.function_def(started)
    if function is None:
        return is_limited_elsewhere(ctx, started)
    return is_limited_function(ctx, function) or _waits_for_threads_only(ctx, function)


def has_harmless_target(ctx: Context, thread: cst.Call) -> bool:
    """Whether a thread runs a function that takes a limiter, or only releases something."""
    target = ctx.argument(thread, "target", 1)
    if target is None:
        return False
    function = ctx.function_def(target.value)
    limited = function is not None and is_limited_function(ctx, function)
    return limited or bool(words_of(last_name(target.value)) & _RELEASING)


def is_limited(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether a function that is passed on takes a limiter, or names one."""
    function = ctx.function_def(expression)
    if function is None:
        return mentions_limiter(ctx, expression) or is_limited_elsewhere(ctx, expression)
    return mentions_limiter(ctx, expression) or is_limited_function(ctx, function)


def _waits_for_threads_only(ctx: Context, function: cst.FunctionDef, depth: int = _DEPTH) -> bool:
    """Whether all that a coroutine awaits, if anything, runs in a pool of threads, or awaits nothing else itself."""
    if function.asynchronous is None or not isinstance(function.body, cst.IndentedBlock):
        return False
    if any(getattr(node, "asynchronous", None) for node in ctx.walk(function.body, cst.For, cst.With, cst.CompFor)):
        return False
    awaited = [wait.expression for wait in ctx.walk(function.body, cst.Await)]
    return all(isinstance(call, cst.Call) and _needs_threads_only(ctx, call, depth) for call in awaited)


def _needs_threads_only(ctx: Context, call: cst.Call, depth: int) -> bool:
    if last_name(call.func) in POOLED:
        return True
    called = ctx.function_def(call.func) if depth else None
    return called is not None and called.asynchronous is not None and _waits_for_threads_only(ctx, called, depth - 1)

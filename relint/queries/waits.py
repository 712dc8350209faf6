"""Where a thread waits for another thread or process, and may wait for ever."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.waits import WAITS, Wait
from relint.names import is_none, last_name
from relint.queries.bounds import words_of
from relint.queries.items import made_by
from relint.queries.origins import method_name
from relint.queries.queue_growth import is_repeated
from relint.queries.timeouts import lacks_timeout

_ENDING = frozenset(
    "cancel close closed closing del disconnect end exit finish finished kill quit shutdown signal stop stopped "
    "stopping teardown terminate terminated unload".split()
)
_SETTLES = frozenset({"shutdown", "done", "ready", "cancelled", "set_result", "set_exception"})
"""Methods that end futures, or ask whether they have."""
_SENTINELS = frozenset("end eof finish poison quit sentinel shutdown stop".split())


def wait_without_limit(ctx: Context, call: cst.Call) -> Wait | None:
    """How a call waits that waits until another thread or process acts, however long that takes."""
    wait = _wait(ctx, call)
    if wait is None or not _lacks_limit(ctx, call, wait) or _is_over_at_once(ctx, call, wait):
        return None
    return wait


def takes_from_queue(ctx: Context, call: cst.Call) -> bool:
    """Whether a call takes the next item of a queue, or waits for it."""
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value="get" | "get_nowait")):
            name = method_name(ctx, call.func) or _method_of_made(ctx, owner, "get")
            wait = WAITS.get((name or "").removesuffix("_nowait"))
            return wait is not None and wait.kind == "queue"
    return False


def _wait(ctx: Context, call: cst.Call) -> Wait | None:
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)):
            name = method_name(ctx, call.func) or _method_of_made(ctx, owner, method)
            return WAITS.get(name or "")
    return None


def _method_of_made(ctx: Context, owner: cst.BaseExpression, method: str) -> str | None:
    """`future.result` of what a loop takes from a list of futures."""
    classes = {ctx.instance_of(made) for made in made_by(ctx, owner)}
    known = classes.pop() if len(classes) == 1 else None
    return f"{known}.{method}" if known else None


def _lacks_limit(ctx: Context, call: cst.Call, wait: Wait) -> bool:
    if not lacks_timeout(ctx, call, wait.position):
        return False
    if wait.blocking is None:
        return True
    flag = ctx.keyword(call, "block") or ctx.argument(call, "blocking", wait.blocking)
    return flag is None or ctx.literal(flag.value) is True


def _is_over_at_once(ctx: Context, call: cst.Call, wait: Wait) -> bool:
    assert isinstance(call.func, cst.Attribute)
    owner = call.func.value
    if wait.kind in ("queue", "signal") and words_of(last_name(owner)) & _ENDING:
        return True  # `stop_event.wait()`, `stop_queue.get()`
    match wait.kind:
        case "future":
            return _is_done(ctx, call, owner) or _has_told_to_end(ctx, call)
        case "runner":
            return _ends_things(ctx, call) or _has_told_to_end(ctx, call) or _has_heard_all(ctx, call)
        case "queue":
            return _is_idle(ctx, call) or _asks_first(ctx, call) or _awaits_the_end(ctx, call)
        case "signal":
            return _is_idle(ctx, call) or _ends_things(ctx, call)
    return False


def _is_done(ctx: Context, call: cst.Call, owner: cst.BaseExpression) -> bool:
    """Whether a future is done, its coroutine has a limit, or its executor waits for all at the end of `with`.

    One that is given to a function may be: that is how `add_done_callback` calls it.
    """
    if any(binding.kind == "parameter" for binding in ctx.definitions(owner) or ()):
        return True
    for made in made_by(ctx, owner):
        if any(_has_limit_or_idles(arg.value) for arg in made.args):
            return True
        match made.func:
            case cst.Attribute(value=maker) if (ctx.instance_of(maker) or "").endswith("Executor"):
                if any(binding.kind == "with" for binding in ctx.definitions(maker) or ()):
                    return True
    return any(_collects(ctx, earlier) for earlier in _calls_before(ctx, call))


def _has_limit_or_idles(coroutine: cst.BaseExpression) -> bool:
    """`run_coroutine_threadsafe(wait_for(f(), 10), loop)`, and of `jobs.get()`, which waits for the next item."""
    match coroutine:
        case cst.Call(func=func, args=args):
            return last_name(func) == "wait_for" or (last_name(func) == "get" and not args)
    return False


def _collects(ctx: Context, call: cst.Call) -> bool:
    """Whether after a call futures are done: `wait(running)`, `executor.shutdown()`, `future.done()` when asked."""
    name = ctx.callee(call)
    if name == "concurrent.futures.wait":
        return lacks_timeout(ctx, call, 1) and ctx.argument(call, "return_when", 2) is None
    return name == "concurrent.futures.as_completed" or last_name(call.func) in _SETTLES


def _ends_things(ctx: Context, call: cst.Call) -> bool:
    """Whether a function waits that is there to end things: `close`, `stop_workers`."""
    function = ctx.function_of(call)
    return isinstance(function, cst.FunctionDef) and bool(words_of(function.name.value) & _ENDING)


def _has_told_to_end(ctx: Context, call: cst.Call) -> bool:
    """Whether somebody was told to end before: `stop.set()`, `jobs.put(None)`, `self.running = False`."""
    function = ctx.function_of(call)
    before = ctx.range(call)[0]
    for assign in ctx.walk(function.body, cst.Assign) if isinstance(function, cst.FunctionDef) else ():
        sets_flag = isinstance(assign.targets[0].target, cst.Attribute) and ctx.range(assign)[0] < before
        if sets_flag and isinstance(ctx.literal(assign.value), bool):
            return True
    return any(_tells_to_end(ctx, earlier) for earlier in _calls_before(ctx, call))


def _has_heard_all(ctx: Context, call: cst.Call) -> bool:
    """Whether a loop took what the thread had to say, to the end: `while (line := lines.get()) is not END`."""
    return any(takes_from_queue(ctx, earlier) for earlier in _calls_before(ctx, call) if _is_in_while(ctx, earlier))


def _tells_to_end(ctx: Context, call: cst.Call) -> bool:
    last = last_name(call.func)
    if last.startswith("put"):
        return any(is_none(arg.value) or words_of(last_name(arg.value)) & _SENTINELS for arg in call.args)
    return last in ("set", "notify", "notify_all") or bool(words_of(last) & _ENDING)


def _is_idle(ctx: Context, call: cst.Call) -> bool:
    """Whether a `while` comes back for more: waiting is what it does when there is nothing to do."""
    return _is_in_while(ctx, call) or is_repeated(ctx, ctx.function_of(call))


def _is_in_while(ctx: Context, node: cst.CSTNode) -> bool:
    for around in ctx.ancestors(node):
        if isinstance(around, cst.While):
            return True
        if isinstance(around, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            return False
    return False


def _asks_first(ctx: Context, call: cst.Call) -> bool:
    """Whether it was asked before whether there is anything in a queue."""
    return any(last_name(earlier.func) in ("empty", "qsize") for earlier in _calls_before(ctx, call))


def _awaits_the_end(ctx: Context, call: cst.Call) -> bool:
    """Whether what comes out of a queue may be None, the end of the work: `if (item := queue.get()) is None`."""
    match ctx.parent(call):
        case cst.NamedExpr(target=taken) | cst.Assign(targets=[cst.AssignTarget(target=taken)]):
            function = ctx.function_of(call) or ctx.tree.module
            names = [ctx.source(taken), ctx.source(ctx.parent(call) or call)]
            return any(
                ctx.source(asked.left) in names and any(is_none(each.comparator) for each in asked.comparisons)
                for asked in ctx.walk(function, cst.Comparison)
            )
    return False


def _calls_before(ctx: Context, call: cst.Call) -> Iterator[cst.Call]:
    function = ctx.function_of(call)
    start = ctx.range(call)[0]
    if isinstance(function, cst.FunctionDef):
        yield from (
            each for each in ctx.walk(function.body, cst.Call) if ctx.range(each)[0] < start and each is not call
        )

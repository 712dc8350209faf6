"""`await asyncio.gather(a(), b())`, and whether a `TaskGroup` can take its place."""

from __future__ import annotations

import libcst as cst

from relint.context import Context

GATHER = frozenset({"asyncio.gather", "asyncio.tasks.gather"})


def awaited_gather(ctx: Context, awaited: cst.Await) -> cst.Call | None:
    """The `gather` of two or more awaitables that is awaited, whose first error leaves the others running."""
    call = awaited.expression
    if not isinstance(call, cst.Call) or ctx.callee(call) not in GATHER:
        return None
    if any(arg.star or arg.keyword is not None for arg in call.args) or len(call.args) < 2:
        return None
    return call


def suits_a_group(ctx: Context, call: cst.Call) -> bool:
    """Whether all arguments are calls of coroutine functions in the file, and no `except` here waits for their errors.

    `TaskGroup.create_task` takes coroutines only, and a group raises an `ExceptionGroup`.
    """
    if not all(isinstance(arg.value, cst.Call) and _is_coroutine(ctx, arg.value) for arg in call.args):
        return False
    for around in ctx.ancestors(call):
        if isinstance(around, cst.FunctionDef | cst.Lambda):
            return True
        if isinstance(around, cst.Try | cst.TryStar) and around.handlers:
            return False
    return True


def _is_coroutine(ctx: Context, call: cst.Call) -> bool:
    function = ctx.function_def(call.func)
    if function is None or function.asynchronous is None or function.decorators:
        return False
    if any(True for _ in ctx.walk(function.body, cst.Yield)):
        return False
    return not any(True for _ in ctx.walk(call, cst.Await, cst.NamedExpr))

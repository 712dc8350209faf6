"""Is an `except` clause of a coroutine the last thing that its task does?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.queries.cancellations_caught import cancellations, catches_nothing_else
from relint.queries.endings import ends_of
from relint.queries.entry_points import called_from
from relint.queries.handlers import Handler

_OF_ASYNCIO = frozenset({"asyncio.CancelledError", "asyncio.exceptions.CancelledError", "builtins.KeyboardInterrupt"})
"""What is named where a coroutine or a program of asyncio comes to its end."""


def ends_its_task(ctx: Context, handler: Handler) -> bool:
    """Whether a handler is the last that happens in a coroutine that is a task of its own.

    The file gives it to one, or it loops and nobody in the file calls it.
    """
    function = ctx.function_of(handler)
    if not isinstance(function, cst.FunctionDef) or any(True for _ in ctx.walk(function.body, cst.Yield)):
        return False  # who goes over an asynchronous generator goes on
    only_ends = catches_nothing_else(ctx, handler) and leads_to_the_end(ctx, handler)
    if not only_ends and not nothing_follows(ctx, handler):
        return False
    ctx.tree.look_for(function.name.value)
    if function in top_coroutines(ctx):
        return True
    attempt = ctx.parent(handler)
    assert attempt is not None
    loops = ctx.enclosing(handler, cst.While) is not None or any(True for _ in ctx.walk(attempt, cst.While))
    return catches_nothing_else(ctx, handler) and loops and not is_gone_on_from(ctx, function)


def ends_its_coroutine(ctx: Context, handler: Handler) -> bool:
    """Whether a handler that names asyncio's cancellation is the last that happens in a coroutine.

    Its author means it to end there; who awaits it goes on. With trio and anyio it is wrong there too. A handler that
    names the interrupt from the keyboard as well is where a program ends, outside of loops.
    """
    function = ctx.function_of(handler)
    named = cancellations(ctx, handler) & _OF_ASYNCIO
    if not isinstance(function, cst.FunctionDef) or not named:
        return False
    if nothing_follows(ctx, handler):
        return True
    return "builtins.KeyboardInterrupt" in named and ctx.enclosing(handler, cst.While, cst.For) is None


def nothing_follows(ctx: Context, handler: Handler) -> bool:
    """Whether the function is over when a handler is."""
    ends = ends_of(ctx, handler.body)
    if "continue" in ends:
        return False
    attempt = ctx.parent(handler)
    assert attempt is not None
    if "next" in ends and not _is_last(ctx, attempt):
        return False
    if "break" in ends:
        loop = ctx.enclosing(handler, cst.For, cst.While)
        return loop is not None and _is_last(ctx, loop)
    return True


def leads_to_the_end(ctx: Context, handler: Handler) -> bool:
    """Whether no loop goes on after a handler: what follows is what the coroutine does last."""
    loops = []
    for ancestor in ctx.ancestors(handler):
        if isinstance(ancestor, cst.FunctionDef):
            break
        if isinstance(ancestor, cst.For | cst.While):
            loops.append(ancestor)
    if not loops:
        return True
    return len(loops) == 1 and ends_of(ctx, handler.body) <= {"break", "return"}


def top_coroutines(ctx: Context) -> set[cst.FunctionDef]:
    """The coroutine functions whose coroutines the file hands to another call, or binds, without awaiting them."""

    def answer() -> set[cst.FunctionDef]:
        found = set()
        for call in ctx.tree.of(cst.Call):
            if (
                isinstance(ctx.parent(call), cst.Arg | cst.Assign)
                and (function := ctx.function_def(call.func)) is not None
            ):
                found.add(function)
            if isinstance(call.func, cst.Attribute) and call.func.attr.value == "start_soon" and call.args:
                if (function := ctx.function_def(call.args[0].value)) is not None:
                    found.add(function)
        return found

    return ctx.memo("top coroutines", answer)


def is_gone_on_from(ctx: Context, function: cst.FunctionDef, depth: int = 2) -> bool:
    """Whether something in the file calls a function and goes on after that.

    `await f()` as the last thing of a function is no more than the end of that one.
    """
    return any(not _ends_with(ctx, call, depth) for call in called_from(ctx, function))


def _ends_with(ctx: Context, call: cst.Call, depth: int) -> bool:
    wait = ctx.parent(call)
    function = ctx.function_of(call)
    if isinstance(wait, cst.Arg | cst.Assign):
        return True  # a task of its own
    if not depth or not isinstance(wait, cst.Await) or not isinstance(function, cst.FunctionDef):
        return False
    last = isinstance(ctx.parent(wait), cst.Expr | cst.Return) and _is_last(ctx, ctx.statement_of(wait))
    return last and not is_gone_on_from(ctx, function, depth - 1)


def _is_last(ctx: Context, statement: cst.CSTNode) -> bool:
    """Whether a function is over when a statement is: no statement follows it, and no loop repeats it."""
    child = statement
    for ancestor in ctx.ancestors(statement):
        match ancestor:
            case cst.FunctionDef():
                return True
            case cst.For() | cst.While():
                return False
            case cst.IndentedBlock(body=body) if body[-1] is not child:
                return False
        child = ancestor
    return False

"""Functions that run in a thread of their own, and what they leave behind there."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS
from relint.names import last_name

_CLOSES = frozenset({"close_old_connections", "close_all", "close_if_unusable_or_obsolete", "close_db_connections"})


def thread_target(ctx: Context, call: cst.Call) -> cst.FunctionDef | None:
    """The function of the file that `Thread(target=f)` or `executor.submit(f)` runs in another thread."""
    name = last_name(call.func)
    if name in ("Thread", "Timer") and (ctx.callee(call) or "").startswith("threading."):
        given = ctx.argument(call, "target" if name == "Thread" else "function", 1)
    elif name == "submit" and (ctx.callee(call) or "").endswith("ThreadPoolExecutor.submit"):
        given = ctx.positional(call, 0)
    else:
        return None
    return ctx.function_def(given.value) if given is not None else None


def leaks_connection(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function uses Django's ORM and closes no connection: each thread has its own, which nobody closes."""
    uses = any(attribute.attr.value in MANAGERS for attribute in ctx.walk(function.body, cst.Attribute))
    return uses and not any(_closes(ctx, call) for call in ctx.walk(function.body, cst.Call))


def _closes(ctx: Context, call: cst.Call) -> bool:
    if last_name(call.func) in _CLOSES:
        return True
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value="close")):
            return "connection" in ctx.source(owner).lower()
    return False

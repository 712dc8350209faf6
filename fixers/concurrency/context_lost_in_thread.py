"""Takes the context along: `asyncio.to_thread`, or `copy_context().run` in front of the function."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.model import Edit, Finding, Fix
from relint.names import is_none
from relint.queries.lost_context import HandedOver, Read
from relint.rules.concurrency.context_lost_in_thread import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    handed: HandedOver
    read: Read
    handed, read = finding.data
    if not read.carried or handed.how == "map":  # a context is entered by one thread at a time
        return None
    if handed.how == "run_in_executor" and _suits_to_thread(ctx, handed.call):
        return _to_thread(ctx, handed)
    return _in_copy(ctx, handed)


def _suits_to_thread(ctx: Context, call: cst.Call) -> bool:
    """`await loop.run_in_executor(None, f, x)`: awaited at once, in the default executor."""
    executor = ctx.positional(call, 0)
    return executor is not None and is_none(executor.value) and isinstance(ctx.parent(call), cst.Await)


def _to_thread(ctx: Context, handed: HandedOver) -> Fix | None:
    call = handed.call
    module = edits.ensure_module(ctx, "asyncio", call)
    if module is None:
        return None
    name = f"{module[0]}.to_thread"
    changes = (*edits.replace_node(ctx, call.func, name), *edits.remove_argument(ctx, call, call.args[0]))
    return Fix(f"Use `{name}`, which takes the context along", (*changes, *module[1]))


def _in_copy(ctx: Context, handed: HandedOver) -> Fix | None:
    module = edits.ensure_module(ctx, "contextvars", handed.call)
    if module is None:
        return None
    run = f"{module[0]}.copy_context().run"
    changes = _first_argument(ctx, handed, run)
    if changes is None:
        return None
    return Fix(f"Call it in `{run}`, which takes the context along", (*changes, *module[1]))


def _first_argument(ctx: Context, handed: HandedOver, run: str) -> Edits | None:
    """Put `run` where the function stands, and the function in front of its arguments."""
    given = handed.given.value
    start = ctx.range(given)[0]
    if handed.how != "thread":
        return (Edit(start, start, f"{run}, "),)
    function = ctx.source(given)
    replaced = edits.replace_node(ctx, given, run)
    timer = (ctx.callee(handed.call) or "").endswith("Timer")
    arguments = ctx.argument(handed.call, "args", 2 if timer else 3)
    match arguments:
        case None if ctx.unpacks(handed.call, "*") or ctx.unpacks(handed.call):
            return None
        case None:
            return (*replaced, *edits.append_argument(ctx, handed.call, f"args=({function},)"))
        case cst.Arg(value=cst.Tuple(elements=[first, *_]) | cst.List(elements=[first, *_])):
            return (*replaced, *edits.prepend_element(ctx, first, function))
        case cst.Arg(value=cst.Tuple() | cst.List() | cst.Name(value="None")):
            return (*replaced, *edits.replace_node(ctx, arguments.value, f"({function},)"))
    return (*replaced, *edits.replace_node(ctx, arguments.value, f"({function}, *{ctx.source(arguments.value)})"))

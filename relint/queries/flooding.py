"""Where an executor is given calls faster than its workers can take them, without end."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import EXECUTORS
from relint.names import last_name
from relint.queries.bounds import is_bounded, levels
from relint.queries.limits import is_limiter, limits_itself, mentions_limiter
from relint.queries.receiving import received
from relint.queries.repeats import leaves
from relint.queries.streams import is_streamed

_WAITS = frozenset({"concurrent.futures.wait", "concurrent.futures.as_completed"})


@dataclass(frozen=True, eq=False)
class Flood:
    """`items` come one by one: what is iterated over, or the call that receives; `loop` is what repeats the call."""

    items: cst.BaseExpression
    loop: cst.CSTNode


def flood_at(ctx: Context, call: cst.Call) -> Flood | None:
    """What a call of `submit` or `map` queues in an executor with nothing that limits how much."""
    match call.func:
        case cst.Attribute(value=executor, attr=cst.Name(value="submit")) if ctx.instance_of(executor) in EXECUTORS:
            return None if mentions_limiter(ctx, call) else _repeated(ctx, call, executor)
        case cst.Attribute(value=executor, attr=cst.Name(value="map")) if ctx.instance_of(executor) in EXECUTORS:
            if ctx.keyword(call, "buffersize") is None and not ctx.unpacks(call):
                for argument in call.args[1:]:
                    if argument.keyword is None and not argument.star and is_streamed(ctx, argument.value):
                        return Flood(argument.value, call)
    return None


def _repeated(ctx: Context, call: cst.Call, executor: cst.BaseExpression) -> Flood | None:
    """The loop around a call that goes on for as long as items come, unless something waits on the way."""
    child: cst.CSTNode = call
    for ancestor in ctx.ancestors(call):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                return None
            case cst.With() if any(is_limiter(ctx, item.item) for item in ancestor.items):
                return None
            case cst.With() if any(_is_bound_to(item, executor) for item in ancestor.items):
                return None  # its end waits for all that was submitted
            case cst.IndentedBlock(body=statements) if any(map(leaves, statements)):
                return None
            case cst.GeneratorExp() | cst.ListComp() | cst.SetComp() | cst.DictComp():
                if child is not ancestor.for_in:
                    for level in levels(ancestor.for_in):
                        if level.asynchronous is not None or is_streamed(ctx, level.iter):
                            return Flood(level.iter, ancestor)
            case cst.For() | cst.While() if child is ancestor.body:
                if limits_itself(ctx, ancestor) or _waits_for_results(ctx, ancestor):
                    return None
                items = received(ctx, ancestor, call) if isinstance(ancestor, cst.While) else _streamed(ctx, ancestor)
                if items is not None:
                    return Flood(items, ancestor)
        child = ancestor
    return None


def _streamed(ctx: Context, loop: cst.For) -> cst.BaseExpression | None:
    if is_streamed(ctx, loop.iter) or (loop.asynchronous is not None and not is_bounded(ctx, loop.iter)):
        return loop.iter
    return None


def _is_bound_to(item: cst.WithItem, executor: cst.BaseExpression) -> bool:
    match item.asname, executor:
        case cst.AsName(name=cst.Name(value=name)), cst.Name(value=used):
            return name == used
    return False


def _waits_for_results(ctx: Context, loop: cst.For | cst.While) -> bool:
    """Whether a pass waits for what was submitted: `wait(futures)`, `future.result()`."""
    return any(
        ctx.callee(call) in _WAITS or (last_name(call.func) == "result" and isinstance(call.func, cst.Attribute))
        for call in ctx.walk(loop.body, cst.Call)
    )

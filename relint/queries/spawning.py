"""Where code starts one task, thread or process for each item of something that data may make as long as it likes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Literal

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import GATHERERS, THREADS
from relint.names import last_name
from relint.queries.limits import has_limited_client, mentions_limiter
from relint.queries.outside import comes_from_outside
from relint.queries.repeats import repeated
from relint.queries.started import (
    coroutine_call,
    has_harmless_target,
    is_harmless,
    is_limited,
    started_call,
)
from relint.queries.tasks import makes_tasks

Kind = Literal["task", "thread", "process"]


@dataclass(frozen=True, eq=False)
class Spawn:
    """One call that starts something for each item.

    `made` is the call of the coroutine function, of `start_soon`, of the thread class or of `map`; `items` what is
    iterated over, or what a message comes from; `loop` the loop or comprehension that repeats it. `awaited`: the
    tasks start together, where they are gathered.
    """

    kind: Kind
    made: cst.Call
    items: cst.BaseExpression
    loop: cst.CSTNode
    awaited: bool = False


def spawns_at(ctx: Context, call: cst.Call) -> list[Spawn]:
    """What a call starts for each item of something unbounded with nothing to limit it."""
    if ctx.callee(call) in GATHERERS:
        found = list(_gathered(ctx, call))
    else:
        spawn = _started_at(ctx, call)
        found = [spawn] if spawn is not None else []
    return [spawn for spawn in found if not has_limited_client(ctx, spawn.made)]


def _started_at(ctx: Context, call: cst.Call) -> Spawn | None:
    if (made := started_call(ctx, call)) is not None:
        return None if is_harmless(ctx, made) else _spawn(ctx, "task", made, call)
    kind = THREADS.get(ctx.instance_of(call) or "")
    if kind is not None and not mentions_limiter(ctx, call) and not has_harmless_target(ctx, call):
        return _spawn(ctx, "process" if kind == "process" else "thread", call, call)
    return None


def _gathered(ctx: Context, call: cst.Call) -> Iterator[Spawn]:
    starred = last_name(call.func) == "gather"
    for argument in call.args:
        if argument.keyword is None and argument.star == ("*" if starred else ""):
            yield from _made_by(ctx, argument.value)


def _made_by(ctx: Context, many: cst.BaseExpression) -> Iterator[Spawn]:
    """The coroutines that an expression holds one of for each item; tasks are found where they are started."""
    match many:
        case cst.GeneratorExp(elt=element) | cst.ListComp(elt=element) | cst.SetComp(elt=element):
            yield from _element(ctx, element)
        case cst.DictComp(value=element):
            yield from _element(ctx, element)
        case cst.Call(func=cst.Name(value="map"), args=[cst.Arg(value=function), cst.Arg(value=items, star="")]):
            if isinstance(function, cst.Lambda) and not isinstance(function.body, cst.Call):
                return
            if comes_from_outside(ctx, items) and not is_harmless(ctx, many) and not is_limited(ctx, function):
                yield Spawn("task", many, items, many, awaited=True)
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[cst.Arg(value=inner)]):
            yield from _made_by(ctx, inner)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="values")), args=[]):
            yield from _made_by(ctx, inner)
        case cst.Call(func=func) if (maker := ctx.function_def(func)) is not None and not maker.asynchronous:
            for returned in ctx.walk(maker.body, cst.Return):
                if returned.value is not None:
                    yield from _made_by(ctx, returned.value)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
            yield from _made_by(ctx, left)
            yield from _made_by(ctx, right)
        case cst.Name():
            yield from _made_by_name(ctx, many)


def _made_by_name(ctx: Context, name: cst.Name) -> Iterator[Spawn]:
    found = ctx.names.find(name)
    values = ctx.bindings(name)
    if found is None or values is None or not isinstance(found[0].node, cst.FunctionDef):
        return
    if any(mentions_limiter(ctx, value) for value in values):
        return  # who runs it may choose a limit
    for value in values:
        if not isinstance(value, cst.Name):
            yield from _made_by(ctx, value)
    for use in ctx.names.uses(found[0], name.value):
        if ctx.range(use)[0] > ctx.range(name)[0] and not ctx.in_loop(name):
            continue  # another branch, or the next round
        match ctx.parent(use):
            case cst.Attribute(attr=cst.Name(value="append" | "extend" | "add" as method)) as attribute:
                match ctx.parent(attribute):
                    case cst.Call(func=func, args=[cst.Arg(value=added)]) if func is attribute:
                        yield from _element(ctx, added) if method != "extend" else _made_by(ctx, added)


def _element(ctx: Context, element: cst.BaseExpression) -> Iterator[Spawn]:
    if isinstance(element, cst.Call) and makes_tasks(ctx, element.func):
        return
    made = coroutine_call(ctx, element)
    if made is None or makes_tasks(ctx, made.func) or is_harmless(ctx, made):
        return
    if (spawn := _spawn(ctx, "task", made, element)) is not None:
        yield replace(spawn, awaited=True)


def _spawn(ctx: Context, kind: Kind, made: cst.Call, at: cst.BaseExpression) -> Spawn | None:
    found = repeated(ctx, made, at)
    return None if found is None else Spawn(kind, made, items=found[1], loop=found[0])

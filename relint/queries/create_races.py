"""Rows that are created because a look a moment ago did not find them."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.entry_points import entry_point
from relint.queries.handlers import Handler, catches_any_error, catches_database_error
from relint.queries.owners import Try

_ONCE = frozenset(
    "migrate migration migrations setup seed install populate initial initialize bootstrap demo fixture fixtures "
    "backfill upgrade".split()
)
_CREATES = frozenset({"create", "acreate"})


@dataclass(frozen=True, eq=False)
class Race:
    """`look` did not find a row, so `create` makes it; `whole` is the statement that holds both."""

    look: cst.Call
    create: cst.Call
    manager: str
    whole: cst.If | Try


def race_of_if(ctx: Context, node: cst.If) -> Race | None:
    """`if not X.objects.filter(...).exists(): X.objects.create(...)`."""
    match node.test:
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Call() as asks):
            pass
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Await(expression=cst.Call() as asks)):
            pass
        case _:
            return None
    match asks:
        case cst.Call(
            func=cst.Attribute(
                value=cst.Call(func=cst.Attribute(value=manager, attr=cst.Name(value="filter"))) as look,
                attr=cst.Name(value="exists" | "aexists"),
            ),
            args=[],
        ):
            return _race(ctx, look, manager, node.body, node)
    return None


def race_of_try(ctx: Context, node: Try) -> Race | None:
    """`try: x = X.objects.get(...)`, `except X.DoesNotExist: x = X.objects.create(...)`."""
    for handler in node.handlers:
        if handler.type is None or last_name(handler.type) not in ("DoesNotExist", "ObjectDoesNotExist"):
            continue
        for look in ctx.walk(node.body, cst.Call):
            match look.func:
                case cst.Attribute(value=manager, attr=cst.Name(value="get" | "aget")):
                    if (race := _race(ctx, look, manager, handler.body, node)) is not None:
                        return race
    return None


def _race(
    ctx: Context, look: cst.Call, manager: cst.BaseExpression, body: cst.BaseSuite, whole: cst.If | Try
) -> Race | None:
    text = ctx.source(manager)
    for call in ctx.walk(body, cst.Call):
        match call.func:
            case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in _CREATES:
                if ctx.source(owner) == text and not _is_guarded(ctx, call):
                    return Race(look, call, text, whole)
    return None


def _is_guarded(ctx: Context, create: cst.Call) -> bool:
    """Whether nobody else can be there, or the second one is dealt with: a lock, a handler of the violation, or code
    that runs once (migrations, commands, functions that are named after setting up)."""
    function = ctx.function_of(create)
    if not isinstance(function, cst.FunctionDef) or entry_point(ctx, function) == "command":
        return True
    if words_of(function.name.value) & _ONCE:
        return True
    if "/migrations/" in ctx.path.replace("\\", "/") or _takes_lock(ctx, create, function):
        return True
    return any(_sees_violation(ctx, handler) for handler in ctx.walk(function.body, cst.ExceptHandler))


def _takes_lock(ctx: Context, create: cst.Call, function: cst.FunctionDef) -> bool:
    for around in ctx.ancestors(create):
        if isinstance(around, cst.With) and any("lock" in ctx.source(item.item).lower() for item in around.items):
            return True
    calls = ctx.walk(function.body, cst.Call)
    return any("lock" in last_name(c.func).lower() or last_name(c.func) == "select_for_update" for c in calls)


def _sees_violation(ctx: Context, handler: Handler) -> bool:
    return catches_database_error(ctx, handler) or catches_any_error(ctx, handler)

"""Pairs of `lock.acquire()` and `lock.release()`."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.libraries.locks import ASYNC_LOCKS, LOCKS
from relint.queries.bounds import words_of
from relint.queries.handlers import catches_any_error

_WORDS = frozenset("lock locks rlock mutex semaphore semaphores sem condition cond cv".split())


@dataclass(frozen=True, eq=False)
class Held:
    """A lock that one line acquires, and that the same function releases in `releases`.

    `certain`: its class is known to be a lock that `with` takes. `between`: the statements from the line to the only
    release further down its block; None where the release is elsewhere.
    """

    lock: cst.BaseExpression
    asynchronous: bool
    certain: bool
    releases: list[cst.Call]
    between: list[cst.CSTNode] | None


def held_at(ctx: Context, call: cst.Call) -> Held | None:
    """The lock that a call acquires for good as a statement of its own, if the function releases it as well."""
    match call:
        case cst.Call(func=cst.Attribute(value=lock, attr=cst.Name(value="acquire"))) if _waits(ctx, call):
            pass
        case _:
            return None
    awaited = ctx.parent(call)
    asynchronous = isinstance(awaited, cst.Await)
    if not isinstance(ctx.parent(awaited) if asynchronous and awaited is not None else awaited, cst.Expr):
        return None
    known = ctx.instance_of(lock)
    if known is not None:
        if known not in (ASYNC_LOCKS if asynchronous else LOCKS):
            return None
    elif not _is_called_lock(lock):
        return None
    function = ctx.function_of(call)
    statement = ctx.statement_of(call)
    if function is None or not isinstance(statement, cst.SimpleStatementLine):
        return None
    text = ctx.source(lock)
    calls = [c for c in ctx.walk(function.body, cst.Call, stop=()) if _method(ctx, c, text) == "release"]
    after = [c for c in calls if ctx.range(c)[0] > ctx.range(call)[1]]
    if not after or any(ctx.function_of(c) is not function for c in after) or _is_handed_over(ctx, text, function):
        return None
    return Held(lock, asynchronous, known is not None, after, _between(ctx, statement, after))


def _is_handed_over(ctx: Context, lock: str, function: cst.CSTNode) -> bool:
    """Whether another function of the file releases the lock without acquiring it, or is given its `release`."""
    if any(
        method.attr.value == "release" and ctx.source(method.value) == lock and isinstance(ctx.parent(method), cst.Arg)
        for method in ctx.tree.every(cst.Attribute, words=("release",))
    ):
        return True
    users: dict[cst.CSTNode | None, set[str | None]] = {}
    for call in ctx.tree.every(cst.Call, words=("release",)):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("acquire", "release"):
            users.setdefault(ctx.function_of(call), set()).add(_method(ctx, call, lock))
    return any(
        "release" in methods and "acquire" not in methods for user, methods in users.items() if user is not function
    )


def is_released_on_error(ctx: Context, held: Held) -> bool:
    """Whether a `finally`, or a handler that catches everything, releases the lock."""
    for call in held.releases:
        for ancestor in ctx.ancestors(call):
            if isinstance(ancestor, cst.FunctionDef | cst.Lambda):
                break
            if isinstance(ancestor, cst.Finally):
                return True
            if isinstance(ancestor, cst.ExceptHandler | cst.ExceptStarHandler) and catches_any_error(ctx, ancestor):
                return True
    return False


def leaves_early(ctx: Context, held: Held) -> bool:
    """Whether the statements between may leave the function or the loop around them without releasing."""
    statements = held.between or []
    return any(True for s in statements for _ in ctx.walk(s, cst.Return, cst.Break, cst.Continue))


def _between(ctx: Context, statement: cst.CSTNode, releases: list[cst.Call]) -> list[cst.CSTNode] | None:
    siblings = ctx.siblings(statement)
    if len(releases) != 1:
        return None
    last = ctx.statement_of(releases[0])
    if last is statement or last not in siblings or not isinstance(ctx.parent(releases[0]), cst.Expr):
        return None
    return siblings[siblings.index(statement) + 1 : siblings.index(last)]


def _waits(ctx: Context, call: cst.Call) -> bool:
    """Whether `acquire(...)` waits until it has the lock."""
    match call.args:
        case []:
            return True
        case [cst.Arg(keyword=None | cst.Name(value="blocking"), value=blocking, star="")]:
            return ctx.literal(blocking) is True
    return False


def _method(ctx: Context, call: cst.Call, lock: str) -> str | None:
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if ctx.source(owner) == lock:
            return method
    return None


def _is_called_lock(lock: cst.BaseExpression) -> bool:
    match lock:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return not words_of(name).isdisjoint(_WORDS)
        case cst.Subscript(value=value):
            return _is_called_lock(value)
    return False

"""The passes of a loop: what is done before and after a statement in one, and how it ends."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.nodes import walk
from relint.queries.endings import End, ends_of, rest_after

Loop = cst.For | cst.While
Attempt = cst.Try | cst.TryStar
LOOPS = (cst.For, cst.While)
OWN = (cst.FunctionDef, cst.Lambda, cst.ClassDef, *LOOPS)
"""What a walk over the passes of one loop does not enter: what is in there runs elsewhere, or round another loop."""


def attempts_in(loop: Loop) -> list[Attempt]:
    """The `try` statements of a loop's own passes; what a handler tries is a repair."""
    return list(walk(loop.body, (cst.Try, cst.TryStar), stop=(*OWN, cst.ExceptHandler, cst.ExceptStarHandler)))


def done_before(ctx: Context, loop: Loop, statement: cst.CSTNode) -> list[cst.CSTNode]:
    """What is done in a pass before a statement."""
    found: list[cst.CSTNode] = []
    for around in _blocks(ctx, loop, statement):
        siblings = ctx.siblings(around)
        found += siblings[: siblings.index(around)] if around in siblings else []
    return found


def done_after(ctx: Context, loop: Loop, statement: cst.CSTNode) -> list[cst.CSTNode]:
    """What is done after a statement until the pass ends."""
    return [after for around in _blocks(ctx, loop, statement) for after in rest_after(ctx, around)]


def pass_ends(ctx: Context, loop: Loop, statement: cst.CSTNode, ends: frozenset[End]) -> frozenset[End]:
    """How the pass ends when a statement in it ends like this."""
    for around in _blocks(ctx, loop, statement):
        if "next" not in ends:
            break
        ends = (ends - {"next"}) | ends_of(ctx, rest_after(ctx, around))
    return ends


def goes_round(ends: frozenset[End]) -> bool:
    """Whether another pass may follow one that ends like this."""
    return bool(ends & {"next", "continue"})


def _blocks(ctx: Context, loop: Loop, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The statement and those around it, up to the loop's own block."""
    yield statement
    for ancestor in ctx.ancestors(statement):
        if ancestor is loop:
            return
        if isinstance(ancestor, cst.BaseCompoundStatement):
            yield ancestor

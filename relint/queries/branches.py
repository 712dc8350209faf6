"""Whether one run through a block may pass two places in it."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.queries.endings import ends_of, rest_after

_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


def exclude_each_other(ctx: Context, first: cst.CSTNode, second: cst.CSTNode) -> bool:
    """Whether a run that comes by one place never comes by the other: arms of an `if`, or left before by `continue`.

    The next pass of a loop around both is another run.
    """
    around_first, around_second = list(_line(ctx, first)), list(_line(ctx, second))
    common = next((node for node in around_first if node in around_second), None)
    if common is None:
        return False
    before, after = _below(around_first, common), _below(around_second, common)
    match common:
        case cst.If(body=body, orelse=orelse) if orelse is not None:
            return {before, after} == {body, orelse}
        case cst.Try() | cst.TryStar():
            return isinstance(before, _HANDLERS) and isinstance(after, _HANDLERS)
        case cst.IndentedBlock(body=statements) if before in statements and after in statements:
            if statements.index(before) > statements.index(after):
                first, before = second, after
            return not _goes_on(ctx, first, before)
    return False


def _line(ctx: Context, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    yield from ctx.ancestors(node)


def _below(line: list[cst.CSTNode], common: cst.CSTNode) -> cst.CSTNode:
    return line[max(line.index(common) - 1, 0)]


def _goes_on(ctx: Context, place: cst.CSTNode, around: cst.CSTNode) -> bool:
    """Whether what follows `around` may be reached from a place in it."""
    for node in _line(ctx, place):
        if node is around:
            return True
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            if "next" not in ends_of(ctx, rest_after(ctx, node)):
                return False
    return True

"""How control leaves a block."""

from __future__ import annotations

from typing import Sequence

import libcst as cst

from relint.context import Context

FALLS, RAISES, LEAVES = "falls", "raises", "leaves"
"""On to the statement below; out by an exception (or the end of the process); by `return`, `break`, `continue`."""

_EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})


def outcomes(ctx: Context, body: Sequence[cst.CSTNode]) -> frozenset[str]:
    """The ways in which control may leave consecutive statements: of `FALLS`, `RAISES`, `LEAVES`.

    Says what is written: an exception that a call may raise is no outcome.
    """
    found: set[str] = set()
    for statement in body:
        here = _outcomes_of(ctx, statement)
        found |= here - {FALLS}
        if FALLS not in here:
            return frozenset(found)
    return frozenset(found | {FALLS})


def always_raises(ctx: Context, block: cst.BaseSuite) -> bool:
    """Whether every path through a block (a handler's body, say) ends in `raise` or ends the process."""
    return outcomes(ctx, block.body) == {RAISES}


def _outcomes_of(ctx: Context, statement: cst.CSTNode) -> frozenset[str]:
    match statement:
        case cst.SimpleStatementLine(body=body):
            return outcomes(ctx, body)
        case cst.Raise():
            return frozenset({RAISES})
        case cst.Return() | cst.Break() | cst.Continue():
            return frozenset({LEAVES})
        case cst.Expr(value=cst.Call(func=func)) if ctx.qualname(func) in _EXITS:
            return frozenset({RAISES})
        case cst.If(body=block, orelse=orelse):
            other = frozenset({FALLS}) if orelse is None else _outcomes_of(ctx, orelse)
            return outcomes(ctx, block.body) | other
        case cst.Else(body=block) | cst.With(body=block):
            return outcomes(ctx, block.body)
        case cst.Try() | cst.TryStar():
            return _outcomes_of_try(ctx, statement)
        case cst.For(body=block) | cst.While(body=block):
            returns = any(True for _ in ctx.walk(block, cst.Return))
            return frozenset({FALLS, LEAVES}) if returns else frozenset({FALLS})
        case cst.Match(cases=cases):
            return frozenset({FALLS}).union(*(outcomes(ctx, case.body.body) for case in cases))
    return frozenset({FALLS})


def _outcomes_of_try(ctx: Context, statement: cst.Try | cst.TryStar) -> frozenset[str]:
    final = outcomes(ctx, statement.finalbody.body.body) if statement.finalbody else frozenset({FALLS})
    if FALLS not in final:
        return final
    body = [*statement.body.body, *(statement.orelse.body.body if statement.orelse else ())]
    return outcomes(ctx, body).union(*(outcomes(ctx, handler.body.body) for handler in statement.handlers))

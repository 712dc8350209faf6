"""How a block of statements may end, judged from its text: what is called may always raise, and is not counted."""

from __future__ import annotations

from typing import Literal, Sequence

import libcst as cst

from relint.context import Context

End = Literal["next", "break", "continue", "return", "raise"]
"""`next` is to go on with what follows the block."""

_NEXT: frozenset[End] = frozenset({"next"})
_EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})
_RERAISES = "save_and_reraise_exception"


def ends_of(ctx: Context, body: cst.BaseSuite | Sequence[cst.CSTNode]) -> frozenset[End]:
    """Every way in which a block may end: an `if` may go either way, a loop may be left or not."""
    statements = body if isinstance(body, Sequence) else body.body
    ends: set[End] = {"next"}
    for statement in statements:
        if "next" not in ends:
            break
        ends.discard("next")
        ends |= _ends(ctx, statement)
    return frozenset(ends)


def always_raises(ctx: Context, body: cst.BaseSuite) -> bool:
    """Whether every path through a block (a handler's body, say) ends in `raise` or ends the process."""
    return ends_of(ctx, body) == {"raise"}


def rest_after(ctx: Context, statement: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The statements that follow one in its own block."""
    siblings = ctx.siblings(statement)
    return siblings[siblings.index(statement) + 1 :] if statement in siblings else []


def _ends(ctx: Context, statement: cst.CSTNode) -> frozenset[End]:
    match statement:
        case cst.SimpleStatementLine(body=body):
            return ends_of(ctx, body)
        case cst.Return():
            return frozenset({"return"})
        case cst.Raise():
            return frozenset({"raise"})
        case cst.Break():
            return frozenset({"break"})
        case cst.Continue():
            return frozenset({"continue"})
        case cst.Expr(value=cst.Call() as call) if ctx.callee(call) in _EXITS:
            return frozenset({"raise"})
        case cst.If(body=body, orelse=orelse):
            return ends_of(ctx, body) | (_ends(ctx, orelse) if orelse is not None else _NEXT)
        case cst.Else(body=body):
            return ends_of(ctx, body)
        case cst.While(test=test, body=body, orelse=orelse):
            return _ends_of_loop(ctx, body, orelse, endless=ctx.literal(test) in (True, 1))
        case cst.For(body=body, orelse=orelse):
            return _ends_of_loop(ctx, body, orelse, endless=False)
        case cst.Try() | cst.TryStar():
            return _ends_of_try(ctx, statement)
        case cst.With(body=body, items=items):
            return _ends_of_with(ctx, body, items)
        case cst.Match(cases=cases):
            return _NEXT.union(*(ends_of(ctx, case.body) for case in cases))
    return _NEXT


def _ends_of_loop(ctx: Context, body: cst.BaseSuite, orelse: cst.Else | None, *, endless: bool) -> frozenset[End]:
    inside = ends_of(ctx, body)
    ends: set[End] = set(inside - {"next", "break", "continue"})
    if "break" in inside:
        ends.add("next")
    if not endless:
        ends |= _ends(ctx, orelse) if orelse is not None else _NEXT
    return frozenset(ends)


def _ends_of_try(ctx: Context, statement: cst.Try | cst.TryStar) -> frozenset[End]:
    ends = set(ends_of(ctx, statement.body))
    if "next" in ends and statement.orelse is not None:
        ends.discard("next")
        ends |= _ends(ctx, statement.orelse)
    if statement.handlers:
        ends.discard("raise")  # it is caught here, or it ends the process anyway
    for handler in statement.handlers:
        ends |= ends_of(ctx, handler.body)
    if statement.finalbody is not None:
        last = ends_of(ctx, statement.finalbody.body)
        ends = set(last) if "next" not in last else ends | (last - {"next"})
    return frozenset(ends)


def _ends_of_with(ctx: Context, body: cst.BaseSuite, items: Sequence[cst.WithItem]) -> frozenset[End]:
    ends = ends_of(ctx, body)
    managers = [item.item.func for item in items if isinstance(item.item, cst.Call)]
    if any(ctx.source(manager).endswith(_RERAISES) for manager in managers):
        may_not = "reraise" in ctx.source(body).replace(_RERAISES, "")
        return ends | {"raise"} if may_not else frozenset({"raise"})
    if any(ctx.qualname(manager) == "contextlib.suppress" for manager in managers):
        return ends | {"next"}
    return ends

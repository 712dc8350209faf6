"""What a loop receives in each pass."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import WRAPPERS
from relint.names import last_name

_RECEIVING = frozenset(
    "accept anext blpop brpop get get_message get_nowait getone next poll pop popleft read readline receive "
    "receive_bytes receive_json receive_text recv recv_json recv_multipart recvfrom".split()
)


def received(ctx: Context, loop: cst.While, at: cst.BaseExpression) -> cst.Call | None:
    """The call that receives what `at` is given in each pass of a `while` loop."""
    used = {name.value for name in ctx.walk(at, cst.Name)}
    for inner in ctx.ancestors(at):  # `for part in message`
        if inner is loop:
            break
        if isinstance(inner, cst.For) and any(name.value in used for name in ctx.walk(inner.target, cst.Name)):
            used |= {name.value for name in ctx.walk(inner.iter, cst.Name)}
    for call in ctx.walk(at, cst.Call):
        if call is not at and _receives(call) and not call.args:
            return call
    bound: list[tuple[cst.BaseExpression, cst.BaseExpression]] = [
        (t.target, a.value) for a in ctx.walk(loop, cst.Assign) for t in a.targets
    ]
    bound += [(walrus.target, walrus.value) for walrus in ctx.walk(loop, cst.NamedExpr)]
    for target, given in bound:
        value = given.expression if isinstance(given, cst.Await) else given
        if isinstance(value, cst.Call) and _receives(_inner(ctx, value), value is not given):
            if used & made_from(ctx, {name.value for name in ctx.walk(target, cst.Name)}, loop):
                return value
    return None


def made_from(ctx: Context, names: set[str], loop: cst.For | cst.While | cst.CompFor) -> set[str]:
    """These names, and those that a pass of a loop makes of them."""
    found = set(names)
    made: list[tuple[cst.CSTNode, cst.CSTNode]] = []
    for part in loop.ifs if isinstance(loop, cst.CompFor) else (loop.body,):
        made += [(walrus.target, walrus.value) for walrus in ctx.walk(part, cst.NamedExpr)]
        made += [(target.target, assign.value) for assign in ctx.walk(part, cst.Assign) for target in assign.targets]
    for target, value in sorted(made, key=lambda pair: ctx.range(pair[0])):
        if found & {name.value for name in ctx.walk(value, cst.Name)}:
            found |= {name.value for name in ctx.walk(target, cst.Name)}
    return found


def _inner(ctx: Context, call: cst.Call) -> cst.Call:
    """The call that `wait_for` and its like wrap."""
    match call:
        case cst.Call(args=[cst.Arg(value=cst.Call() as inner), *_]) if ctx.callee(call) in WRAPPERS:
            return inner
    return call


def _receives(call: cst.Call, awaited: bool = False) -> bool:
    """Whether a call brings the next item: `recv()`, and when it is awaited `get_next_job()` too."""
    last = last_name(call.func)
    if last == "get" and any(argument.keyword is None for argument in call.args):
        return False  # of a mapping
    return last in _RECEIVING or (awaited and last.lstrip("_").partition("_")[0] in _RECEIVING)

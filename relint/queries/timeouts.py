"""Does a call wait without limit?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import is_none


def lacks_timeout(ctx: Context, call: cst.Call, position: int | None, keyword: str = "timeout") -> bool:
    """Whether a call certainly runs without a timeout: none is given, or it is the literal None.

    A `*args` or `**kwargs` that may hold one makes the answer no.
    """
    given = ctx.argument(call, keyword, position)
    if given is not None:
        return means_never(ctx, given.value)
    if position is not None and len([a for a in call.args if a.keyword is None]) > position:
        return False
    return not ctx.unpacks(call, "*") and not any(
        _may_hold(ctx, arg.value, keyword) for arg in call.args if arg.star == "**"
    )


def means_never(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a timeout's value is the literal None, a name bound once to it, or a tuple with a literal None."""
    if isinstance(value, cst.Tuple):
        return any(is_none(element.value) for element in value.elements)
    return ctx.literal(value) is None


def socket_default_is_set(ctx: Context) -> bool:
    """Whether the file calls `socket.setdefaulttimeout` with anything but None."""

    def answer() -> bool:
        calls = (c for c in ctx.tree.of(cst.Call) if ctx.callee(c) == "socket.setdefaulttimeout")
        return any(call.args and not is_none(call.args[0].value) for call in calls)

    return ctx.memo("socket default", answer)


def _may_hold(ctx: Context, mapping: cst.BaseExpression, key: str) -> bool:
    """Whether `**mapping` may hold `key`: it does not when it is a dict display of other literal keys."""
    if isinstance(mapping, cst.Name) and (bound := ctx.value_of(mapping)) is not None:
        mapping = bound
    if not isinstance(mapping, cst.Dict):
        return True
    keys = [ctx.literal(e.key) if isinstance(e, cst.DictElement) else ... for e in mapping.elements]
    return ... in keys or key in keys

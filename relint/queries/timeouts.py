"""Does a call wait without limit?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.origins import returned

_READS = frozenset({"get", "items", "keys", "values", "copy", "pop"})
_OUTSIDE = frozenset({"timeout", "timeout_at", "fail_after", "move_on_after", "timeout_after", "Timeout"})


def lacks_timeout(
    ctx: Context, call: cst.Call, position: int | None, keyword: str = "timeout", *, opaque: bool = False
) -> bool:
    """Whether a call certainly runs without a timeout: none is given, or it is the literal None.

    A `*args` or `**kwargs` that may hold one makes the answer no, unless `opaque` says not to believe that.
    """
    given = ctx.argument(call, keyword, position)
    if given is not None:
        return means_never(ctx, given.value)
    if position is not None and len([a for a in call.args if a.keyword is None and a.star != "**"]) > position:
        return False
    return opaque or not (ctx.unpacks(call, "*") or unpacks_opaquely(ctx, call, keyword))


def unpacks_opaquely(ctx: Context, call: cst.Call, keyword: str = "timeout") -> bool:
    """Whether the call unpacks a `**mapping` that may hold the timeout."""
    return any(may_hold(ctx, arg.value, keyword) for arg in call.args if arg.star == "**")


def is_told_never(ctx: Context, call: cst.Call, position: int | None, keyword: str = "timeout") -> bool:
    """Whether the timeout is given, and means never: for calls that have a default."""
    given = ctx.argument(call, keyword, position)
    return given is not None and means_never(ctx, given.value)


def means_never(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a timeout's value is the literal None, a name bound once to it, or a tuple with a literal None."""
    if isinstance(value, cst.Tuple):
        return any(is_none(element.value) for element in value.elements)
    return ctx.literal(value) is None


def socket_default_is_set(ctx: Context) -> bool:
    """Whether the file calls `setdefaulttimeout` of socket (or of websocket-client) with anything but None."""

    def answer() -> bool:
        setters = ("socket.setdefaulttimeout", "websocket.setdefaulttimeout")
        calls = (c for c in ctx.tree.every(cst.Call, words=("setdefaulttimeout",)) if ctx.callee(c) in setters)
        return any(call.args and not is_none(call.args[0].value) for call in calls)

    return ctx.memo("socket default", answer)


def is_bounded_outside(ctx: Context, node: cst.CSTNode, *, blocking: bool = False) -> bool:
    """Whether `node` runs inside `with timeout(...)` or `wait_for(...)` of its own function, of whatever library.

    A call that is `blocking` is out of reach of `async with` and `wait_for`; signals and green threads reach it.
    """
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                return False
            case cst.With(items=items, asynchronous=asynchronous) if asynchronous is None or not blocking:
                if any(isinstance(i.item, cst.Call) and last_name(i.item.func) in _OUTSIDE for i in items):
                    return True
            case cst.Call(func=func) if not blocking and last_name(func) == "wait_for":
                return True
    return False


def may_hold(ctx: Context, mapping: cst.BaseExpression, key: str) -> bool:
    """Whether `**mapping` may hold `key`.

    It does not when it is a dict display (or `dict(a=b)`) of other literal keys, or a call of a function in the file
    that returns one; a name bound once to one counts when nothing else is done to it but reading and setting other
    keys.
    """
    if isinstance(mapping, cst.Name) and (bound := ctx.value_of(mapping)) is not None:
        return _display_may_hold(ctx, bound, key) or _may_gain(ctx, mapping, key)
    return _display_may_hold(ctx, mapping, key)


def _display_may_hold(ctx: Context, mapping: cst.BaseExpression, key: str) -> bool:
    match mapping:
        case cst.Dict(elements=elements):
            keys = [ctx.literal(e.key) if isinstance(e, cst.DictElement) else ... for e in elements]
            return ... in keys or key in keys
        case cst.Call(func=cst.Name(value="dict"), args=args):
            return any(arg.keyword is None or arg.keyword.value == key for arg in args)
        case cst.Call(func=func) if (function := ctx.function_def(func)) is not None:
            given = returned(ctx, function)
            return not given or any(isinstance(each, cst.Call) or may_hold(ctx, each, key) for each in given)
    return True


def _may_gain(ctx: Context, name: cst.Name, key: str) -> bool:
    """Whether the dict that a name is bound to may be given `key` by something that is done to the name."""
    found = ctx.names.find(name)
    if found is None or (found[0] is ctx.names.module and ctx.names.scope_of(name) is not found[0]):
        # A module's dict may be changed from anywhere, but that is not how defaults are written.
        return False
    return any(_use_may_set(ctx, use, key) for use in ctx.names.uses(found[0], name.value))


def _use_may_set(ctx: Context, use: cst.Name, key: str) -> bool:
    parent = ctx.parent(use)
    match parent:
        case cst.Arg(star="**"):
            return False
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=index))]) if value is use:
            return ctx.literal(index) in (key, ...)
        case cst.Attribute(attr=cst.Name(value=method)) if method in _READS:
            return False
        case cst.Attribute(attr=cst.Name(value="update" | "setdefault" as method)):
            call = ctx.parent(parent)
            if not isinstance(call, cst.Call) or not call.args:
                return True
            if method == "setdefault":
                return ctx.literal(call.args[0].value) in (key, ...)
            return any(
                arg.keyword.value == key if arg.keyword is not None else _display_may_hold(ctx, arg.value, key)
                for arg in call.args
            )
        case cst.ComparisonTarget() | cst.Return():
            return False
    return True

"""Does the client of a data store wait without limit?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.data_stores import BLOCKING_COMMANDS, BLOCKS_WITH, CHANNELS, ENOUGH_FOR_BLOCKING, Store
from relint.names import last_name
from relint.queries.origins import origins
from relint.queries.text import Piece, Text, text_of
from relint.queries.timeouts import is_told_never, lacks_timeout, unpacks_opaquely
from relint.queries.versions import minimum_version

_STREAMING = ("Stream", "Watch", "Subscribe", "Listen", "Follow", "Tail", "Monitor")
_LDAP_LIMITS = frozenset({"OPT_NETWORK_TIMEOUT", "OPT_TIMEOUT", "network_timeout"})
_ITERATING = frozenset({"iter", "next", "list", "aiter", "anext", "enumerate", "tuple"})


def lacking(ctx: Context, call: cst.Call, store: Store) -> tuple[str, ...]:
    """The arguments that a client's limits need and `call` certainly lacks; empty when it has them or may have them."""
    missing = tuple(name for name in store.needs if lacks_timeout(ctx, call, store.position_of(name), name))
    if not missing or any(ctx.keyword(call, name) is not None for name in (*store.enough, *store.elsewhere)):
        return ()
    if any(unpacks_opaquely(ctx, call, name) for name in (*store.enough, *store.elsewhere)):
        return ()
    if store.since is not None and not is_told_never(ctx, call, store.position, store.needs[0]):
        version = minimum_version(ctx, store.since[0])
        if version is None or version >= store.since[1]:
            return ()
    if store.text is not None and (text := ctx.argument(call, store.text[1], store.text[0])) is not None:
        if _text_may_set(ctx, text.value, store):
            return ()
    return missing


def waits_on_purpose(ctx: Context) -> bool:
    """Whether the file gives redis commands that wait as long as their caller says."""

    def answer() -> bool:
        for call in ctx.tree.every(cst.Call, words=(*BLOCKING_COMMANDS, BLOCKS_WITH)):
            if isinstance(call.func, cst.Attribute):
                if call.func.attr.value in BLOCKING_COMMANDS or ctx.keyword(call, BLOCKS_WITH) is not None:
                    return True
        return False

    return ctx.memo("redis commands that wait", answer)


def outlives_silence(ctx: Context, call: cst.Call) -> bool:
    """Whether a redis client for commands that wait is told how to notice a dead server."""
    return any(ctx.keyword(call, name) is not None or unpacks_opaquely(ctx, call, name) for name in ENOUGH_FOR_BLOCKING)


def directory_has_limit(ctx: Context) -> bool:
    """Whether the file sets an option of python-ldap that limits waiting, or options that nobody can see."""

    def answer() -> bool:
        for attribute in ctx.tree.every(cst.Attribute, cst.Name, words=_LDAP_LIMITS):
            if last_name(attribute) in _LDAP_LIMITS:
                return True
        for call in ctx.tree.every(cst.Call, words=("set_option",)):
            if last_name(call.func) == "set_option" and call.args:
                if not last_name(call.args[0].value).startswith("OPT_"):
                    return True
        return False

    return ctx.memo("ldap has a limit", answer)


def remote_call(ctx: Context, call: cst.Call) -> str | None:
    """The name of a unary gRPC method that a call waits for without a deadline, through a stub on a channel made here.

    A channel with a service configuration or interceptors may set one; what is iterated over, or named like a stream,
    is meant to last.
    """
    match call.func:
        case cst.Attribute(value=stub, attr=cst.Name(value=method)) if method[:1].isupper():
            if not (ctx.instance_of(stub) or "").endswith("Stub") or method.startswith(_STREAMING):
                return None
            if method.endswith(_STREAMING) or _is_iterated(ctx, call) or not lacks_timeout(ctx, call, 1):
                return None
            return method if _has_plain_channel(ctx, stub) else None
    return None


def _has_plain_channel(ctx: Context, stub: cst.BaseExpression) -> bool:
    made = [c for c in origins(ctx, stub).calls if last_name(c.func).endswith("Stub") and c.args]
    channels = [channel for maker in made for channel in origins(ctx, maker.args[0].value).calls]
    return bool(channels) and all(_is_plain(ctx, channel) for channel in channels)


def _is_plain(ctx: Context, channel: cst.Call) -> bool:
    return ctx.callee(channel) in CHANNELS and not any(
        ctx.keyword(channel, name) for name in ("options", "interceptors")
    )


def _is_iterated(ctx: Context, call: cst.Call) -> bool:
    """Whether what a call returns is a stream of answers: it, or the name it is bound to, is iterated over."""
    parent = ctx.parent(call)
    match parent:
        case cst.For(iter=iterated) | cst.CompFor(iter=iterated):
            return iterated is call
        case cst.From():
            return True
        case cst.Arg():
            outer = ctx.parent(parent)
            return isinstance(outer, cst.Call) and last_name(outer.func) in _ITERATING
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            found = ctx.names.find(name)
            uses = ctx.names.uses(found[0], name.value) if found is not None else []
            return any(_is_looped_over(ctx, use) for use in uses)
    return False


def _is_looped_over(ctx: Context, use: cst.Name) -> bool:
    match ctx.parent(use):
        case cst.For(iter=iterated) | cst.CompFor(iter=iterated):
            return iterated is use
        case cst.Arg() as arg:
            outer = ctx.parent(arg)
            return isinstance(outer, cst.Call) and last_name(outer.func) in _ITERATING
    return False


def _text_may_set(ctx: Context, expression: cst.BaseExpression, store: Store) -> bool:
    """Whether a URL or DSN sets one of the limits, or may where its text is trusted to."""
    return any(_may_set(text, store) for text in text_of(ctx, expression))


def _may_set(text: Text, store: Store) -> bool:
    if store.text_decides and not (text and isinstance(text[0], Piece)):
        return True
    written = "".join(part.text for part in text if isinstance(part, Piece)).lower()
    return any(name.lower() in written for name in (*store.needs, *store.enough))

"""Transport adapters and session classes of the file that bring a default timeout, or only seem to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, elsewhere
from relint.libraries.http import HTTP_ADAPTERS, PLAIN_ADAPTERS
from relint.names import is_none

How = Literal["setdefault", "get", "not in", "parameter"]


@dataclass(frozen=True, eq=False)
class Ineffective:
    """A default timeout in `send` that the session's `timeout=None` overrides.

    `node` is what does nothing: the statement, or the parameter. `value` is the timeout that was meant.
    """

    how: How
    node: cst.CSTNode
    value: cst.BaseExpression


def is_adapter(ctx: Context, cls: cst.ClassDef) -> bool:
    """Whether a class of the file is a `requests` transport adapter."""
    return ctx.base_of(cls) in HTTP_ADAPTERS


def method_of(ctx: Context, cls: cst.ClassDef, name: str) -> cst.FunctionDef | None:
    """The method of a class, or of its base classes in the file."""
    for ancestor in ctx.names.ancestry(cls):
        for binding in ctx.names.body_scope(ancestor).bindings.get(name, []):
            if isinstance(binding.node, cst.FunctionDef):
                return binding.node
    return None


def ineffective_default(ctx: Context, send: cst.FunctionDef) -> Ineffective | None:
    """The default timeout of an adapter's `send` that never applies; None when there is none or when it works.

    `Session.request` always passes `timeout=`, so the key is there even where nobody gave a timeout: its value is
    None, and no default for an absent argument is used.
    """
    return ctx.memo(("ineffective default", send), lambda: _ineffective_default(ctx, send))


def _ineffective_default(ctx: Context, send: cst.FunctionDef) -> Ineffective | None:
    found: Ineffective | None = None
    for node in ctx.walk(send.body, cst.Call, cst.Assign, cst.Comparison, cst.AugAssign):
        match node:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="setdefault")), args=[key, value]):
                if ctx.literal(key.value) == "timeout" and not is_none(value.value):
                    found = Ineffective("setdefault", node, value.value)
            case cst.Assign(
                targets=[cst.AssignTarget(target=target)],
                value=cst.Call(func=cst.Attribute(attr=cst.Name(value="get" | "pop")), args=[key, value]),
            ) if _is_timeout(ctx, target) and ctx.literal(key.value) == "timeout":
                found = Ineffective("get", node, value.value)
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value) if _is_timeout(ctx, target):
                around = ctx.enclosing(node, cst.If)
                if around is None or not _asks_for_key(ctx, around.test):
                    return None
                found = Ineffective("not in", around, value)
    if found is not None:
        return None if _asks_for_none(ctx, send) else found
    for parameter in (*send.params.params, *send.params.kwonly_params):
        default = parameter.default
        if parameter.name.value == "timeout" and default is not None and ctx.literal(default) is not None:
            return None if _asks_for_none(ctx, send) else Ineffective("parameter", parameter, default)
    return None


def brings_timeout(ctx: Context, cls: cst.ClassDef) -> bool:
    """Whether an adapter class of the file gives each request a timeout that applies."""
    send = method_of(ctx, cls, "send")
    return send is not None and _mentions_timeout(ctx, send) and ineffective_default(ctx, send) is None


def sets_timeout(ctx: Context, session: cst.ClassDef) -> bool:
    """Whether a session class of the file gives each request a timeout: `request` or `send` do it themselves."""
    request, send = method_of(ctx, session, "request"), method_of(ctx, session, "send")
    if request is not None and _mentions_timeout(ctx, request):
        return True
    return send is not None and _mentions_timeout(ctx, send) and ineffective_default(ctx, send) is None


def adapter_brings_timeout(ctx: Context, adapter: cst.BaseExpression, method: str) -> bool:
    """Whether a mounted adapter gives (or may give) the requests made by the session's `method` a timeout.

    An adapter out of sight may; the adapters known from libraries do not. A default for an absent argument applies to
    `session.send(prepared)` alone, where the session passes no timeout of its own.
    """
    if (place := elsewhere(ctx, adapter)) is not None:
        question = f"adapter for {method}"
        return ask(ctx, place, question, lambda there, e: adapter_brings_timeout(there, e, method)) is not False
    made = ctx.value_of(adapter) if isinstance(adapter, cst.Name | cst.Attribute) else adapter
    if not isinstance(made, cst.Call):
        return True
    cls = ctx.class_def(made.func)
    if cls is None:
        return ctx.callee(made) not in PLAIN_ADAPTERS
    if not is_adapter(ctx, cls):
        return ctx.base_of(cls) not in PLAIN_ADAPTERS
    send = method_of(ctx, cls, "send")
    if send is not None and method == "send" and ineffective_default(ctx, send) is not None:
        return True
    return brings_timeout(ctx, cls)


def _mentions_timeout(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether the function sets something named timeout: a key, a keyword argument, a default."""
    for parameter in (*function.params.params, *function.params.kwonly_params):
        if parameter.name.value == "timeout" and parameter.default is not None and not is_none(parameter.default):
            return True
    for node in ctx.walk(function.body, cst.SimpleString, cst.Arg, cst.AssignTarget):
        match node:
            case cst.SimpleString() if node.evaluated_value == "timeout":
                return True
            case cst.Arg(keyword=cst.Name(value="timeout"), value=value):
                if not is_none(value) and not _is_own_parameter(ctx, value):
                    return True
            case cst.AssignTarget(target=cst.Name(value="timeout")):
                return True
    return False


def _is_own_parameter(ctx: Context, value: cst.BaseExpression) -> bool:
    """`timeout=timeout` of a parameter that is passed on as it came."""
    bound = ctx.names.bindings(value) if isinstance(value, cst.Name) else []
    return len(bound) == 1 and bound[0].kind == "parameter"


def _is_timeout(ctx: Context, target: cst.BaseExpression) -> bool:
    match target:
        case cst.Name(value="timeout"):
            return True
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return bool(ctx.literal(key) == "timeout")
    return False


def _asks_for_key(ctx: Context, test: cst.CSTNode) -> bool:
    """`"timeout" not in kwargs`, which is never so."""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.NotIn())]):
            return bool(ctx.literal(left) == "timeout")
    return False


def _asks_for_none(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether the function looks at what the timeout is: `is None`, `not timeout`, `timeout or N`."""
    for node in ctx.walk(function.body, cst.Comparison, cst.UnaryOperation, cst.BooleanOperation, cst.IfExp, cst.If):
        asked: cst.CSTNode = node.test if isinstance(node, cst.If | cst.IfExp) else node
        if "timeout" in ctx.source(asked) and not _asks_for_key(ctx, asked):
            return True
    return False

"""Rows that a handler of POST creates each time that it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.entry_points import entry_point
from relint.queries.made_rows import is_made_twice, made_model

_KEY = re.compile(
    r"idempoten|request_?id|dedup|client_?token|nonce|get_or_create|update_or_create|on_conflict", re.IGNORECASE
)
"""What a file speaks of that recognises a repetition."""


@dataclass(frozen=True, eq=False)
class Creation:
    """`node` makes a row of `model` in `handler`."""

    node: cst.Call
    model: str
    handler: str


def created_by_post(ctx: Context) -> Iterator[Creation]:
    """The first row that each handler of POST makes, where nothing keeps a second one out."""
    if _KEY.search(ctx.text):
        return
    for function in ctx.tree.seen(cst.FunctionDef):
        whole = _answers_post(ctx, function)
        for call in ctx.walk(function.body, cst.Call):
            model = made_model(ctx, call)
            if model is None or not (whole or _is_below_post(ctx, call)):
                continue
            if is_made_twice(ctx, call, model, function):
                cls = ctx.names.class_of_method(function)
                prefix = f"{cls.name.value}." if cls is not None else ""
                yield Creation(call, last_name(model), f"{prefix}{function.name.value}")
                break


def _answers_post(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function is called for POST alone."""
    kind = entry_point(ctx, function)
    if kind == "view" and ctx.names.class_of_method(function) is not None and function.name.value in ("post", "create"):
        return True
    if kind not in ("view", "route"):
        return False
    for _, decorator in ctx.decorators(function):
        word = last_name(decorator.func if isinstance(decorator, cst.Call) else decorator)
        methods = [ctx.literal(text) for text in ctx.walk(decorator, cst.SimpleString)]
        if word in ("post", "require_POST"):
            return True
        if word in ("route", "api_route", "api_view", "action", "require_http_methods"):
            verbs = {str(method).upper() for method in methods} & {"GET", "POST", "PUT", "PATCH", "DELETE"}
            if verbs == {"POST"}:
                return True
    return False


def _is_below_post(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a node stands below `if request.method == "POST"` of a view."""
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.If(test=test) if "request.method" in ctx.source(test) and "POST" in ctx.source(test):
                return "!=" not in ctx.source(test)
            case cst.FunctionDef():
                return False
    return False

"""Requests that create or change something, and are sent again when it is not known whether the first one arrived."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.retries import URLLIB3
from relint.names import is_none, last_name
from relint.queries.attempted import attempted, error_words
from relint.queries.retries import retries

_CLIENTS = frozenset(
    {"requests", "requests.Session", "requests.sessions.Session", "httpx", "httpx.Client", "httpx.AsyncClient"}
    | {"aiohttp.ClientSession", "aiohttp.client.ClientSession"}
)
_CHANGING = frozenset({"post", "patch"})
_METHODS = frozenset({"POST", "PATCH"})
_READS = re.compile(
    r"(?:(?<![A-Za-z])|(?=[A-Z]))(?i:search|quer|graphql|rpc|token|o?auth|login|embed|complet|chat|generat|predict|infer"
    r"|rerank|score|valid|check|lookup|extract|translat|count|list|find|fetch|status|scrape|crawl|read|load|get|eval"
    r"|analy|classif|detect|parse|transcri|synthe|image|speech|llm|download|poll|ping|select|stop|cancel|close|clear"
    r"|flush)"
)
"""Words of addresses and functions that ask for something by POST, or do the same however often they are called."""
_NOT_ARRIVED = re.compile(
    r"^(ConnectTimeout|ConnectError|ConnectionRefusedError|NewConnectionError|ConnectTimeoutError|PoolTimeout|gaierror"
    r"|ClientConnectorError|ClientConnectionError|NameResolutionError|\w*(RateLimit|TooManyRequests|Throttl)\w*)$"
)
"""Errors of requests that the other side has not begun to work on."""
_KEY = re.compile(r"idempoten|request[-_]?token|client_?token|dedup|request_?id", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class RepeatedPost:
    """`node` is the request, or the argument that allows its repetition; `name` is what the message calls it."""

    node: cst.CSTNode
    name: str


def repeated_posts(ctx: Context) -> Iterator[RepeatedPost]:
    """The requests of the file that are sent again though they may have arrived."""
    if _KEY.search(ctx.text):
        return
    for call in ctx.tree.of(cst.Call):
        allowed = _allowed_methods(ctx, call)
        if allowed is not None:
            yield allowed
    seen: set[cst.CSTNode] = set()
    for retry in retries(ctx).values():
        tries = [each for each in attempted(ctx, retry) if any(_may_have_arrived(ctx, e) for e in each.errors)]
        for call in (call for each in tries for call in each.calls):
            if call not in seen and _changes(ctx, call) and not _reads(ctx, call):
                seen.add(call)
                yield RepeatedPost(call, ctx.source(call.func))


def _allowed_methods(ctx: Context, call: cst.Call) -> RepeatedPost | None:
    """`Retry(allowed_methods=["POST"])`, unless only connecting is tried again."""
    if ctx.callee(call) not in URLLIB3:
        return None
    methods = ctx.keyword(call, "allowed_methods") or ctx.keyword(call, "method_whitelist")
    if methods is None or not _allows_changes(ctx, methods.value):
        return None
    if _is_zero(ctx, ctx.keyword(call, "read")) and ctx.keyword(call, "status_forcelist") is None:
        return None
    if _is_named_for_reading(ctx, call) or not any(_may_change(ctx, other) for other in ctx.tree.every(cst.Call)):
        return None
    return RepeatedPost(methods, last_name(call.func))


def _may_change(ctx: Context, call: cst.Call) -> bool:
    """Whether a call sends a POST, or whatever it is told to."""
    name = last_name(call.func)
    return name in _CHANGING or name in ("request", "Request", "send")


def _allows_changes(ctx: Context, methods: cst.BaseExpression) -> bool:
    if is_none(methods) or ctx.literal(methods) is False:
        return True
    if isinstance(methods, cst.Name) and (value := ctx.value_of(methods)) is not None:
        methods = value
    return any(ctx.literal(text) in _METHODS for text in ctx.walk(methods, cst.SimpleString))


def _is_zero(ctx: Context, arg: cst.Arg | None) -> bool:
    return arg is not None and ctx.literal(arg.value) in (0, False)


def _may_have_arrived(ctx: Context, errors: cst.BaseExpression | None) -> bool:
    classes = error_words(ctx, errors)
    return not classes or any(_NOT_ARRIVED.match(word) is None for word in classes)


def _changes(ctx: Context, call: cst.Call) -> bool:
    """Whether a call is a POST or PATCH of an HTTP client."""
    if not isinstance(call.func, cst.Attribute):
        return False
    method = call.func.attr.value
    if method not in _CHANGING and method != "request":
        return False
    owner = (ctx.callee(call) or "").rpartition(".")[0]
    if owner not in _CLIENTS:
        return False
    if method != "request":
        return True
    given = ctx.argument(call, "method", 0)
    return given is not None and ctx.literal(given.value) in _METHODS


def _reads(ctx: Context, call: cst.Call) -> bool:
    """Whether a POST asks for something by the look of its address, its function, its class or its file."""
    url = ctx.argument(call, "url", 0)
    address = [ctx.source(url.value)] if url is not None else []
    value = ctx.value_of(url.value) if url is not None and isinstance(url.value, cst.Name) else None
    address += [ctx.source(value)] if value is not None else []
    return any(_READS.search(text) for text in address) or _is_named_for_reading(ctx, call)


def _is_named_for_reading(ctx: Context, call: cst.Call) -> bool:
    around = [node.name.value for node in ctx.ancestors(call) if isinstance(node, cst.FunctionDef | cst.ClassDef)]
    return any(_READS.search(name) for name in (*around, PurePath(ctx.path).stem))

"""Requests that are retried, with no circuit breaker in sight."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.attempted import Attempted, attempted, error_words
from relint.queries.effects import effect_of
from relint.queries.entry_points import entry_point
from relint.queries.retries import Retry, retries

_BREAKER = re.compile(r"breaker|circuit", re.IGNORECASE)
_SCRIPT = re.compile(r"__name__ *== *[\"']__main__|^\s*(?:import|from) (?:argparse|click|typer|fire)\b", re.MULTILINE)
_COMMANDS = frozenset({"cli", "commands", "scripts", "bin"})
"""Folders of what is run once, by a person."""
_RATE_LIMIT = re.compile(r"RateLimit|TooManyRequests|Throttl")
_FEW = 2


def unbroken_retries(ctx: Context) -> Iterator[cst.Call]:
    """The first request of each retry in which nothing stops asking a peer that is down; not in scripts."""
    if _BREAKER.search(ctx.text) or _SCRIPT.search(ctx.text) or PurePath(ctx.path).parent.name in _COMMANDS:
        return
    seen: set[cst.CSTNode] = set()
    for retry in retries(ctx).values():
        if _is_concerned(ctx, retry):
            for each in attempted(ctx, retry):
                requests = (call for call in each.calls if effect_of(ctx, call) == "request")
                call = next((call for call in requests if not _goes_anywhere(ctx, call)), None)
                if call is not None and call not in seen and not _obeys_only(ctx, each):
                    seen.add(call)
                    yield call


def _is_concerned(ctx: Context, retry: Retry) -> bool:
    """Whether a retry ends, makes more than one other attempt, and is not the body of a command."""
    if retry.endless or (retry.attempts is not None and retry.attempts <= _FEW):
        return False
    if not isinstance(retry.node, cst.For | cst.While):
        return True
    function = ctx.function_of(retry.node)
    return isinstance(function, cst.FunctionDef) and entry_point(ctx, function) != "command"


def _goes_anywhere(ctx: Context, call: cst.Call) -> bool:
    """Whether a request goes to an address that its caller names: another peer each time."""
    url = ctx.argument(call, "url", 1 if last_name(call.func) == "request" else 0)
    found = ctx.definitions(url.value) if url is not None and isinstance(url.value, cst.Name) else None
    return any(binding.kind == "parameter" for binding in found or ())


def _obeys_only(ctx: Context, each: Attempted) -> bool:
    """Whether all errors that are retried are those of a rate limit: the other side is well."""
    words = [error_words(ctx, errors) for errors in each.errors]
    return all(found and all(_RATE_LIMIT.search(word) for word in found) for found in words)

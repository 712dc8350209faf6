"""Does a coroutine ask something that others use too: a service, a database, a model?"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import WRAPPERS
from relint.names import last_name
from relint.queries.bounds import word_list, words_of
from relint.queries.started import function_started

_ASKING = frozenset(
    "call complete completion completions crawl delete download embed embedding embeddings execute extract fetch "
    "generate get head insert invoke patch post predict publish put query request scrape search send summarize "
    "translate update upload upsert".split()
)
_AT_HAND = frozenset("cache lock q queue sem semaphore".split())
"""What is asked in memory."""
_GIVEN = frozenset("callback cb fn func function".split())
"""A function that is called so was given by somebody, who may have put a limit around it."""
_DEPTH = 2


def asks_others(ctx: Context, made: cst.Call, depth: int = _DEPTH) -> bool:
    """Whether what a coroutine awaits asks others, as far as the file or the names of the functions show it.

    `fetch(url)`, `self.client.insert(row)`, or a function of the file that awaits such. Who awaits nothing is told
    elsewhere.
    """
    if ctx.callee(made) in WRAPPERS:
        inner = made.args[0].value if made.args else None
        return isinstance(inner, cst.Call) and asks_others(ctx, inner, depth)
    started = made.args[0].value if last_name(made.func) == "map" and made.args else function_started(made)
    words = word_list(last_name(started))
    if words[-1:] and words[-1] in _GIVEN:
        return False
    if isinstance(started, cst.Attribute) and words_of(last_name(started.value)) & _AT_HAND:
        return False
    if any(word in _ASKING or word.removeprefix("a") in _ASKING for word in words):  # `aembed`
        return True
    function = ctx.function_def(started) if depth else None
    return function is not None and any(asks_others(ctx, call, depth - 1) for call in _waits(ctx, function))


def _waits(ctx: Context, function: cst.FunctionDef) -> Iterator[cst.Call]:
    """The calls that a coroutine function awaits, enters or goes over."""
    for wait in ctx.walk(function.body, cst.Await):
        if isinstance(wait.expression, cst.Call):
            yield wait.expression
    for block in ctx.walk(function.body, cst.With):
        if block.asynchronous is not None:
            yield from (item.item for item in block.items if isinstance(item.item, cst.Call))
    loops: list[cst.For | cst.CompFor] = [*ctx.walk(function.body, cst.For), *ctx.walk(function.body, cst.CompFor)]
    for loop in loops:
        if loop.asynchronous is not None and isinstance(loop.iter, cst.Call):
            yield loop.iter

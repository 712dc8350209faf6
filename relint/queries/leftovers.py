"""Passes over what is left: what failed in one pass is put on a list, and done again in the next."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import last_name
from relint.queries.attempts import only_computes
from relint.queries.mentions import names_in
from relint.queries.passes import LOOPS, Loop, attempts_in
from relint.queries.pauses import Pause, pauses_in
from relint.queries.poll_words import asks_for_a_state
from relint.queries.retries import Failure
from relint.queries.retry_handlers import polls

_FAILED = re.compile(r"fail|err|retr", re.IGNORECASE)
"""Names of lists of what is done again because it failed, not because it is not done yet."""


def failures_left(ctx: Context, loop: Loop) -> Iterator[Failure]:
    """The handlers in a loop whose next pass is for what failed in this one, behind a wait of known kind.

    `for job in left: try: send(job) except OSError: failed.append(job)`, and then `left = failed; sleep(5)`.
    """
    pauses = [pause for pause in pauses_in(ctx, loop.body, loop) if not pause.inner]
    if not pauses or any(pause.delay not in (Delay.FIXED, Delay.GROWING) for pause in pauses):
        return
    for inner in ctx.walk(loop.body, cst.For):
        if ctx.enclosing(inner, *LOOPS) is loop:
            yield from _failures(ctx, loop, inner, pauses)


def _failures(ctx: Context, loop: Loop, inner: cst.For, pauses: list[Pause]) -> Iterator[Failure]:
    for attempt in attempts_in(inner):
        if only_computes(ctx, attempt) or any(
            asks_for_a_state(last_name(call.func)) for call in ctx.walk(attempt.body, cst.Call)
        ):
            continue
        for handler in attempt.handlers:
            if any(_goes_on_with(ctx, loop, inner, name) for name in _noted(ctx, handler)):
                if not polls(ctx, handler, pauses):
                    yield Failure(handler, pauses[0].delay, tuple(pauses))


def _goes_on_with(ctx: Context, loop: Loop, inner: cst.For, name: str) -> bool:
    """Whether a list of what failed becomes what the next pass runs over, in the inner loop or to hand it on."""
    iterated = [each.iter for each in ctx.walk(loop.body, cst.For)]
    iterated += [each.iter for each in ctx.walk(loop.body, cst.CompFor)]
    tried = {name for each in iterated for name in names_in(ctx, each)}
    if not _FAILED.search(name):
        handlers = (handler for attempt in attempts_in(inner) for handler in attempt.handlers)
        if list(_noted(ctx, loop.body)).count(name) != sum(list(_noted(ctx, h)).count(name) for h in handlers):
            return False  # what is not done yet is on it as well
    return any(
        name in names_in(ctx, assign.value) and tried & set(names_in(ctx, target.target))
        for assign in ctx.walk(loop.body, cst.Assign)
        for target in assign.targets
    )


def _noted(ctx: Context, node: cst.CSTNode) -> Iterator[str]:
    """The lists that something is put on: `failed.append(job)`."""
    for call in ctx.walk(node, cst.Call):
        match call.func:
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append" | "add")):
                yield name

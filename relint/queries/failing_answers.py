"""Answers that say "not now": `if response.status_code == 503: sleep(1); continue`."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import last_name
from relint.queries.endings import ends_of
from relint.queries.mentions import nodes_in
from relint.queries.passes import LOOPS, OWN, Loop, goes_round, pass_ends
from relint.queries.pauses import Pause, pauses_in
from relint.queries.retries import Failure

_STATUS = re.compile(r"^(status|status_code|statuscode|http_status|code|resp_status|response_code)$", re.IGNORECASE)
_BUSY = (408, 425, 429)


def failing_answers(ctx: Context, loop: Loop) -> Iterator[Failure]:
    """The tests in a loop after which the same call is made again for its answer, behind a wait of known kind."""
    if isinstance(loop, cst.While) and is_failing(ctx, loop.test):
        yield from _failure(loop, pauses_in(ctx, loop.body, loop))
        return
    for test in ctx.walk(loop.body, cst.If, stop=OWN):
        if not is_failing(ctx, test.test) or ctx.enclosing(test, *LOOPS) is not loop:
            continue
        if goes_round(pass_ends(ctx, loop, test, ends_of(ctx, test.body))) and _is_left_without(ctx, loop, test):
            yield from _failure(test, pauses_in(ctx, test.body, loop))


def is_failing(ctx: Context, test: cst.BaseExpression) -> bool:
    """Whether a test asks for an answer that says "not now": 408, 425, 429 or 5xx."""
    for comparison in ctx.walk(test, cst.Comparison):
        if not _STATUS.match(last_name(comparison.left)) or len(comparison.comparisons) != 1:
            continue
        target = comparison.comparisons[0]
        values = [target.comparator]
        if isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
            values = [element.value for element in target.comparator.elements]
        codes = [ctx.literal(value) for value in values]
        match target.operator:
            case cst.Equal() | cst.In():
                if codes and all(map(_is_busy, codes)):
                    return True
            case cst.GreaterThanEqual() | cst.GreaterThan():
                if codes[0] in (499, 500):
                    return True
    return False


def _is_busy(code: object) -> bool:
    return code in _BUSY or (isinstance(code, int) and 500 <= code < 600)


def _failure(node: cst.CSTNode, pauses: list[Pause]) -> Iterator[Failure]:
    if pauses and all(p.delay in (Delay.FIXED, Delay.GROWING) for p in pauses):
        yield Failure(node, pauses[0].delay, tuple(pauses))


def _is_left_without(ctx: Context, loop: Loop, test: cst.If) -> bool:
    """Whether the loop is left where the test does not hold."""
    inside = set(nodes_in(test.body))
    return any(exit_ not in inside for exit_ in ctx.walk(loop.body, cst.Return, cst.Break, stop=OWN))

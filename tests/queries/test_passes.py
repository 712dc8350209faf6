from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.passes import Loop, attempts_in, done_after, done_before, goes_round, pass_ends
from tests.asking import context, node

CODE = """
while wanted:
    prepare()
    if ready:
        first()
        try:
            call()
        except OSError:
            try:
                repair()
            except OSError:
                pass
        second()
    for item in items:
        try:
            other(item)
        except OSError:
            pass
    if enough:
        break
    pause()
"""


def asked() -> tuple[Context, Loop, cst.Try]:
    ctx = context(CODE)
    (loop,) = ctx.tree.of(cst.While)
    (attempt,) = attempts_in(loop)
    assert isinstance(attempt, cst.Try)
    return ctx, loop, attempt


def test_attempts_are_those_of_its_own_passes() -> None:
    ctx, _, attempt = asked()
    assert ctx.source(attempt.body).strip() == "call()"


def test_what_is_done_around_an_attempt() -> None:
    ctx, loop, attempt = asked()
    assert [ctx.source(part) for part in done_before(ctx, loop, attempt)] == ["first()", "prepare()"]
    after = [ctx.source(part).partition("\n")[0] for part in done_after(ctx, loop, attempt)]
    assert after == ["second()", "for item in items:", "if enough:", "pause()"]


@pytest.mark.parametrize(("ends", "of_the_pass"), [({"next"}, {"next", "break"}), ({"raise"}, {"raise"})])
def test_how_a_pass_ends(ends: set[str], of_the_pass: set[str]) -> None:
    ctx, loop, attempt = asked()
    found = pass_ends(ctx, loop, attempt, frozenset(ends))  # type: ignore[arg-type]
    assert found == of_the_pass
    assert goes_round(found) is ("next" in of_the_pass)


def test_the_last_statement_has_nothing_after_it() -> None:
    ctx, loop, _ = asked()
    last = ctx.statement_of(node(ctx, "pause()", cst.Call))
    assert done_after(ctx, loop, last) == []

from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.failing_answers import failing_answers, is_answered, is_failing
from tests.asking import context


@pytest.mark.parametrize(
    ("test", "failing"),
    [
        ("response.status_code == 503", True),
        ("response.status in (429, 500)", True),
        ("status >= 500", True),
        ("error.code > 499 and left", True),
        ("response.status_code in self.retry_codes", True),
        ("response.status_code in self.known", False),
        ("response.status_code == 404", False),
        ("response.status_code in (429, 404)", False),
        ("status != 503", False),
        ("count >= 500", False),
    ],
)
def test_is_failing(test: str, failing: bool) -> None:
    ctx = context(f"if {test}: pass\n")
    (found,) = ctx.tree.of(cst.If)
    assert is_failing(ctx, found.test) is failing


@pytest.mark.parametrize(
    ("inside", "after", "delays"),
    [
        ("time.sleep(1); continue", "return answer", [Delay.FIXED]),
        ("time.sleep(1)", "return answer", []),
        ("time.sleep(2**n); continue", "return answer", [Delay.GROWING]),
        ("time.sleep(random.random()); continue", "return answer", []),
        ("time.sleep(1); return None", "return answer", []),
        ("time.sleep(1); continue", "print(answer)", []),
        ("print(answer)", "return answer", []),
    ],
)
def test_failing_answers(inside: str, after: str, delays: list[Delay]) -> None:
    ctx = context(
        f"""
        import random, time
        def work(get):
            for n in range(3):
                answer = get()
                if answer.status == 503:
                    {inside}
                {after}
        """
    )
    (loop,) = ctx.tree.of(cst.For)
    assert [failure.delay for failure in failing_answers(ctx, loop)] == delays


@pytest.mark.parametrize(
    ("given", "test", "failures"),
    [
        ("page, error = get()", "error is not None", 1),
        ("page, error = get()", "error", 1),
        ("page = get()", "isinstance(page, ErrorPage)", 1),
        ("page = get()", "isinstance(page, Page)", 0),
        ("error = page.error", "error", 0),
        ("page, more = get()", "more", 0),
    ],
)
def test_answers_that_are_errors(given: str, test: str, failures: int) -> None:
    ctx = context(
        f"""
        import time
        def work(get, page):
            for attempt in range(3):
                {given}
                if {test}:
                    time.sleep(1)
                else:
                    return page
        """
    )
    (loop,) = ctx.tree.of(cst.For)
    assert len(list(failing_answers(ctx, loop))) == failures


@pytest.mark.parametrize(
    ("loop", "call", "answered"),
    [
        ("for attempt in range(3):", "client.upload(path)", True),
        ("for attempt in range(3):", "client.get(path)", False),
        ("for item in items:", "client.upload(path)", False),
        ("while tries < 3:", "client.sendMessage(path)", True),
    ],
)
def test_is_answered(loop: str, call: str, answered: bool) -> None:
    ctx = context(
        f"""
        {loop}
            done = {call}
            if done:
                break
        """
    )
    (found,) = ctx.tree.of(cst.For, cst.While)
    (test,) = ctx.tree.of(cst.If)
    assert is_answered(ctx, found, test) is answered
    assert list(failing_answers(ctx, found)) == []

from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.attempts import (
    after_success,
    has_flag_of_success,
    judges_response,
    tries_another,
)
from relint.queries.passes import Attempt, Loop, attempts_in
from tests.asking import context


def attempt(loop: str, body: str, handler: str = "pass", after: str = "") -> tuple[Context, Loop, Attempt]:
    code = f"{loop}\n        try:\n            {body}\n        except OSError:\n            {handler}\n        {after}"
    ctx = context(f"def work(client, hosts):\n    {code}\n")
    (found,) = (each for each in ctx.tree.of(cst.For, cst.While) if attempts_in(each))
    return ctx, found, attempts_in(found)[0]


@pytest.mark.parametrize(
    ("loop", "body", "another"),
    [
        ("for n in range(3):", "client.get()", False),
        ("for n in range(3):", "client.get(n)", True),
        ("for n in range(3):", "log.info(n)", False),
        ("for n in range(3):", "clients[n].get()", True),
        ("while True:", "client.add(uuid.uuid4())", True),
    ],
)
def test_something_else_is_tried(loop: str, body: str, another: bool) -> None:
    assert tries_another(*attempt(loop, body)) is another


@pytest.mark.parametrize(
    ("loop", "body", "after", "ends"),
    [
        ("while True:", "return client.get()", "", (True, False)),
        ("while True:", "client.get()", "", (False, True)),
        ("while True:", "client.get()", "break", (True, False)),
        ("while True:", "if client.get(): return", "", (True, True)),
        ("while not done:", "done = True", "", (True, False)),
        ("while not done:", "done = client.done()", "done = False", (False, True)),
    ],
)
def test_after_success(loop: str, body: str, after: str, ends: tuple[bool, bool]) -> None:
    ctx, found, tried = attempt(loop, body, after=after)
    assert after_success(ctx, found, tried) == ends
    assert has_flag_of_success(ctx, found) is (body == "done = True")


@pytest.mark.parametrize(("test", "judged"), [("answer.ok", True), ("answer == 'ready'", False)])
def test_exits_that_hang_on_the_answer(test: str, judged: bool) -> None:
    assert judges_response(*attempt("for n in range(3):", f"if {test}: return")) is judged

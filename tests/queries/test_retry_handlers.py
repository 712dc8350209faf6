from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.handlers import Handler
from relint.queries.passes import Attempt, Loop, attempts_in
from relint.queries.retry_handlers import answers_not_yet, learns, may_leave, once_more, sorts_out
from tests.asking import context


def handler(body: str, before: str = "") -> tuple[Context, Loop, Attempt, Handler]:
    lines = "\n".join(f"            {line}" for line in body.split("\n"))
    ctx = context(f"while True:\n        try: call()\n        {before}\n        except Exception as error:\n{lines}\n")
    (loop,) = ctx.tree.of(cst.While)
    (attempt,) = attempts_in(loop)
    return ctx, loop, attempt, attempt.handlers[-1]


@pytest.mark.parametrize(
    ("body", "before", "sorted_out"),
    [
        ("sleep(1)", "", False),
        ("log.info(error)", "", False),
        ("judge(error)", "", True),
        ("if error.code == 3: raise", "", True),
        ("code = error.code\nif code == 3: raise", "", True),
        ("if left == 3: raise", "", False),
        ("if b'busy' not in page: raise\npage = read()", "", True),
        ("if seconds_left < 3: raise\nseconds_left = left()", "", False),
        ("sleep(1)", "except ValueError: raise", True),
        ("sleep(1)", "except KeyboardInterrupt: raise", False),
        ("with excutils.save_and_reraise_exception(): pass", "", True),
    ],
)
def test_sorts_out(body: str, before: str, sorted_out: bool) -> None:
    assert sorts_out(*handler(body, before)) is sorted_out


@pytest.mark.parametrize(
    ("body", "not_yet"),
    [
        ("if error.errno != errno.EINTR: raise", True),
        ("if 'already running' in str(error): sleep(1)", True),
        ("if 'broken' in str(error): raise", False),
    ],
)
def test_answers_not_yet(body: str, not_yet: bool) -> None:
    ctx, _, _, found = handler(body)
    assert answers_not_yet(ctx, found) is not_yet


@pytest.mark.parametrize(
    ("body", "learnt"),
    [("missing += (error.name,)\nif error.name in missing: raise", True), ("missing += (error.name,)", False)],
)
def test_learns(body: str, learnt: bool) -> None:
    ctx, _, _, found = handler(body)
    assert learns(ctx, found) is learnt


@pytest.mark.parametrize(
    ("body", "leaves"),
    [
        ("if last: raise", True),
        ("if last: continue\nraise", True),
        ("if last: sleep(1)\nelse: raise", True),
        ("if last: sleep(1)", False),
    ],
)
def test_may_leave(body: str, leaves: bool) -> None:
    ctx, _, _, found = handler(body)
    (test,) = ctx.walk(found.body, cst.If)
    assert may_leave(ctx, test) is leaves


@pytest.mark.parametrize(
    ("body", "once"),
    [
        ("if retried: raise\nretried = True", True),
        ("if attempt: raise error\nattempt += 1", True),
        ("if attempt > 3: raise\nattempt += 1", False),
        ("if fatal: raise\nretried = True", False),
        ("if retried: log.info('again')\nretried = True", False),
    ],
)
def test_once_more(body: str, once: bool) -> None:
    ctx, _, _, at = handler(body)
    assert once_more(ctx, at) is once

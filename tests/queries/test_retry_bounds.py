from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.passes import attempts_in
from relint.queries.retries import Failure
from relint.queries.retry_bounds import is_endless
from tests.asking import context


@pytest.mark.parametrize(
    ("loop", "error", "handler", "endless"),
    [
        ("while True:", "OSError", "pass", True),
        ("while not done:", "OSError", "pass", True),
        ("for n in itertools.count():", "OSError", "pass", True),
        ("for n in range(3):", "OSError", "pass", False),
        ("while self.wanted:", "OSError", "pass", False),
        ("while not done and time.time() < end:", "OSError", "pass", False),
        ("while True:", "ConflictError", "pass", False),
        ("while True:", "OSError", "if n > 3: raise", False),
        ("while True:", "OSError", "if error.code == 3: raise", True),
        ("while True:", "OSError", "if LIMITED: raise", True),
        ("while True:", "OSError", "give_up_after(n)", False),
        ("while True:", "OSError", "yield", False),
    ],
)
def test_is_endless(loop: str, error: str, handler: str, endless: bool) -> None:
    leave = "done = True" if "done" in loop else "break"
    ctx = context(
        f"""
        import itertools, time
        LIMITED = False
        def work(self, call, n, end):
            done = False
            {loop}
                try:
                    call()
                    {leave}
                except {error} as error:
                    {handler}
        """
    )
    (found,) = ctx.tree.of(cst.For, cst.While)
    failures = [Failure(handler, Delay.FIXED) for attempt in attempts_in(found) for handler in attempt.handlers]
    assert is_endless(ctx, found, failures) is endless


def test_a_deadline_around_it_bounds_it() -> None:
    ctx = context("with timeout(3):\n    while True:\n        try: break\n        except OSError: pass\n")
    (loop,) = ctx.tree.of(cst.While)
    assert not is_endless(ctx, loop, [])

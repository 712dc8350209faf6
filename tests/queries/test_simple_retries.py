from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.retries import retries
from relint.queries.simple_retries import SimpleRetry, simple_retry
from tests.asking import context


def asked(loop: str, value: str, handler: str, before: str = "pass", after: str = "") -> SimpleRetry | None:
    ctx = context(
        f"""
        import time
        def work(call, log):
            {before}
            for {loop}:
                try:
                    return {value}
                except OSError:
                    {handler}
            {after}
        """
    )
    (retry,) = (retry for node, retry in retries(ctx).items() if isinstance(node, cst.For))
    return simple_retry(ctx, retry)


@pytest.mark.parametrize(
    ("loop", "handler", "attempts", "reraises", "seconds"),
    [
        ("n in range(3)", "time.sleep(2)", 3, False, 2),
        ("n in range(1, 4)", "time.sleep(2**n)", 3, False, None),
        ("n in range(3)", "if n == 2: raise\n                    time.sleep(1)", 3, True, 1),
        ("n in range(1, 4)", "if n == 3: raise\n                    time.sleep(1)", 3, True, 1),
    ],
)
def test_simple(loop: str, handler: str, attempts: int, reraises: bool, seconds: float | None) -> None:
    handler = handler.replace(": raise", ":\n                        raise")
    found = asked(loop, "call()", handler)
    assert found is not None
    assert (found.attempts, found.reraises, found.seconds, found.alone) == (attempts, reraises, seconds, False)


@pytest.mark.parametrize(
    ("loop", "value", "handler", "after"),
    [
        ("n in range(5)", "call()", "time.sleep(1)", "return 3"),
        ("n in range(log.limit)", "call()", "time.sleep(1)", ""),
        ("n in range(5)", "call(n)", "time.sleep(1)", ""),
        ("n in range(5)", "(x := call())", "time.sleep(1)", ""),
        ("n in range(5)", "call()", "time.sleep(1); log.info(n)", ""),
        ("n in range(5)", "call()", "time.sleep(1)  # patience", ""),
    ],
)
def test_not_simple(loop: str, value: str, handler: str, after: str) -> None:
    assert asked(loop, value, handler, after=after) is None


def test_a_docstring_is_not_done_before_the_loop() -> None:
    found = asked("n in range(5)", "call()", "time.sleep(1)", before='"""Docstring."""')
    assert found is not None
    assert found.alone

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.attempted import attempted, error_words
from relint.queries.retries import retries
from tests.asking import context

HEAD = """
import time
import backoff
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed
"""
LOOP = """
def fetch(call, log):
    for attempt in range(5):
        try:
            return call()
        except OSError:
            time.sleep(1)
        except (KeyError, log.Error):
            raise
"""


@pytest.mark.parametrize(
    ("code", "calls", "errors"),
    [
        (LOOP, ["call()"], [{"OSError"}]),
        (LOOP.replace("raise", "time.sleep(3)"), ["call()"], [{"OSError"}, {"KeyError", "Error"}]),
        (LOOP.replace("except OSError:", "except check(OSError, log):"), ["call()"], [{"OSError"}]),
        (LOOP.replace("except (KeyError, log.Error)", "except"), ["call()"], [{"OSError"}]),
        (
            LOOP.replace("except (KeyError, log.Error):\n            raise", "except:\n            time.sleep(1)"),
            ["call()"],
            [{"OSError"}, set()],
        ),
        ("@retry(wait=wait_fixed(3))\ndef f(call):\n    return call(call())", ["call(call())", "call()"], [set()]),
        (
            "@retry(wait=wait_fixed(3), retry=retry_if_exception_type((OSError, KeyError)))\ndef f(): return g()",
            ["g()"],
            [{"OSError", "KeyError"}],
        ),
        ("@backoff.on_exception(backoff.expo, OSError, jitter=None)\ndef f(): return g()", ["g()"], [{"OSError"}]),
        ("made = retry(wait=wait_fixed(3))", None, None),
    ],
)
def test_attempted(code: str, calls: list[str] | None, errors: list[set[str]] | None) -> None:
    ctx = context(HEAD + code)
    (retry,) = retries(ctx).values()
    found = list(attempted(ctx, retry))
    if calls is None:
        assert found == []
        return
    assert [ctx.source(call) for each in found for call in each.calls] == calls
    assert [error_words(ctx, each) for tried in found for each in tried.errors] == errors


def test_error_words_are_class_names() -> None:
    ctx = context("check(lambda e: isinstance(e, socket.gaierror) or e.code == Http.TEAPOT)")
    assert error_words(ctx, next(iter(ctx.tree.of(cst.Lambda)))) == {"gaierror", "Http", "TEAPOT"}

"""What failed in one pass and is done again in the next."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.leftovers import failures_left
from tests.asking import context

FILE = """
import time


def run(client, left, pause):
    while left:
        failed, others = [], []
        for job in left:
            try:
                {}
            except {}:
                failed.append(job)
        left = {}
        {}
"""


@pytest.mark.parametrize(
    ("done", "error", "left", "wait", "delays"),
    [
        ("client.send(job)", "OSError", "failed", "time.sleep(5)", [Delay.FIXED]),
        ("client.send(job)", "OSError", "list(failed)", "time.sleep(5)", [Delay.FIXED]),
        ("client.send(job)", "OSError", "others", "time.sleep(5)", []),
        ("client.send(job)", "OSError", "failed", "pause(5)", []),
        ("client.send(job)", "BlockingIOError", "failed", "time.sleep(5)", []),
        ("client.is_done(job)", "OSError", "failed", "time.sleep(5)", []),
        ("str(job)", "OSError", "failed", "time.sleep(5)", []),
    ],
)
def test_failures_left(done: str, error: str, left: str, wait: str, delays: list[Delay]) -> None:
    ctx = context(FILE.format(done, error, left, wait))
    (loop,) = ctx.tree.of(cst.While)
    assert [failure.delay for failure in failures_left(ctx, loop)] == delays

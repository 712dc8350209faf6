from __future__ import annotations

import pytest

from relint.queries.unbroken_retries import unbroken_retries
from tests.asking import context

HEAD = """
import random, time
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random
"""
LOOP = """
def f():
    for n in range(5):
        try:
            return requests.get("https://a.example", timeout=5)
        except OSError:
            time.sleep(random.random())
"""
DECORATED = """
@retry(stop=stop_after_attempt(3), wait=wait_random(1, 3))
def f():
    return requests.get("https://a.example", timeout=5), requests.get("https://b.example", timeout=5)
"""


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        (LOOP, 1),
        (DECORATED, 1),
        (LOOP.replace("range(5)", "range(2)"), 0),
        (LOOP.replace("requests.get", "self.client.get"), 0),
        (LOOP.replace("OSError", "RateLimitError"), 0),
        (LOOP.replace("OSError", "(RateLimitError, OSError)"), 1),
        (DECORATED.replace("stop=stop_after_attempt(3), ", ""), 0),
        (DECORATED.replace("@retry", "@circuit\n@retry"), 0),
        (DECORATED + "\nif __name__ == '__main__':\n    f()", 0),
        ("import click\n" + DECORATED, 0),
    ],
)
def test_unbroken_retries(code: str, calls: int) -> None:
    assert len(list(unbroken_retries(context(HEAD + code)))) == calls


def test_commands_are_told_by_their_folder() -> None:
    assert list(unbroken_retries(context(HEAD + LOOP, "app/cli/commands/info.py"))) == []
    assert len(list(unbroken_retries(context(HEAD + LOOP, "commands/app/info.py")))) == 1

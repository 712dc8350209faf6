from __future__ import annotations

import pytest

from relint.libraries.delay import Delay
from relint.queries.celery_classes import class_retries
from tests.asking import context


@pytest.mark.parametrize(
    ("base", "body", "delays", "endless"),
    [
        ("Task", "autoretry_for = (OSError,)", [Delay.FIXED], False),
        ("Task", "autoretry_for = (OSError,); retry_backoff = True", [Delay.RANDOM], False),
        ("Task", "autoretry_for = (OSError,); retry_backoff = 3; retry_jitter = False", [Delay.GROWING], False),
        ("Task", "autoretry_for = (OSError,); max_retries = None", [], True),
        ("Task", "max_retries = 3", None, False),
        ("app.Task", "autoretry_for = (OSError,)", [Delay.FIXED], False),
        ("app.Task", "def run(self): self.retry(exc=error)", None, False),
        ("Task", "def run(self): self.retry(exc=error)", [Delay.FIXED], False),
        ("Task", "def run(self): self.retry(exc=error, countdown=2**self.request.retries)", [Delay.GROWING], False),
        ("Task", "def run(self): self.retry(countdown=3)", None, False),
        ("object", "autoretry_for = (OSError,)", None, False),
    ],
)
def test_class_retries(base: str, body: str, delays: list[Delay] | None, endless: bool) -> None:
    ctx = context(f"from celery import Task\nfrom shop import app\nclass Work({base}):\n    {body}\n")
    found = list(class_retries(ctx))
    assert [[failure.delay for failure in retry.failures] for retry in found] == ([] if delays is None else [delays])
    assert [retry.endless for retry in found] == [endless] * len(found)

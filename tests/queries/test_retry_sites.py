from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.retries import Retry, retries
from tests.asking import context, node

HEAD = """
import asyncio, random, time
import backoff, tenacity
from celery import shared_task
from itertools import count
from urllib3 import Retry
"""


def only(code: str) -> Retry | None:
    """The one retry of a text, None when there is none."""
    found = list(retries(context(HEAD + code)).values())
    assert len(found) <= 1
    return found[0] if found else None


LOOP = """
def fetch(call, attempts, log):
    {head}
        try:
            return call()
        except OSError as error:
            {handler}
"""


@pytest.mark.parametrize(
    ("head", "handler", "delay", "endless", "counter", "attempts"),
    [
        ("for attempt in range(5):", "time.sleep(1)", Delay.FIXED, False, "attempt", 5),
        ("for attempt in range(1, 4):", "time.sleep(attempt)", Delay.GROWING, False, "attempt", 4),
        ("for attempt in range(attempts):", "time.sleep(random.random())", Delay.RANDOM, False, "attempt", None),
        ("for left in range(5, 0, -1):", "time.sleep(1)", Delay.FIXED, False, None, None),
        ("for _ in range(5):", "log.info(error)", Delay.NONE, False, None, 5),
        ("for _ in range(5):", "call.reset()", Delay.UNKNOWN, False, None, 5),
        ("for attempt in count():", "time.sleep(1)", Delay.FIXED, True, "attempt", None),
        ("while True:", "time.sleep(1)", Delay.FIXED, True, None, None),
        ("while call.wanted:", "time.sleep(1)", Delay.FIXED, False, None, None),
    ],
)
def test_loops(head: str, handler: str, delay: Delay, endless: bool, counter: str | None, attempts: int | None) -> None:
    retry = only(LOOP.format(head=head, handler=handler))
    assert retry is not None
    assert [failure.delay for failure in retry.failures] == [delay]
    assert (retry.endless, retry.counter, retry.attempts) == (endless, counter, attempts)


@pytest.mark.parametrize(
    ("head", "handler"),
    [
        ("for host in call.hosts:", "time.sleep(1)"),
        ("for attempt in range(3):", "raise"),
        ("for attempt in range(3):", "return None"),
        ("while True:", "break"),
    ],
)
def test_no_retries(head: str, handler: str) -> None:
    assert only(LOOP.format(head=head, handler=handler)) is None


@pytest.mark.parametrize(
    ("call", "delay", "endless"),
    [
        ("tenacity.retry(stop=tenacity.stop_after_attempt(2))", Delay.NONE, False),
        ("tenacity.retry(wait=tenacity.wait_fixed(2))", Delay.FIXED, True),
        ("tenacity.Retrying(wait=tenacity.wait_chain(*[tenacity.wait_fixed(2)]))", Delay.FIXED, True),
        ("tenacity.retry(wait=tenacity.wait_fixed(2) + tenacity.wait_random(0, 1))", Delay.RANDOM, True),
        ("tenacity.retry(wait=mine, stop=tenacity.stop_after_delay(9))", Delay.UNKNOWN, False),
        ("backoff.on_exception(backoff.expo, OSError, max_time=9)", Delay.RANDOM, False),
        ("backoff.on_exception(backoff.expo, OSError, jitter=None)", Delay.GROWING, True),
        ("backoff.on_exception(backoff.constant, OSError, jitter=None, interval=0)", Delay.NONE, True),
        ("Retry(3)", Delay.NONE, False),
        ("Retry(3, backoff_factor=1)", Delay.GROWING, False),
        ("Retry(3, backoff_factor=1, backoff_jitter=1)", Delay.RANDOM, False),
        ("shared_task(autoretry_for=(OSError,))", Delay.FIXED, False),
        ("shared_task(autoretry_for=(OSError,), retry_backoff=True)", Delay.RANDOM, False),
        ("shared_task(autoretry_for=(OSError,), retry_backoff=2, retry_jitter=False)", Delay.GROWING, False),
    ],
)
def test_libraries(call: str, delay: Delay, endless: bool) -> None:
    retry = only(f"@{call}\ndef fetch(): ...\n")
    assert retry is not None
    assert [failure.delay for failure in retry.failures] == [delay]
    assert retry.endless is endless


@pytest.mark.parametrize(
    "call",
    [
        "tenacity.retry(retry=tenacity.retry_if_result(bool), wait=tenacity.wait_fixed(2))",
        "tenacity.retry(**options)",
        "backoff.on_predicate(backoff.constant, jitter=None, interval=2)",
        "Retry(0)",
        "Retry(total=False)",
        "shared_task(bind=True)",
    ],
)
def test_no_library_retries(call: str) -> None:
    assert only(f"@{call}\ndef fetch(): ...\n") is None


def test_nothing_else_is_wrong_when_any_error_is_told() -> None:
    handler = "time.sleep({})"
    loud = LOOP.replace("except OSError as error", "except Exception").format(
        head="for attempt in range(3):", handler=handler.format("random.random()")
    )
    fixed_delay = loud.replace("random.random()", "1")
    first, second = only(loud), only(fixed_delay)
    assert first is not None
    assert second is not None
    assert len(first.indiscriminate) == 1
    assert second.indiscriminate == []
    assert len(second.jitterless) == 1


def test_a_name_is_found_where_it_is_written() -> None:
    ctx = context(HEAD + LOOP.format(head="while True:", handler="time.sleep(1)"))
    retry = retries(ctx)[next(iter(ctx.tree.of(cst.While)))]
    assert retry.limit_node is node(ctx, "True", cst.Name)

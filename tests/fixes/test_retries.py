"""The fixed code of the retry rules, run against something that fails: how long it waits, how often it tries."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from textwrap import dedent
from typing import Any, Callable

import pytest
import tenacity
from urllib3.exceptions import ProtocolError

from relint.fix import fix
from relint.settings import Settings
from relint.source import decode
from tests.fixing import fixed, run

SEEDS = range(20)


class Failing:
    """Fails `failures` times, then answers."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise OSError(self.calls)
        return "answer"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, in seconds; nothing really waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("asyncio.sleep", sleep)
    return waits


def waits_by_seed(slept: list[float], work: Callable[[], object]) -> list[list[float]]:
    """The waits of one run for each seed."""
    runs = []
    for seed in SEEDS:
        random.seed(seed)
        slept.clear()
        work()
        runs.append(list(slept))
    return runs


def assert_spread(runs: list[list[float]], bounds: list[tuple[float, float]]) -> None:
    """Every run waits within the bounds, and no two runs alike."""
    assert all(len(run) == len(bounds) for run in runs)
    for run_ in runs:
        assert all(low <= wait <= high for wait, (low, high) in zip(run_, bounds, strict=True))
    assert len({tuple(run_) for run_ in runs}) == len(runs)


def test_a_growing_wait_gets_full_jitter_and_the_same_result(slept: list[float]) -> None:
    code = """
        import time

        def order(call, attempts=5):
            for attempt in range(attempts):
                try:
                    return call()
                except OSError:
                    time.sleep(30 * 2**attempt)
    """
    text = fixed(code, "REL601", unsafe=False)
    order = run(text)["order"]
    assert order(Failing(3)) == run(code)["order"](Failing(3)) == "answer"
    assert_spread(waits_by_seed(slept, lambda: order(Failing(3))), [(0, 30), (0, 60), (0, 60)])


def test_a_fixed_wait_keeps_its_length_where_attempts_are_not_counted(slept: list[float]) -> None:
    text = fixed(
        """
        import time

        def order(call, pause):
            while True:
                try:
                    return call()
                except OSError:
                    time.sleep(pause)
        """,
        "REL601",
        unsafe=False,
    )
    order = run(text)["order"]
    assert_spread(waits_by_seed(slept, lambda: order(Failing(4), 10)), [(5, 15)] * 4)


def test_a_name_that_is_taken_is_not_used(slept: list[float]) -> None:
    code = """
        import time

        def order(call, random):
            for attempt in range(3):
                try:
                    return call()
                except OSError:
                    time.sleep(1)
    """
    assert fixed(code, "REL601") == dedent(code)


def test_async_loops_sleep_on_the_loop(slept: list[float]) -> None:
    text = fixed(
        """
        async def order(call):
            for attempt in range(4):
                try:
                    return await call()
                except OSError as error:
                    last = error
            raise last
        """,
        "REL603",
        options={"REL603": {"loops": True}},
    )
    order = run(text)["order"]

    async def call(failing: Failing) -> str:
        return failing()

    def work() -> None:
        failing = Failing(3)
        assert asyncio.run(order(lambda: call(failing))) == "answer"

    assert_spread(waits_by_seed(slept, work), [(0, 1), (0, 2), (0, 4)])


def test_no_wait_after_the_last_attempt(slept: list[float]) -> None:
    text = fixed(
        """
        def order(call, attempts):
            for attempt in range(attempts):
                try:
                    return call()
                except OSError:
                    pass
            raise RuntimeError
        """,
        "REL603",
        options={"REL603": {"loops": True}},
    )
    failing = Failing(9)
    with pytest.raises(RuntimeError):
        run(text)["order"](failing, 3)
    assert (failing.calls, len(slept)) == (3, 2)


@pytest.mark.parametrize("attempts", [3, 7])
def test_an_endless_loop_gives_up_with_the_error(slept: list[float], attempts: int) -> None:
    text = fixed(
        """
        import random
        import time

        def order(call):
            while True:
                try:
                    return call()
                except OSError:
                    time.sleep(random.random())
        """,
        "REL602",
        options={"REL602": {"loops": True}},
        attempts=attempts,
    )
    order = run(text)["order"]
    assert order(Failing(attempts - 1)) == "answer"
    failing = Failing(100)
    with pytest.raises(OSError, match=str(attempts)):
        order(failing)
    assert failing.calls == attempts


def test_all_rules_together_settle(slept: list[float]) -> None:
    text = fixed(
        """
        import time

        def order(call):
            while True:
                try:
                    return call()
                except OSError:
                    time.sleep(2)
        """,
        *("REL601", "REL602", "REL603", "REL604"),
    )
    assert text == fixed(text, "REL601", "REL602", "REL603", "REL604")
    order = run(text)["order"]
    assert len({tuple(waits) for waits in waits_by_seed(slept, lambda: order(Failing(3)))}) == len(SEEDS)


@pytest.mark.parametrize(
    ("wait", "bounds"),
    [
        ("wait_fixed(2)", (2, 4)),
        ("wait_exponential(multiplier=4, max=30)", (0, 16)),
        ("wait_incrementing(start=1, increment=5)", (11, 16)),
        ("wait_fixed(1) + wait_fixed(3)", (4, 8)),
    ],
)
def test_tenacity_waits(wait: str, bounds: tuple[float, float]) -> None:
    text = fixed(
        f"""
        from tenacity import retry, stop_after_attempt, wait_exponential, wait_fixed, wait_incrementing

        @retry(wait={wait}, stop=stop_after_attempt(5))
        def order(): ...
        """,
        "REL601",
        unsafe=False,
    )
    wait_of = run(text)["order"].retry.wait
    state: Any = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.attempt_number = 3
    waits = []
    for seed in SEEDS:
        random.seed(seed)
        waits.append(wait_of(state))
    assert all(bounds[0] <= wait <= bounds[1] for wait in waits)
    assert len(set(waits)) == len(SEEDS)


def test_tenacity_gets_a_wait_and_a_stop(slept: list[float]) -> None:
    text = fixed(
        """
        from tenacity import retry

        @retry
        def order(call):
            return call()
        """,
        *("REL602", "REL603"),
        attempts=3,
        max_delay=8,
    )
    order = run(text)["order"]
    failing = Failing(100)
    with pytest.raises(tenacity.RetryError):
        order.retry_with(sleep=slept.append)(failing)
    assert failing.calls == 3
    assert len(slept) == 2
    assert all(0 <= wait <= 8 for wait in slept)


def test_backoff(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    text = fixed(
        """
        import backoff

        @backoff.on_exception(backoff.expo, OSError, jitter=None)
        def order(call):
            return call()
        """,
        *("REL601", "REL602"),
        attempts=4,
    )
    order = run(text)["order"]
    assert_spread(waits_by_seed(slept, lambda: order(Failing(3))), [(0, 1), (0, 2), (0, 4)])
    failing = Failing(100)
    with pytest.raises(OSError, match="4"):
        order(failing)
    assert failing.calls == 4


def test_urllib3_two_has_jitter_and_one_no_fix() -> None:
    code = "from urllib3 import Retry\nretries = Retry(3, backoff_factor=2)\n"
    settings = Settings(select=("REL601",))

    def result(version: str) -> str:
        return fix(decode("app.py", code.encode()), replace(settings, versions={"urllib3": version}), unsafe=True).text

    assert result("1.26") == code
    retries = run(result("2"))["retries"]
    for _ in range(3):
        retries = retries.increment("GET", "/", error=ProtocolError("reset"))
    waits = {retries.get_backoff_time() for _ in SEEDS}
    assert len(waits) == len(SEEDS)
    assert all(8 <= wait <= 10 for wait in waits)


CELERY = """
    from celery import Celery

    app = Celery("shop", broker="memory://", backend="cache+memory://")

    @app.task(bind=True, default_retry_delay=30)
    def by_hand(self):
        try:
            raise OSError
        except OSError as error:
            self.retry(exc=error)

    @app.task(bind=True)
    def by_countdown(self):
        try:
            raise OSError
        except OSError as error:
            self.retry(exc=error, countdown=10 * 2**self.request.retries)

    @app.task(autoretry_for=(OSError,), max_retries=2)
    def by_itself():
        raise OSError

    @app.task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=False, max_retries=2)
    def unjittered():
        raise OSError
"""


@pytest.mark.parametrize(
    ("task", "bounds"),
    [("by_hand", (15, 45)), ("by_countdown", (5, 15)), ("by_itself", (0, 180)), ("unjittered", (0, 10))],
)
def test_celery_countdowns(monkeypatch: pytest.MonkeyPatch, task: str, bounds: tuple[float, float]) -> None:
    made = run(fixed(CELERY, "REL601", unsafe=False))[task]
    countdowns: list[float] = []

    class Stopped(Exception):
        """Ends the task where Celery would raise Retry."""

    def retry(*_: object, countdown: float, **__: object) -> None:
        countdowns.append(countdown)
        raise Stopped

    monkeypatch.setattr(made, "retry", retry)
    for seed in SEEDS:
        random.seed(seed)
        with pytest.raises(Stopped):
            made.run()
    assert all(bounds[0] <= countdown <= bounds[1] for countdown in countdowns)
    assert len(set(countdowns)) > len(SEEDS) / 2


def test_a_limit_brings_the_jitter_with_it() -> None:
    """REL602 hides REL601 at its place: its fix may bring that to light, and the next pass mends it."""
    text = dedent("""
        from celery import shared_task

        @shared_task(bind=True, autoretry_for=(OSError,), max_retries=None)
        def work(self): ...
    """)
    result = fix(decode("app.py", text.encode()), Settings(), unsafe=True)
    assert result.notes == ()
    assert dict(result.fixed) == {"REL601": 1, "REL602": 1}
    assert "max_retries=5, retry_backoff=180" in result.text

"""Loops that a library of the project's choice retries after the fix: run with the real libraries."""

from __future__ import annotations

import asyncio
import inspect
from textwrap import dedent
from typing import Any, Callable

import pytest

from relint.fix import fix
from relint.model import Safety
from relint.settings import Sanctioned, Settings
from relint.source import decode
from tests.fixes.test_retries import Failing
from tests.fixing import fixed, run

LIBRARIES = ("tenacity", "stamina", "backoff")

RAISES = """
    import time

    def order(call):
        \"\"\"Docstring.\"\"\"
        for n in range(4):
            try:
                return call()
            except OSError:
                if n == 3:
                    raise
                time.sleep(2)
"""
RETURNS_NONE = """
    import time

    class Shop:
        def order(self, call):
            for n in range(1, 4):
                try:
                    return call()
                except (OSError, KeyError):
                    time.sleep(2**n)
"""
INSIDE = """
    import time

    def order(call, errors=OSError):
        started = time.monotonic()
        for n in range(3):
            try:
                return call(), started
            except errors:
                if n == 2:
                    raise
                time.sleep(1)
"""


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, in seconds; nothing really waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("asyncio.sleep", sleep)
    return waits


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or the type and arguments of the error."""
    try:
        return call()
    except OSError as error:
        return type(error), error.args


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("failures", [0, 1, 3, 9])
def test_same_attempts_result_and_error(slept: list[float], library: str, failures: int) -> None:
    text = fixed(RAISES, "REL601", retry=library)
    assert f"@{library}." in text
    assert "for n" not in text
    before, after = Failing(failures), Failing(failures)
    expected = outcome(lambda: run(RAISES)["order"](before))
    assert outcome(lambda: run(text)["order"](after)) == expected
    assert after.calls == before.calls
    assert fixed(text, "REL601", "REL602", "REL603", "REL604", retry=library) == text


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_two_clients_wait_alike(slept: list[float], library: str) -> None:
    order = run(fixed(RAISES, "REL601", retry=library))["order"]
    runs = []
    for _ in range(20):
        slept.clear()
        order(Failing(3))
        assert len(slept) == 3
        runs.append(tuple(slept))
    assert len(set(runs)) == len(runs)


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_error_that_is_not_named_is_raised_at_once(slept: list[float], library: str) -> None:
    calls = []

    def fails() -> None:
        calls.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(fixed(RAISES, "REL601", retry=library))["order"](fails)
    assert len(calls) == 1


@pytest.mark.parametrize("library", ["tenacity", "backoff"])
@pytest.mark.parametrize("failures", [0, 2, 9])
def test_none_stays_none_in_a_method(slept: list[float], library: str, failures: int) -> None:
    text = fixed(RETURNS_NONE, "REL601", retry=library)
    assert f"@{library}." in text
    before, after = Failing(failures), Failing(failures)
    assert run(text)["Shop"]().order(after) == run(RETURNS_NONE)["Shop"]().order(before)
    assert after.calls == before.calls


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_is_done_before_is_done_once(slept: list[float], library: str) -> None:
    text = fixed(INSIDE, "REL601", retry=library)
    assert "    def attempt_once():" in text
    failing = Failing(2)
    assert run(text)["order"](failing)[0] == "answer"
    assert failing.calls == 3
    failing = Failing(9)
    with pytest.raises(OSError, match="3"):
        run(text)["order"](failing)


@pytest.mark.parametrize("library", LIBRARIES)
def test_coroutines_stay_coroutines(slept: list[float], library: str) -> None:
    code = """
        import asyncio

        async def order(call):
            for n in range(3):
                try:
                    return await call()
                except OSError:
                    if n == 2:
                        raise
                    await asyncio.sleep(1)
    """
    order = run(fixed(code, "REL601", retry=library))["order"]
    assert inspect.iscoroutinefunction(order)
    failing = Failing(2)

    async def call() -> str:
        return failing()

    assert asyncio.run(order(call)) == "answer"
    assert failing.calls == 3


@pytest.mark.parametrize(
    ("retry", "suggested"),
    [
        ("tenacity", "@tenacity.retry(wait=wait_random_exponential(max=60), stop=stop_after_attempt(5))"),
        ("stamina", "@stamina.retry(on=..., attempts=5, wait_max=60)"),
        ("backoff", "@backoff.on_exception(backoff.expo, ..., max_tries=5, max_value=60)"),
        ("app.retries:patiently", "@patiently from app.retries"),
    ],
)
@pytest.mark.parametrize(
    "handler",
    [
        "log.info(error)\n                    time.sleep(1)",
        "time.sleep(1)\n                    call.reset()",
        "if n == 1: raise\n                    time.sleep(1)",
        "time.sleep(1)  # patience",
    ],
)
def test_a_loop_that_does_more_gets_a_suggestion(retry: str, suggested: str, handler: str) -> None:
    text = dedent(f"""
        import time

        def fetch(call, log):
            for n in range(3):
                try:
                    return call()
                except OSError as error:
                    {handler}
    """)
    settings = Settings(select=("REL601",), sanctioned=Sanctioned(retry=retry))
    result = fix(decode("app.py", text.encode()), settings, unsafe=True)
    assert result.text == text
    (found,) = result.remaining
    assert found.fix is not None
    assert found.fix.safety is Safety.DISPLAY
    assert f"`{suggested}`" in found.fix.message


@pytest.mark.parametrize(
    ("retry", "code"),
    [
        ("app.retries:patiently", RAISES),
        ("stamina", RETURNS_NONE),
        ("tenacity", RAISES.replace("range(4)", "range(call.limit)")),
        ("tenacity", RAISES.replace("return call()", "return call(n)")),
        ("tenacity", RAISES.replace("return call()", "return super().order()")),
        ("tenacity", RAISES.replace("except OSError", "except BaseException")),
        ("tenacity", RAISES.replace("except OSError", "except call.errors()")),
        ("tenacity", RAISES + "        raise RuntimeError\n"),
    ],
)
def test_what_cannot_be_moved_safely_is_left(retry: str, code: str) -> None:
    assert fixed(code, "REL601", retry=retry) == dedent(code)

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.delays import alternatives, delay_of, is_told
from relint.settings import Settings
from tests.asking import context


@pytest.mark.parametrize(
    ("seconds", "delay"),
    [
        ("0", Delay.NONE),
        ("5", Delay.FIXED),
        ("pause", Delay.FIXED),
        ("CONF.retry.interval", Delay.FIXED),
        ("settings.get('pause', 3)", Delay.FIXED),
        ("2**attempt", Delay.GROWING),
        ("doubled", Delay.GROWING),
        ("min(60, growing(attempt))", Delay.GROWING),
        ("jittered(attempt)", Delay.RANDOM),
        ("2 + random.random()", Delay.RANDOM),
        ("float(response.headers['Retry-After'])", Delay.RANDOM),
        ("told", Delay.GROWING),
        ("told_or_random", Delay.RANDOM),
        ("options.get('pause', 20)", Delay.FIXED),
        ("from_elsewhere(attempt)", Delay.UNKNOWN),
        ("next(delays)", Delay.UNKNOWN),
        ("next(given)", Delay.UNKNOWN),
        ("next(listed)", Delay.GROWING),
        ("next(yielded)", Delay.GROWING),
        ("next(yielded_with_jitter)", Delay.RANDOM),
        ("RETRY_AFTER", Delay.FIXED),
        ("options.retry_after", Delay.FIXED),
        ("options['retry_after']", Delay.FIXED),
        ("answer['retry_after']", Delay.RANDOM),
        ("deadline - time.time()", Delay.UNKNOWN),
    ],
)
def test_delay_of(seconds: str, delay: Delay) -> None:
    ctx = context(
        f"""
        import random, time
        from shop import from_elsewhere, delays

        def growing(attempt):
            return 2 * attempt

        def jittered(attempt):
            spread = random.uniform(0, 1)
            return growing(attempt) + spread

        def yields():
            seconds = 1
            while True:
                yield seconds
                seconds *= 2

        def yields_with_jitter():
            while True:
                yield random.uniform(0, 1)

        def fetch(pause, response, deadline, given):
            listed = iter([1, 2, 4])
            yielded = yields()
            yielded_with_jitter = yields_with_jitter()
            doubled = 1
            for attempt in range(3):
                told = 2**attempt
                told_or_random = random.random()
                if 'Retry-After' in response.headers:
                    told = told_or_random = int(response.headers['Retry-After'])
                options = from_elsewhere()
                time.sleep({seconds})
                doubled *= 2
        """
    )
    loop = next(iter(ctx.tree.of(cst.For)))
    sleep = next(c for c in ctx.walk(loop, cst.Call) if ctx.callee(c) == "time.sleep")
    found = delay_of(ctx, sleep.args[0].value, loop)
    assert found is delay


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        ("3", ["3"]),
        ("3 if fast else 4 or 5", ["3", "4", "5"]),
        ("either", ["1", "2"]),
        ("chosen(fast)", ["7", "8"]),
        ("a and b", ["a and b"]),
    ],
)
def test_alternatives(value: str, ways: list[str]) -> None:
    ctx = context(
        f"""
        def chosen(fast):
            if fast:
                return 7
            return 8

        either = 1
        either = 2
        result = {value}
        """
    )
    result = list(ctx.tree.of(cst.Assign))[-1].value
    assert sorted(ctx.source(way) for way in alternatives(ctx, result)) == ways


def test_is_told() -> None:
    ctx = context("wait = int(response.headers['Retry-After'])\nmine = 3\n")
    assert [is_told(ctx, assign.value) for assign in ctx.tree.of(cst.Assign)] == [True, False]


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        ("return min(60, factor * 2 ** (attempt - 1))", Delay.GROWING),
        ("return random.uniform(0, 2**attempt)", Delay.RANDOM),
        ("return int(attempt.response.headers['Retry-After'])", Delay.RANDOM),
        ("return settings.delay_for(attempt)", Delay.UNKNOWN),
    ],
)
def test_delay_of_a_function_of_another_file(tmp_path: Path, body: str, delay: Delay) -> None:
    (tmp_path / "waits.py").write_text(f"import random\n\ndef pause(attempt, factor=2):\n    {body}\n")
    ctx = context("from waits import pause\nuse(pause(attempt))", str(tmp_path / "app.py"), Settings(root=tmp_path))
    (seconds,) = (call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "pause(attempt)")
    assert delay_of(ctx, seconds) is delay

from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.delays import delay_of
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
        ("from_elsewhere(attempt)", Delay.UNKNOWN),
        ("next(delays)", Delay.UNKNOWN),
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

        def fetch(pause, response, deadline):
            doubled = 1
            for attempt in range(3):
                time.sleep({seconds})
                doubled *= 2
        """
    )
    loop = next(iter(ctx.tree.of(cst.For)))
    sleep = next(c for c in ctx.walk(loop, cst.Call) if ctx.callee(c) == "time.sleep")
    found = delay_of(ctx, sleep.args[0].value, loop)
    assert found is delay

from __future__ import annotations

import libcst as cst
import pytest

from relint.libraries.delay import Delay
from relint.queries.pauses import pause_of
from tests.asking import context, node


@pytest.mark.parametrize(
    ("call", "duration", "delay"),
    [
        ("time.sleep(3)", "3", Delay.FIXED),
        ("asyncio.sleep(delay=n)", "n", Delay.GROWING),
        ("self.stopped.wait(timeout=3)", "3", Delay.FIXED),
        ("asyncio.wait_for(self.stop.wait(), 3)", "3", Delay.FIXED),
        ("clock.sleep(3)", "3", Delay.FIXED),
        ("self.pause_before_retry(n)", None, Delay.UNKNOWN),
        ("self.sleep(3)", "3", Delay.FIXED),
        ("self.sleep(seconds=random.random())", "random.random()", Delay.RANDOM),
        ("jittered_sleep()", None, Delay.RANDOM),
        ("self.pause()", None, Delay.FIXED),
        ("self.pause_for(n)", "n", Delay.GROWING),
        ("self.log_sleep(3)", "absent", Delay.UNKNOWN),
        ("self.other.wait(3)", None, Delay.UNKNOWN),
        ("client.get(3)", "absent", Delay.UNKNOWN),
    ],
)
def test_pause_of(call: str, duration: str | None, delay: Delay) -> None:
    ctx = context(
        f"""
        import asyncio, random, time, threading

        def jittered_sleep():
            time.sleep(random.random())

        class Worker:
            def __init__(self):
                self.stopped = threading.Event()

            def sleep(self, seconds):
                time.sleep(seconds)

            def pause(self):
                self.stopped.wait(5)

            async def pause_for(self, seconds):
                await asyncio.wait_for(self.stopped.wait(), seconds)

            def work(self, clock, client):
                for n in range(3):
                    {call}
        """
    )
    (loop,) = ctx.tree.of(cst.For)
    pause = pause_of(ctx, node(ctx, call, cst.Call, -1), loop)
    if duration == "absent":
        assert pause is None
        return
    assert pause is not None
    assert (ctx.source(pause.duration) if pause.duration is not None else None) == duration
    assert pause.delay is delay

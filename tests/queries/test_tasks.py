from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.tasks import is_dropped, is_event_loop, starts_task
from tests.asking import context, node


@pytest.mark.parametrize(
    ("receiver", "is_loop"),
    [
        ("asyncio.get_running_loop()", True),
        ("self.loop", True),
        ("self.hass.loop", True),
        ("get_or_create_event_loop()", True),
        ("given_loop", True),
        ("self.group", False),
        ("self.own_loop", False),
        ("tg", False),
        ("given", False),
    ],
)
def test_event_loops(receiver: str, is_loop: bool) -> None:
    ctx = context(
        f"""
        import asyncio

        class Own:
            pass

        class Service:
            def __init__(self, loop):
                self.loop = loop or asyncio.new_event_loop()
                self.own_loop = Own()
                self.group = asyncio.TaskGroup()

            async def run(self, given, given_loop):
                async with asyncio.TaskGroup() as tg:
                    {receiver}.create_task(f())
        """
    )
    call = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c) == f"{receiver}.create_task(f())")
    assert isinstance(call.func, cst.Attribute)
    assert is_event_loop(ctx, call.func.value) is is_loop
    assert starts_task(ctx, call) is is_loop


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ("start()", True),
        ("start() if x else None", True),
        ("x and start()", True),
        ("[start() for y in x]", True),
        ("start().add_done_callback(print)", True),
        ("task = start()", True),
        ("task = start(); task.add_done_callback(print)", True),
        ("task = start(); print(task)", False),
        ("x.task = start()", False),
        ("await start()", False),
        ("return start()", False),
        ("print(start())", False),
        ("x.call_later(1, lambda: start())", True),
        ("x.run(lambda: start())", False),
        ("global task; task = start()", False),
        ("tasks = []; tasks.append(start())", True),
        ("tasks = set(); tasks.add(start())", True),
        ("tasks = []; tasks.append(start()); print(tasks)", False),
        ("tasks = []; print(tasks.append(start()))", False),
        ("tasks = x.tasks; tasks.append(start())", False),
        ("x.append(start())", False),
        ("tasks = [start() for y in x]", True),
    ],
)
def test_what_becomes_of_a_value(line: str, dropped: bool) -> None:
    ctx = context(f"async def f(x):\n    {line}\n")
    assert is_dropped(ctx, node(ctx, "start()", cst.Call)) is dropped

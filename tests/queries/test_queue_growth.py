"""Which uses keep a queue short."""

from __future__ import annotations

from textwrap import indent

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.queue_growth import (
    holds_what_has_ended,
    is_emptied_on_demand,
    is_filled_before,
    is_pool,
    is_waited_for,
    is_work_list,
    stays_short,
    takes_few,
)
from relint.queries.queues import Traffic, traffic
from tests.asking import context


def _asked(code: str) -> tuple[Context, cst.Call, Traffic]:
    ctx = context(code)
    made = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c) == "Queue()")
    return ctx, made, traffic(ctx, made)


def test_filled_before_and_few() -> None:
    body = "q = Queue()\ndef work(): q.get()\n{}"
    before = "for x in xs:\n    q.put(x)\nThread(target=work).start()\n"
    after = "Thread(target=work).start()\nfor x in xs:\n    q.put(x)\n"
    for lines, filled in ((before, True), (after, False)):
        ctx, made, queue = _asked("def main(xs):\n" + indent(body.format(lines), "    "))
        assert is_filled_before(ctx, made, queue) is filled
    once = "def main(f):\n    q = Queue()\n    def run(): q.put(f())\n    {}\n    return q.get()\n"
    for line, few in (("Thread(target=run).start()", True), ("f.subscribe(run)", False), ("while f: run()", False)):
        ctx, made, queue = _asked(once.format(line))
        assert takes_few(ctx, made, queue) is few


@pytest.mark.parametrize(
    ("take", "on_demand"),
    [
        ("def take():\n    while not q.empty(): q.get()", True),
        ("def take():\n    while open() and not q.empty(): q.get()", True),
        ("def take(): return q.get(False)", True),
        ("def take(): return q.get()", False),
        ("def take():\n    while not q.empty() or busy(): q.get()", False),
        ("def take(): return q.get(timeout=1)", False),
        ("def take():\n    while not q.empty(): q.get()\ndef work():\n    while True: take()", False),
        ("def take(): q.get_nowait()\ndef start(): Thread(target=take)", False),
        ("def take(): q.get_nowait()\ndef start(): subscribe(take)", True),
    ],
)
def test_taken_when_somebody_asks(take: str, on_demand: bool) -> None:
    ctx, _, queue = _asked(f"q = Queue()\ndef put(x): q.put(x)\n{take}")
    assert is_emptied_on_demand(ctx, queue) is on_demand


WORK = "\nasync def work():\n    while True: await q.get()\n"


@pytest.mark.parametrize(
    ("put", "waited_for"),
    [
        ("async def put(loop):\n    f = loop.create_future()\n    await q.put((f, 1))\n    return await f", True),
        ("async def put(loop):\n    f = Future()\n    q.put_nowait(Job(f))\n    return await wait_for(f, 5)", True),
        ("async def put(loop):\n    f: F = loop.create_future()\n    await q.put((f, 1))\n    return await f", True),
        ("async def put():\n    done = Event()\n    q.put_nowait(done)\n    await done.wait()", True),
        ("def put():\n    while True: q.put(input('> '))", True),
        ("async def put(loop):\n    f = loop.create_future()\n    await q.put((f, 1))\n    return f", False),
        ("async def put(f):\n    await q.put(f)\n    await f", False),
        ("async def put(x):\n    await q.put(x)", False),
    ],
)
def test_waited_for(put: str, waited_for: bool) -> None:
    ctx, _, queue = _asked(f"q = Queue()\n{put}{WORK}")
    assert is_waited_for(ctx, queue) is waited_for


@pytest.mark.parametrize(
    ("body", "is_list"),
    [
        ("for x in xs: q.put(x)\n    while not q.empty(): q.get()", True),
        ("while True:\n        for x in q.get(): q.put(x)", True),
        ("while True: q.put(q.get())", False),
        ("while True: q.get()", False),
    ],
)
def test_a_list_of_work(body: str, is_list: bool) -> None:
    ctx, _, queue = _asked(f"q = Queue()\ndef again(x): q.put(x)\ndef work(xs):\n    {body}\n")
    assert is_work_list(ctx, queue) is is_list


ANSWERS = """
    class Client:
        def __init__(self):
            self.{name} = Queue()

        def receive(self, x):
            self.{name}.put(x)

        {get}
"""
ASK = "async def ask(self, x):\n            await send(x)\n            return await self.{name}.get()"


@pytest.mark.parametrize(
    ("name", "get", "short"),
    [
        ("replies", ASK, True),
        ("pingresp_queue", ASK, True),
        ("messages", ASK, False),
        ("replies", "async def next(self): return await self.{name}.get()", False),
        ("replies", "async def run(self):\n            while True: await self.{name}.get()", False),
    ],
)
def test_answers(name: str, get: str, short: bool) -> None:
    ctx, made, queue = _asked(ANSWERS.format(name=name, get=get.format(name=name)))
    assert stays_short(ctx, made, queue) is short


def test_the_one_answer_that_a_key_stands_for() -> None:
    code = """
        waiting = {{}}

        async def ask(key):
            waiting[key] = Queue()
            {get}

        def answer(key, x):
            waiting[key].put_nowait(x)
    """
    for get, short in (("return await waiting[key].get()", True), ("while True: await waiting[key].get()", False)):
        ctx, made, queue = _asked(code.format(get=get))
        assert takes_few(ctx, made, queue) is short


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("def put(e): q.put(e)\nasync def wait(): raise await q.get()", True),
        ("def put(e): q.put(e)\nasync def wait():\n    while True: await q.get()", False),
        ("def put(t): q.put(t)\ndef start(t): t.add_done_callback(put)\ndef w():\n    while True: q.get()", True),
        ("def put(t): q.put(t)\ndef start(t): t.subscribe(put)\ndef w():\n    while True: q.get()", False),
    ],
)
def test_what_has_ended(code: str, ended: bool) -> None:
    ctx, _, queue = _asked(f"q = Queue()\n{code}")
    assert holds_what_has_ended(ctx, queue) is ended


@pytest.mark.parametrize(("name", "pool"), [("ConnectionPool", True), ("Pooled", False), ("Service", False)])
def test_the_queue_of_a_pool(name: str, pool: bool) -> None:
    ctx, made, _ = _asked(f"class {name}:\n    def __init__(self):\n        self.items = Queue()\n")
    assert is_pool(ctx, made) is pool

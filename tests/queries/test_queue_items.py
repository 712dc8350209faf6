"""Which queues hold what others send as fast as they like."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.queue_items import Use, carries_a_stream, is_fed_by_others, may_hold_a_stream, use_of
from relint.queries.queues import traffic
from tests.asking import context

CLASS = """
class C:
    def __init__(self):
        self.{name} = Queue()

    def send(self, loop, item, message):
        {put}

    def run(self):
        {take}
"""


STUB = """
class Stub:
    def __init__(self):
        self.messages = Queue()

    def put(self, x):
        self.messages.put(x)

    def work(self):
        while True:
            self.messages.get()
"""


@pytest.mark.parametrize(
    ("name", "put", "take", "stream"),
    [
        ("queue", "self.queue.put(message)", "while True: self.queue.get()", True),
        ("queue", "self.queue.put((1, item.last_message))", "while True: self.queue.get()", True),
        ("queue", "loop.call_soon_threadsafe(self.queue.put, message)", "while True: self.queue.get()", True),
        ("queue", "self.queue.put(message_data.copy())", "while True: self.queue.get()", True),
        ("queue", "self.queue.put(message.id)", "while True: self.queue.get()", False),
        ("queue", "self.queue.put(message_type)", "while True: self.queue.get()", False),
        ("queue", "self.queue.put((item, ready_event))", "while True: self.queue.get()", False),
        ("messages", "self.messages.put(Kind.END)", "while True: self.messages.get()", False),
        ("queue", "self.queue.put(message)", "for _ in range(3): self.queue.get()", False),
        ("queue", "self.queue.put(item)", "while True: self.queue.get()", False),
        ("queue", "self.queue.put(message)", "return self.queue.get()", False),
        ("queue", "self.queue.put(message)", "for each in of(self.queue): print(each)", True),
        ("audio_frames", "self.audio_frames.put(item)", "while True: self.audio_frames.get()", True),
        ("commands", "self.commands.put(message)", "while True: self.commands.get()", False),
        ("queue", "self.queue.put(message)", "while not self.queue.empty(): self.queue.get()", False),
        ("queue", "self.queue.put(message)", "while loop or not self.queue.empty(): self.queue.get()", True),
    ],
)
def test_streams(name: str, put: str, take: str, stream: bool) -> None:
    assert _asked(CLASS.format(name=name, put=put, take=take)) is stream


@pytest.mark.parametrize(
    ("code", "stream"),
    [
        ("messages = Queue()\ndef put(x): messages.put(x)\ndef work():\n    while True: messages.get()", True),
        ("def f(put):\n    messages = Queue()\n    messages.put(1)\n    while True: messages.get()", False),
        (STUB, False),
        ("messages = {}\ndef f(key):\n    messages[key] = Queue()\n    while True: messages[key].get()", False),
    ],
)
def test_how_long_they_live(code: str, stream: bool) -> None:
    assert _asked(code) is stream


def test_uses_are_added() -> None:
    assert Use(data=True) | Use(taken=True) == Use(data=True, taken=True)


FED = """
class {cls}:
    def __init__(self):
        self.{name} = Queue()

    def {put}(self, item):
        self.{name}.put(item)

    def run(self, sock):
        while True:
            item = self.{name}.get()
            {use}
"""


@pytest.mark.parametrize(
    ("cls", "name", "put", "use", "fed"),
    [
        ("C", "q", "on_item", "item.run()", True),
        ("C", "q", "add", "item.run()", False),
        ("C", "q", "add", "sock.send(item)", True),
        ("C", "log_q", "add", "item.run()", True),
        ("MyTracer", "q", "add", "item.run()", True),
        ("Answer", "q", "on_item", "item.run()", False),
    ],
)
def test_what_is_fed(cls: str, name: str, put: str, use: str, fed: bool) -> None:
    ctx = context(FED.format(cls=cls, name=name, put=put, use=use))
    made = next(call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "Queue()")
    found = may_hold_a_stream(ctx, made) and is_fed_by_others(ctx, made, use_of(ctx, traffic(ctx, made)))
    assert found is fed


def _asked(code: str) -> bool:
    ctx = context(code)
    made = next(call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "Queue()")
    return may_hold_a_stream(ctx, made) and carries_a_stream(ctx, made, use_of(ctx, traffic(ctx, made)))

"""Which queues hold what others send as fast as they like."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.queue_items import carries_a_stream
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


def _asked(code: str) -> bool:
    ctx = context(code)
    made = next(call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "Queue()")
    return carries_a_stream(ctx, made, traffic(ctx, made))

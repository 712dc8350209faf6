from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.queues import Traffic, crosses_functions, getter_puts, traffic
from tests.asking import context


def _asked(code: str) -> tuple[Context, cst.Call, Traffic]:
    ctx = context(code)
    made = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c) == "Queue()")
    return ctx, made, traffic(ctx, made)


@pytest.mark.parametrize(
    "use",
    [
        # names of the module, and what they are handed to
        "q = Queue()\ndef put(x): q.put(x)\ndef get(): q.get()",
        "def main():\n    q = Queue()\n    Thread(target=work, args=(q,))\n    q.put(1)\ndef work(p): p.get()",
        "def main():\n    q = Queue()\n    submit(work, q)\n    q.put(1)\ndef work(source): source.get()",
        "def main():\n    q = Queue()\n    work(source=q)\n    q.put(1)\ndef work(source): source.get()",
        "def main():\n    q = Queue()\n    alias = q\n    alias.put(1)\n    def work(): q.get()",
        # attributes
        "class A:\n    q = Queue()\n    def put(self): self.q.put(1)\n    def get(self): self.q.get()",
        (
            "class B:\n    def __init__(self, q):\n        self.q = q\n    def get(self): self.q.get()\n"
            "class A:\n    def __init__(self):\n        self.p = Queue()\n        self.b = B(self.p)\n"
            "    def put(self): self.p.put(1)"
        ),
        (
            "from functools import cached_property\nclass A:\n    @cached_property\n    def q(self): return Queue()\n"
            "    def put(self): self.q.put(1)\n    def get(self): self.q.get()"
        ),
        (
            "class A:\n    def __init__(self):\n        self.q = Queue()\n    def put(self): self.q.sync_q.put(1)\n"
            "    def get(self): self.q.async_q.get()"
        ),
    ],
)
def test_followed(use: str) -> None:
    ctx, _, queue = _asked(use)
    assert crosses_functions(ctx, queue)


@pytest.mark.parametrize(
    "use",
    [
        "def f():\n    q = Queue()\n    q.put(1)\n    q.get()",
        "q = Queue()\ndef put(x): q.put(x)",
        "q = Queue()\ndef stop(): q.put(None)\ndef get(): q.get()",
        (
            "class A:\n    def __init__(self):\n        self.q = Queue()\n    def put(self): self.q.put(1)\n"
            "class B:\n    def __init__(self):\n        self.q = 1\n    def get(self): self.q.get()"
        ),
    ],
)
def test_one_side_only(use: str) -> None:
    ctx, _, queue = _asked(use)
    assert not crosses_functions(ctx, queue)


def test_refusing_and_watching() -> None:
    code = "q = Queue()\ndef f():\n    {}\n"
    assert _asked(code.format("q.put_nowait(1)"))[2].refuses
    assert _asked(code.format("loop.call_soon(q.put_nowait, 1)"))[2].refuses
    assert _asked(code.format("q.put(1, False)"))[2].refuses
    assert not _asked(code.format("q.put(1)"))[2].refuses
    assert _asked(code.format("print(q.qsize() > 100)"))[2].watched
    assert not _asked(code.format("print(q.qsize() > 0)"))[2].watched
    assert not _asked(code.format("print(q.qsize())"))[2].watched


def test_a_getter_that_puts() -> None:
    ctx, _, queue = _asked("q = Queue()\ndef f(): q.put(q.get())")
    assert getter_puts(ctx, queue)

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.sockets import is_bounded_later, stays_here
from tests.asking import context


@pytest.mark.parametrize(
    ("later", "bounded"),
    [
        ("c.connect(host, 21, timeout=5)", True),
        ("c.connect(host, 21, 5)", True),
        ("c.connect(host, 21)", False),
        ("c.timeout = 5", True),
        ("c.timeout = None", False),
        ("c.settimeout(5)", True),
        ("c.settimeout(None)", False),
        ("c.sock.settimeout(5)", True),
        ("c.sock = host", True),
        ("other.timeout = 5", False),
    ],
)
def test_bounded_later(later: str, bounded: bool) -> None:
    ctx = context(f"def f(host, other):\n    c = make()\n    {later}\n")
    [made] = [call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "make()"]
    assert is_bounded_later(ctx, made) is bounded


@pytest.mark.parametrize(
    ("body", "stays"),
    [
        ("s = make()\n    s.close()", True),
        ("with make() as s:\n        s.close()", True),
        ("make().close()", True),
        ("s = make()\n    return s", False),
        ("return make()", False),
        ("self.s = make()", False),
        ("s = make()\n    keep(s)", False),
        ("if self:\n        s = make()\n    s.close()", False),
    ],
)
def test_stays_here(body: str, stays: bool) -> None:
    ctx = context(f"def f(self):\n    {body}\n")
    [made] = [call for call in ctx.tree.of(cst.Call) if ctx.source(call) == "make()"]
    assert stays_here(ctx, made) is stays

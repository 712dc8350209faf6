"""What a function calls in its own file."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.callees import with_callees
from tests.asking import context

CODE = """
from app import far


def a():
    b()
    far()


def b():
    c()
    a()


async def c():
    A().d()


class A:
    def d(self):
        self.e()

    def e(self):
        pass
"""


@pytest.mark.parametrize(
    ("depth", "found"), [(0, ["a"]), (1, ["a", "b"]), (2, ["a", "b", "c"]), (9, ["a", "b", "c", "d", "e"])]
)
def test_with_callees(depth: int, found: list[str]) -> None:
    ctx = context(CODE)
    start = next(iter(ctx.tree.of(cst.FunctionDef)))
    names = [each.name.value for each in with_callees(ctx, start, depth) if isinstance(each, cst.FunctionDef)]
    assert names == found

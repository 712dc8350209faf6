"""What the calls of a file give."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.given import given_to
from tests.asking import context


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("def _f(x): ...\n_f(1)\n_f(x=2)", ["1", "2"]),
        ("class A:\n    def _f(self, x): ...\n    def g(self): self._f(3)", ["3"]),
        ("def _f(x): ...", []),
        ("def f(x): ...\nf(1)", []),
        ("def _f(*x): ...\n_f(1)", None),
        ("_f = lambda x: x\n_f(1)", None),
    ],
)
def test_given_to(code: str, given: list[str] | None) -> None:
    ctx = context(code)
    parameter = next(p for p in ctx.tree.of(cst.Param) if p.name.value == "x")
    found = given_to(ctx, parameter)
    assert (None if found is None else [ctx.source(value) for value in found]) == given

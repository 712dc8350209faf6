"""Whether a value is certainly a string: the argument of `use(...)`."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.names import last_name
from relint.queries.known_strings import is_string
from tests.asking import context


def known(code: str) -> bool:
    ctx = context(code)
    call = next(call for call in ctx.tree.of(cst.Call) if last_name(call.func) == "use")
    return is_string(ctx, call.args[0].value)


@pytest.mark.parametrize(
    "code",
    [
        "use('a')", "use(f'{x}')", "use('a' 'b')", "use(str(x))", "use(x.strip())", "use('%s' % x)", "use('a' + x)",
        "use(x + 'a')", "use('a' if x else 'b')", "def f(x: str): use(x)", "def f(x: 'str' = 'a'): use(x)",
        "def f(x: Annotated[str, Query()]): use(x)", "x = str(y)\nuse(x)", "x: str = y\nuse(x)",
        "x = 'a'\nx += y.lower()\nuse(x)", "def f(xs: list[str]):\n    for x in xs: use(x)",
        "def f(xs: tuple[str, ...]): [use(x) for x in xs]",
        "class A:\n    def __init__(self, x: str):\n        self.x = x\n    def f(self): use(self.x)",
    ],
)  # fmt: skip
def test_string(code: str) -> None:
    assert known(code)


@pytest.mark.parametrize(
    "code",
    [
        "use(x)", "use(5)", "use(b'a')", "use(x.replace('a', 'b'))", "use(x[0])", "def f(x): use(x)",
        "def f(x: int): use(x)", "def f(x: str | None): use(x)", "def f(x: str = None): use(x)",
        "def f(x: str):\n    if y:\n        x = z\n    use(x)", "def f(xs: list[int]):\n    for x in xs: use(x)",
        "def f(xs: tuple[str, int]):\n    for x in xs: use(x)", "def f(xs: dict[str, str]):\n    for x in xs: use(x)",
        "def str(x): return 5\nuse(str(x))", "x = x\nuse(x)", "use(a or 'b')", "from m import x\nuse(x)",
    ],
)  # fmt: skip
def test_unknown(code: str) -> None:
    assert not known(code)

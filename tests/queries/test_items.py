"""Which calls made what a name or a loop variable holds."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.items import made_by
from tests.asking import context


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("x = make()", ["make()"]),
        ("x = make()\nx = again()", ["make()", "again()"]),
        ("for x in [make(), again()]: pass", ["make()", "again()"]),
        ("for x in [make(i) for i in y]: pass", ["make(i)"]),
        ("many = [make(i) for i in y]\nfor x in list(many): pass", ["make(i)"]),
        ("many = {make(i): i for i in y}\nfor x in many: pass", ["make(i)"]),
        ("many = []\nfor i in y:\n    each = make(i)\n    many.append(each)\nfor x in many: pass", ["make(i)"]),
        ("many = []\nfor i in y:\n    x = make(i)\n    many.append(x)\nfor x in many: pass", ["make(i)"]),
        ("many = [make()]\nmany = list(many)\nfor x in reversed(many): pass", ["make()"]),
        ("many = sorted(many)\nfor x in many: pass", []),
        ("x = y", []),
        ("x = make()\nx = 1", []),
        ("for x in y: pass", []),
        ("for x, z in [make()]: pass", []),
        ("many = [make()]\nmany.append(y)\nfor x in many: pass", []),
    ],
)
def test_made_by(code: str, made: list[str]) -> None:
    ctx = context(f"from a import y\n{code}\nasked(x)\n")
    [asked] = [c for c in ctx.tree.of(cst.Call) if ctx.callee(c) is None and ctx.source(c.func) == "asked"]
    assert sorted(ctx.source(call) for call in made_by(ctx, asked.args[0].value)) == sorted(made)

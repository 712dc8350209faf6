from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.branches import exclude_each_other
from tests.asking import context


@pytest.mark.parametrize(
    ("body", "excluded"),
    [
        ("a()\nb()", False),
        ("if x:\n    a()\nb()", False),
        ("if x:\n    a()\n    continue\nb()", True),
        ("if x:\n    a()\nelse:\n    b()", True),
        ("if x:\n    a()\nelif b():\n    pass", True),
        ("if a():\n    b()", False),
        ("if x:\n    if y:\n        a()\n    raise x\nb()", True),
        ("if x:\n    if y:\n        a()\n        break\nb()", True),
        ("if x:\n    a()\n    if y:\n        continue\nb()", False),
        ("try:\n    x()\nexcept KeyError:\n    a()\nexcept OSError:\n    b()", True),
        ("try:\n    a()\nexcept OSError:\n    b()", False),
        ("use(a(), b())", False),
    ],
)
def test_exclude_each_other(body: str, excluded: bool) -> None:
    text = "while True:\n" + "\n".join(f"    {line}" for line in body.splitlines())
    ctx = context(text)
    calls = {ctx.source(call): call for call in ctx.tree.of(cst.Call)}
    assert exclude_each_other(ctx, calls["a()"], calls["b()"]) is excluded
    assert exclude_each_other(ctx, calls["b()"], calls["a()"]) is excluded

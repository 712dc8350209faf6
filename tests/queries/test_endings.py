from __future__ import annotations

import pytest

from relint.queries.endings import ends_of
from tests.asking import context


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        ("return 1", {"return"}),
        ("if x: raise E", {"raise", "next"}),
        ("if x: raise E\nelse: return", {"raise", "return"}),
        ("while True: pass", set()),
        ("while True:\n    break", {"next"}),
        ("while x:\n    return 1", {"return", "next"}),
        ("for x in y:\n    continue\nbreak", {"break"}),
        ("try: return 1\nexcept E: pass", {"return", "next"}),
        ("try: pass\nexcept E: raise\nelse: break", {"raise", "break"}),
        ("try: return 1\nfinally: raise E", {"raise"}),
        ("with excutils.save_and_reraise_exception(): log()", {"raise"}),
        ("with contextlib.suppress(E): return 1", {"return", "next"}),
        ("import sys\nsys.exit(1)", {"raise"}),
        ("match x:\n    case 1: return", {"return", "next"}),
    ],
)
def test_ends_of(body: str, ends: set[str]) -> None:
    ctx = context(f"import contextlib\n{body}\n")
    assert ends_of(ctx, ctx.tree.module.body) == ends

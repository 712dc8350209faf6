from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.locks import held_at, is_released_on_error, leaves_early
from tests.asking import context

CODE = """
    import threading

    class A:
        def __init__(self, pool):
            self.lock = threading.Lock()
            self.pool = pool

        def f(self, x):
            {acquire}
            {between}
            {release}
"""


@pytest.mark.parametrize(
    ("acquire", "release", "held"),
    [
        ("self.lock.acquire()", "self.lock.release()", True),
        ("self.lock.acquire(True)", "self.lock.release()", True),
        ("x.write_lock.acquire()", "x.write_lock.release()", True),
        ("self.lock.acquire(False)", "self.lock.release()", False),
        ("self.lock.acquire(timeout=1)", "self.lock.release()", False),
        ("y = self.lock.acquire()", "self.lock.release()", False),
        ("self.lock.acquire()", "x.lock.release()", False),
        ("self.pool.acquire()", "self.pool.release()", False),
    ],
)
def test_held(acquire: str, release: str, held: bool) -> None:
    ctx = context(CODE.format(acquire=acquire, between="print(x)", release=release))
    call = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith(".acquire"))
    found = held_at(ctx, call)
    assert (found is not None) is held
    if found is not None:
        assert found.certain is acquire.startswith("self.lock")
        assert [ctx.source(statement) for statement in found.between or ()] == ["print(x)"]
        assert not is_released_on_error(ctx, found)
        assert not leaves_early(ctx, found)


def test_leaving_early_and_releasing_on_error() -> None:
    for between, early in (("if x: return", True), ("x()", False)):
        ctx = context(CODE.format(acquire="self.lock.acquire()", between=between, release="self.lock.release()"))
        found = held_at(ctx, next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith(".acquire")))
        assert found is not None
        assert leaves_early(ctx, found) is early
    guarded = "try: x()\n            except Exception:\n                self.lock.release()\n                raise"
    ctx = context(CODE.format(acquire="self.lock.acquire()", between=guarded, release="self.lock.release()"))
    found = held_at(ctx, next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith(".acquire")))
    assert found is not None
    assert is_released_on_error(ctx, found)

"""Which handlers catch cancellations, and which nothing else."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.cancellations_caught import catches, catches_nothing_else
from tests.asking import context


@pytest.mark.parametrize(
    ("clause", "caught", "only"),
    [
        ("except:", True, False),
        ("except BaseException:", True, False),
        ("except asyncio.CancelledError:", True, True),
        ("except Cancelled:", True, True),
        ("except anyio.get_cancelled_exc_class():", True, True),
        ("except (ValueError, asyncio.CancelledError):", True, False),
        ("except Exception:", False, False),
        ("except concurrent.futures.CancelledError:", False, False),
    ],
)
def test_catches(clause: str, caught: bool, only: bool) -> None:
    imports = "import anyio\nimport asyncio\nimport concurrent.futures\nfrom trio import Cancelled\n"
    ctx = context(f"{imports}try:\n    f()\n{clause}\n    pass\n")
    handler = next(iter(ctx.tree.of(cst.ExceptHandler)))
    assert catches(ctx, handler) is caught
    assert (caught and catches_nothing_else(ctx, handler)) is only

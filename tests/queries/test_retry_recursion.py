from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.retry_recursion import recursion
from tests.asking import context


@pytest.mark.parametrize(
    ("body", "retried"),
    [
        ("except OSError:\n            time.sleep(1)\n            return self.fetch()", True),
        ("except OSError:\n            time.sleep(random.random())\n            return self.fetch()", False),
        ("except OSError:\n            return self.fetch()", False),
        ("except OSError:\n            loop.call_later(1, self.fetch)", True),
        ("except OSError:\n            threading.Timer(random.random(), self.fetch).start()", False),
        ("except OSError: pass\n        loop.call_later(1, self.fetch)", False),
        ("except OSError:\n            loop.call_later(1, self.other)", False),
        ("except FileExistsError:\n            time.sleep(1)\n            return self.fetch()", False),
        ("except OSError:\n            time.sleep(1)\n            return self.other.fetch()", False),
        (
            "finally:\n            if self.status == 503:\n                time.sleep(1)\n                self.fetch()",
            True,
        ),
    ],
)
def test_recursion(body: str, retried: bool) -> None:
    ctx = context(
        f"import random, time\nclass Client:\n    def fetch(self):\n        try: return self.get()\n        {body}\n"
    )
    (function,) = ctx.tree.of(cst.FunctionDef)
    assert (recursion(ctx, function) is not None) is retried

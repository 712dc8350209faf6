"""libcst is the same, however it was loaded."""

from __future__ import annotations

import subprocess
import sys

_TOLD = """
import {first}libcst as cst
from libcst.metadata import CodePosition
module = cst.parse_module("def f(a, *, b=1):\\n    return [a, f'{{b}}']  # both\\n")
assert "relint" not in {first!r} or cst.Name.__setattr__ is object.__setattr__
function = module.body[0].with_changes(name=cst.Name("g"))
print(repr(module), module.with_changes(body=[function]).code, hash(CodePosition(1, 2)), cst.Name("a") == cst.Name("a"))
"""


def test_nodes_are_what_they_were() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", _TOLD.format(first=first)], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for first in ("", "relint.quick_libcst, ")
    }
    assert len(told) == 1
    assert "def g(a, *, b=1):" in told.pop()

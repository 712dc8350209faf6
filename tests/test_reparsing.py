"""The tree of a text that was changed is that of the new text."""

from __future__ import annotations

import ast
import random
from pathlib import Path
from unittest.mock import patch

import pytest

from relint import reparsing
from relint.reparsing import Reparser
from relint.syntax import parse

ROOT = Path(__file__).parent.parent
TEXT = """\
import os, sys; import re

class A: x = 1

@decorated
class B(
    A,
):
    '''Text.'''

    y = 1; z = 2

    @decorated(
        1
    )
    def method(self):
        # what
        return [
            1,
        ]  # at the end

    t = "ä"
    async def other(self): pass

x = \\
y
if x:
    pass
else:
    y = '''
    def f(): pass
'''
"""
TYPED = [*" \t\n#()'\"\\:;=@,x1", "    ", "'''", "if x:", "else:", "def f(): ", "class A: ", "pass", "ä", "\r", "\f"]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("    ", "\t"), (ROOT / "relint" / "reparsing.py").read_text()])
def test_the_tree_is_that_of_the_text(text: str) -> None:
    chance = random.Random(len(text))
    reparser = Reparser()
    now, kept = text, 0
    for _ in range(500):
        at = chance.randrange(len(now) + 1)
        now = now[:at] + chance.choice(TYPED) + now[at + chance.choice((0, 0, 1, 1, 2, 5)) :]
        with patch.object(reparsing, "parse", wraps=parse) as parsed:
            found = reparser.parse(now)
        assert _dump(found) == _dump(parse(now)), now
        if found is None:
            now = text if chance.random() < 0.5 else now
        elif [len(call.args[0]) < len(now) for call in parsed.call_args_list] == [True]:
            kept += 1
            now = now if chance.random() < 0.8 else text
    assert kept > 15


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1\n", " x = 1\n"),
        ("class A:\n    x = 1\n    y = 1\n", "class A:\n    x = 1\n     y = 1\n"),
        ("class A:\n    def f(): pass\n", "class A:\n    def f(): passing\n"),
        ("class A: x = 1\n", "class A: x = 2\n"),
        ("y = 0; x = 1\n", "y = 0; x = 2\n"),
        ("\\\nx = 1\n", "\\\nx = 12\n"),
        ("x = 1\ny = 1\n", "x = 1 \\\ny = 1\n"),
        ("x = 1\ny = 1\n", "x = (1\ny = 1)\n"),
        ("if x:\n    y\nelse:\n    z\n", "if x:\n    y\nels:\n    z\n"),
        ("x = 1\r\ny = 2\n", "x = 1\r\ny = 3\n"),
        ("def f():\n    x\n    y\n", "def f():\n    x\n  y\n"),
        ("def f():\n    x\n    y\n", "def f():\n    x\n#   y\n"),
        ("x", "xy"),
        ("", "x"),
    ],
)
def test_small_changes(old: str, new: str) -> None:
    reparser = Reparser()
    for text in (old, new, old, new):
        assert _dump(reparser.parse(text)) == _dump(parse(text))


def _dump(module: ast.Module | None) -> str | None:
    return module and ast.dump(module, include_attributes=True)

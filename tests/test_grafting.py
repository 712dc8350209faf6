"""A tree put together from functions is the tree of the whole text, also from those of the text before an edit."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest

from relint.check import check
from relint.earlier import Earlier
from relint.grafting import Misfit, grafted
from relint.narrow import Narrowed
from relint.nodes import walk
from relint.outline import Piece, outline
from relint.settings import Settings
from relint.source import decode, read

ROOT = Path(__file__).parent.parent
ODD = [
    "",
    "def f(): pass\n",
    "def f(): pass  # why\n\n\n# above\ndef g():\n\treturn 1\n\t# below",
    "class A:\n  x = 1\n  @d\n  async def f(self):\n      return 1\n\n  def g(self): return 2\ny = 3\n",
    "class A:\r\n    def f(self):\r\n        '''a\r\nb'''\r\n\r\n    class B:\r\n        def g(self):\r\n            x",
    "x = 1; y = 2\ndef f(): return x; return y;\ndef g():\n    return [];\n",
    "def f():\n    return 1\\\n\n\ndef g(): ...\n",
    "if a:\n   def f(): pass\nelse:\n   x = 1\nclass A:\n def f(self):\n   if a:\n    pass\n",
    "def f():\n    pass\n\x0c\ndef g():\n    return 'ä'\n",
]


def shown(text: str, chance: random.Random | None = None) -> Narrowed:
    pieces = outline(text)
    assert pieces is not None
    narrowed = Narrowed(text, pieces)
    every: list[Piece] = [piece for top in pieces for piece in top]
    for piece in every:
        if chance is None or chance.random() < 0.6:
            narrowed.show(piece, whole=chance is None or chance.random() < 0.7)
    return narrowed


def described(node: cst.CSTNode) -> list[str]:
    """The nodes of a tree without white space, which may belong to another node."""
    found, todo = [], [node]
    while todo:
        each = todo.pop()
        if not isinstance(each, cst.BaseParenthesizableWhitespace | cst.TrailingWhitespace | cst.EmptyLine):
            found.append(f"{type(each).__name__} {getattr(each, 'value', '') if isinstance(each, cst.Name) else ''}")
            todo += reversed(each.children)
    return found


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_that_of_the_whole_text(text: str, seed: int) -> None:
    narrowed = shown(text, random.Random(seed) if seed else None)
    plain = cst.parse_module(narrowed.render())
    first = grafted(narrowed, {})
    assert first.module.code == plain.code
    assert described(first.module) == described(plain)
    again = grafted(narrowed, first.parts)
    assert again.module.code == plain.code
    assert all(again.parts[key] is function for key, function in first.parts.items())


def test_equal_functions_are_functions_of_their_own() -> None:
    method = "    def f(self):\n        return 1\n"
    narrowed = shown(f"class A:\n{method}class B:\n{method}class C:\n{method}")
    first = grafted(narrowed, {})
    assert len(first.parts) == 3
    for tree in (first.module, grafted(narrowed, first.parts).module):
        nodes = list(walk(tree, (cst.CSTNode,), stop=()))
        assert len(nodes) == len(set(map(id, nodes))) > 20


def test_real_files() -> None:
    for seed, path in enumerate(sorted((ROOT / "relint" / "hosts").rglob("*.py"))):
        narrowed = shown(path.read_text("utf-8"), random.Random(seed))
        assert grafted(narrowed, {}).module.code == narrowed.render(), path


def test_what_looks_like_the_place_of_a_function() -> None:
    with pytest.raises(Misfit):
        grafted(shown("[]\ndef f():\n    pass\n"), {})
    assert grafted(shown("[1]\ndef f():\n    []\n"), {}).module.code == "[1]\ndef f():\n    []\n"


SAMPLES = (
    *(f"samples/order_service/orders/{name}.py" for name in ("payments", "receipts", "reports", "worker")),
    "http/request_without_timeout/invalid.py",
    "sql/sql_value_interpolation/invalid.py",
    "concurrency/dangling_task/invalid.py",
    "transactions/side_effect_in_transaction/invalid/checkout.py",
    "transactions/transaction_without_rollback/invalid.py",
    "retries/retry_without_jitter/invalid.py",
    "migrations/not_null_with_default/fixed/three_step/stock/migrations/0004_items_not_null.py",
)


@pytest.mark.parametrize("name", SAMPLES)
def test_findings_after_an_edit_are_those_of_the_new_text(name: str) -> None:
    source = read(str(ROOT / "fixtures" / name))
    settings = Settings(root=ROOT, select=("ALL",), check_tests=True)
    chance = random.Random(name)
    earlier = Earlier()
    check(source, settings, earlier=earlier)
    text, kept = source.text, 0
    for _ in range(30 if len(text) < 10_000 else 6):
        at = chance.randrange(len(text))
        typed = chance.choice(["", "\n", "x", " ", "#", "(", ")", "    pass\n"])
        text = text[:at] + typed + text[at + chance.randint(0, 2) :]
        edited = decode(source.path, text.encode())
        kept += len(earlier.parts)
        assert check(edited, settings, earlier=earlier) == check(edited, settings)
        if chance.random() < 0.7:
            text = source.text
    assert kept

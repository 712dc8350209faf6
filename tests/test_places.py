"""Where nodes stand is the same, however a tree was put together."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest

from relint.grafting import Parts, grafted
from relint.tree import Tree
from tests.test_grafting import ODD, shown

ROOT = Path(__file__).parent.parent
TEXTS = [*ODD, *((ROOT / "relint" / f"{name}.py").read_text("utf-8") for name in ("grafting", "names", "cli"))]


def spans(tree: Tree) -> list[tuple[str, int, int]]:
    return sorted((kind.__name__, *tree.span(node)) for kind, nodes in tree.nodes.items() for node in nodes)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("hidden", [False, True])
def test_the_spans_are_those_of_the_whole_text(text: str, hidden: bool) -> None:
    narrowed = shown(text, random.Random(len(text)) if hidden else None)
    plain = Tree(cst.parse_module(narrowed.render()), narrowed.render())
    known: Parts = {}
    for _ in range(2):  # the second time with what is known of the first
        whole = grafted(narrowed, known)
        known = whole.parts
        tree = Tree(whole.module, text, narrowed, whole)
        assert spans(tree) == spans(plain)
        assert tree.faithful == plain.faithful


def test_a_function_that_has_moved() -> None:
    function = "def f():\n    return g(1)\n"
    first = grafted(shown(function), {})
    [call] = Tree(first.module, function, shown(function), first).of(cst.Call)
    known = first.parts
    text = f"import os\n\n\n# above\n{function}"
    narrowed = shown(text)
    again = grafted(narrowed, known)
    tree = Tree(again.module, text, narrowed, again)
    assert list(tree.of(cst.Call)) == [call]
    assert tree.source(call) == "g(1)"


def test_a_name_that_is_no_reference_has_a_place_too() -> None:
    text = "class A:\n    def f(self):\n        return self.session.get(key=1)\n"
    narrowed = shown(text)
    whole = grafted(narrowed, {})
    tree = Tree(whole.module, text, narrowed, whole)
    [call] = tree.of(cst.Call)
    assert isinstance(call.func, cst.Attribute)
    start, end = tree.span(call.func.attr)
    assert text[start:end] == "get"

"""What stands under a node is the same, however it is found."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Iterator

import libcst as cst
import pytest

from relint.grafting import grafted
from relint.narrow import Unseen
from relint.nodes import walk
from relint.tree import Tree
from tests.test_grafting import shown

ROOT = Path(__file__).parent.parent
TYPES: tuple[tuple[type[cst.CSTNode], ...], ...] = (
    (cst.CSTNode,),
    (cst.Call,),
    (cst.Name, cst.Attribute),
    (cst.BaseExpression,),
    (cst.FunctionDef, cst.ClassDef),
    (cst.Raise,),
)
STOPS: tuple[tuple[type[cst.CSTNode], ...], ...] = (
    (),
    (cst.FunctionDef, cst.Lambda, cst.ClassDef),
    (cst.Call,),
    (cst.BaseExpression,),
)


def met(nodes: Iterator[cst.CSTNode]) -> list[object]:
    """The nodes, and whether the walk ended at something hidden."""
    found: list[object] = []
    try:
        found.extend(nodes)
    except Unseen as unseen:
        found.append(unseen.pieces)
    return found


@pytest.mark.parametrize("name", ["grafting", "names", "cli", "hosts/lsp/documents"])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_walk_meets_the_same(name: str, hidden: bool) -> None:
    text = (ROOT / "relint" / f"{name}.py").read_text("utf-8")
    chance = random.Random(name)
    narrowed = shown(text, chance if hidden else None)
    whole = grafted(narrowed, {})
    tree = Tree(whole.module, text, narrowed, whole)
    every = [node for nodes in tree.nodes.values() for node in nodes]
    for root in [tree.module, *chance.sample(every, 300)]:
        types, stop = chance.choice(TYPES), chance.choice(STOPS)
        assert met(tree.walk(root, types, stop=stop)) == met(walk(root, types, stop=stop)), (root, types, stop)


def test_a_walk_in_another_tree() -> None:
    tree = Tree(cst.parse_module("x = f(1)\n"), "x = f(1)\n")
    other = cst.parse_expression("g(h(2))")
    assert len(list(tree.walk(other, (cst.Call,)))) == 2

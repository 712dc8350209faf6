"""What is left out of a parse, and who gets it all the same."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint import source as sources
from relint.check import check
from relint.context import Context
from relint.funnel import Funnel
from relint.model import RuleInfo
from relint.narrow import Narrowed, Unseen, narrow
from relint.outline import outline
from relint.project import Project
from relint.settings import Settings
from relint.tree import Tree

RULE = RuleInfo("REL199", "test-rule", "http", "", "", words=("target",))
MODULE = '''"""The module."""
import os

LIMIT = 10
TABLE = {
    "a": 1,  # a comment (with a parenthesis
    "b": "ä€😀",
}


def far(x):
    """Not needed, and longer than what is seen whole wherever it is named."""
    return x + LIMIT + FILLER


class Service(Base):
    """A class."""

    name = "service"

    def __init__(self):
        self.session = make()

    @property
    def other(self):
        return 1

    def work(self):
        return self.session.target()


def last():
    return far(1)
'''


LONG = " + '" + 2500 * "x" + "'"
MODULE = MODULE.replace(" + FILLER", LONG)


def narrowed(text: str = MODULE) -> Narrowed:
    found = narrow(text, Funnel([RULE]))
    assert found is not None
    return found


def context(text: str, what: Narrowed | None) -> Context:
    module = cst.parse_module(text if what is None else what.render())
    return Context("m.py", Tree(module, text, what), Settings(), Project(Settings()))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_character_stays_where_it_was(ends: str) -> None:
    text = MODULE.replace("\n", ends)
    rendered = narrowed(text).render()
    assert len(rendered) == len(text)
    assert "TABLE" not in rendered
    assert "def far" not in rendered
    assert rendered.index("self.session.target()") == text.index("self.session.target()")
    assert "self.session = make()" in rendered, "a method that sets what is used is in sight"
    assert cst.parse_module(rendered).code.rstrip("\r") == rendered.rstrip("\r"), "libcst drops a CR at the end"


def test_a_node_has_its_own_text() -> None:
    ctx = context(MODULE, narrowed())
    [method] = [f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "work"]
    assert ctx.source(method) == "def work(self):\n        return self.session.target()"
    assert ctx.tree.faithful


def test_the_span_of_what_holds_pieces_out_of_sight() -> None:
    ctx, whole = context(MODULE, narrowed()), context(MODULE, None)
    for tree in (ctx.tree, whole.tree):
        [cls] = tree.of(cst.ClassDef)
        assert tree.source(cls).startswith("class Service(Base):")
    spans = [(ctx.range(c), ctx.range(c.body)) for ctx in (ctx, whole) for c in ctx.tree.of(cst.ClassDef)]
    assert spans[0] == spans[1]


def test_who_asks_for_a_name_out_of_sight_is_told() -> None:
    ctx = context(MODULE, narrowed())
    with pytest.raises(Unseen) as asked:
        ctx.names.find_text("far", ctx.names.module)
    assert [piece.binds for piece in asked.value.pieces] == [{"far"}]
    assert ctx.names.find_text("os", ctx.names.module) is not None
    assert ctx.names.find_text("nobody", ctx.names.module) is None


def test_who_asks_for_a_body_out_of_sight_is_told() -> None:
    body = f"():\n    return 1{LONG}\n\n\n"
    text = f"def helper{body}def filler{body}def f():\n    target(helper)\n"
    ctx = context(text, narrowed(text))
    [helper] = [f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "helper"]
    assert helper not in list(ctx.tree.seen(cst.FunctionDef))
    with pytest.raises(Unseen):
        list(ctx.walk(helper.body, cst.Return))
    with pytest.raises(Unseen):
        ctx.names.uses(ctx.names._scope_at(helper), "x")


def test_who_looks_for_words_out_of_sight_is_told() -> None:
    ctx = context(MODULE, narrowed())
    with pytest.raises(Unseen):
        ctx.tree.every(cst.Name, words=("far",))
    with pytest.raises(Unseen):
        ctx.tree.every(cst.Name)
    assert list(ctx.tree.every(cst.Raise, words=("nowhere",))) == []


def test_the_statements_of_a_guarded_body_are_asked_for() -> None:
    ctx = context(MODULE, narrowed())
    [cls] = ctx.tree.of(cst.ClassDef)
    with pytest.raises(Unseen):
        list(cls.body.body)
    with pytest.raises(Unseen):
        list(ctx.names.module.bindings)


def test_what_is_asked_for_is_brought_into_sight() -> None:
    what = narrowed()
    what.answer([Unseen([piece for piece in what.pieces if "last" in piece.binds])])
    assert "return far(1)" in what.render()
    assert "def far(x):" in what.render(), "what that mentions is in sight too, its header at least"
    assert "x + LIMIT" not in what.render()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1\n",
        "def f(): pass\n",
        "def f():\n    'doc'; x = 1\n",
        "class A:\n    @d\n    def f(self):\n        pass\n    x = 1; y = 2\n",
        "if a:\n    def f():\n        pass\n",
        "x = '''\n''' ; y = (1,\n 2)\n",
        "\tx = 1",
        "def f():\r\n\tx = 'ä'\r\n\r\n\ty = 2",
        "def ä(): \n  return 'ö'; 'ü'\nclass B: x = 1\n",
    ],
)
def test_the_pieces_of_odd_modules(text: str) -> None:
    pieces = outline(text)
    if pieces:
        what = Narrowed(text, pieces)
        rendered = what.render()
        assert len(rendered) == len(text)
        assert cst.parse_module(rendered).code == rendered
        for top in pieces:
            for piece in top:
                what.show(piece)
        assert what.render() == text


@pytest.mark.parametrize(
    ("line", "stores"),
    [
        ("self.x = 1", True),
        ("self.x: int = 1", True),
        ("self.x += 1", True),
        ("self.y, self.x = 1, 2", True),
        ("for self.x in y: pass", True),
        ("with y as self.x: pass", True),
        ("del self.x", True),
        ("self.x == 1", False),
        ("f(self.x, y=1)", False),
        ("for y in self.x: pass", False),
        ("self.x.y = 1", False),
        ("self.x()", False),
        ("self.xy = 1", False),
    ],
)
def test_methods_that_store_an_attribute(line: str, stores: bool) -> None:
    text = f"class A:\n    def f(self):\n        {line}\n"
    pieces = outline(text)
    assert pieces is not None
    assert bool(Narrowed(text, pieces).storing(pieces[0], "x")) is stores


def test_findings_of_this_project_are_the_same_with_nothing_left_out() -> None:
    root = Path(__file__).parent.parent
    settings = Settings(root=root, select=("ALL",), check_tests=True)
    for path in sorted([*(root / "fixtures" / "samples").rglob("*.py"), *(root / "relint" / "hosts").rglob("*.py")]):
        source = sources.read(str(path))
        assert check(source, settings) == check(source, settings, funnel=False), path


def test_which_rules_a_part_is_for() -> None:
    other = RuleInfo("REL198", "other-rule", "http", "", "", words=("nowhere",))
    found = narrow(MODULE, Funnel([RULE, other]))
    assert found is not None
    assert found.concerned == {"REL199"}


def test_a_base_class_tells_what_its_methods_are() -> None:
    rule = RuleInfo(
        "REL199", "test", "http", "", "", imports=("requests",), words=("get",), near=("function of a library",)
    )
    text = "from requests import Session\n\n\nclass Api({base}):\n    def read(self):\n        return self.get(1)\n"
    for base, codes in (("Session", {"REL199"}), ("Other", set())):
        found = narrow(text.format(base=base), Funnel([rule]))
        assert found is not None
        assert found.concerned == codes

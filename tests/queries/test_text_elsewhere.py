"""Texts that another module writes out."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint import elsewhere
from relint.queries.text import holes, text_of, with_holes_as
from relint.settings import Settings
from tests.asking import context

TEXTS = """
import os
from .other import OTHER, round as round_
PLAIN = "SELECT a"
JOINED = PLAIN + " FROM b"
WITH_OTHER = f"{PLAIN}, {OTHER}"
HELD = os.environ["X"] + "y"
NUMBER = 5
if NUMBER:
    CHOSEN = "one"
else:
    CHOSEN = "two"
round = round_

class Texts:
    PLAIN = '''SELECT c'''
    number = 5

    def method(value):
        return f"b = {value}"

def plain():
    return PLAIN + " FROM b"

def either(x):
    return "a" if x else "b"

def later(x="a"):
    return x

def filled(value):
    return "b = '%s'" % value

def quoted(value):
    return f"'{value}'"

def greeting(value):
    return f"Hello {value}"

def condition(value, other):
    return f"x = {other} AND y"

def number(value):
    return f"b = {int(value)}"

def changed(value):
    value = other(value)
    return f"b = {value}"

def several(*values):
    return f"b = {values}"

async def waited():
    return "a"
"""


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("PLAIN", ["SELECT a"]),
        ("texts.PLAIN", ["SELECT a"]),
        ("JOINED", ["SELECT a FROM b"]),
        ("JOINED + f' WHERE {x}'", ["SELECT a FROM b WHERE ?"]),
        ("'%s, %s' % (PLAIN, x)", ["SELECT a, ?"]),
        ("WITH_OTHER", ["SELECT a, other"]),
        ("CHOSEN", ["one", "two"]),
        ("Texts.PLAIN", ["SELECT c"]),
        ("Texts.number", ["5"]),
        ("Texts.gone", ["?"]),
        ("plain()", ["SELECT a FROM b"]),
        ("plain", ["?"]),
        ("PLAIN()", ["?"]),
        ("either(x)", ["?"]),
        ("filled(x)", ["b = '?'"]),
        ("filled('c')", ["b = 'c'"]),
        ("filled(value=x)", ["b = '?'"]),
        ("filled()", ["?"]),
        ("quoted(x)", ["?"]),
        ("greeting(x)", ["?"]),
        ("condition(x, 5)", ["x = 5 AND y"]),
        ("filled(*x)", ["?"]),
        ("f'SELECT a WHERE {filled(x)}'", ["SELECT a WHERE b = '?'"]),
        ("number(x)", ["?"]),
        ("changed(x)", ["?"]),
        ("several(x, x)", ["?"]),
        ("Texts.method(x)", ["?"]),
        ("either()", ["?"]),
        ("later()", ["?"]),
        ("waited()", ["?"]),
        ("HELD", ["?"]),
        ("NUMBER", ["?"]),
        ("round", ["?"]),
        ("gone", ["?"]),
        ("sys.path", ["?"]),
    ],
)
def test_texts(expression: str, texts: list[str], tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "texts.py").write_text(TEXTS)
    (tmp_path / "app" / "other.py").write_text("from .texts import round\nOTHER = 'other'\n")
    names = "PLAIN, JOINED, WITH_OTHER, CHOSEN, Texts, plain, either, later, waited, HELD, NUMBER, round, gone"
    names += ", filled, number, changed, several, quoted, greeting, condition"
    code = f"import sys\nfrom app import texts\nfrom app.texts import {names}\n{expression}\n"
    ctx = context(code, str(tmp_path / "app" / "views.py"), Settings(root=tmp_path))
    (found,) = ctx.tree.of(cst.Expr)
    assert sorted(with_holes_as(text, lambda _, __: "?") for text in text_of(ctx, found.value)) == texts
    assert all(hole.node in ctx.tree.parents for text in text_of(ctx, found.value) for hole in holes(text))


def test_what_holds_no_text_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text("LIMIT = 5\n\n\ndef run(x):\n    return x\n")
    monkeypatch.setattr(elsewhere, "_parsed", lambda text, **how: pytest.fail("parsed"))
    ctx = context("from app import LIMIT, run\nLIMIT, run()\n", str(tmp_path / "views.py"), Settings(root=tmp_path))
    (found,) = ctx.tree.of(cst.Tuple)
    for element in found.elements:
        assert len(text_of(ctx, element.value)) == 1

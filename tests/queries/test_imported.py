"""One definition in another file."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst
import pytest

from relint.queries.atomic import wraps_atomic
from relint.queries.imported import imported_definition
from relint.settings import Settings
from tests.asking import context


@pytest.mark.parametrize(
    ("statement", "defined"),
    [
        ("from shop.db import Maker as here", "Maker = make()"),
        ("from ..db import Maker as here", "Maker = make()"),
        ("from ..db import typed as here", "typed: int = 1"),
        ("from ..db import function as here", "def function():\n    pass"),
        ("from shop.db import twice as here", None),
        ("from shop.db import passed_on as here", None),
        ("from shop.more import Maker as here", "Maker = make()"),
        ("from shop.all import Maker as here", "Maker = make()"),
        ("from shop.all import twice as here", None),
        ("from shop.db import nothing as here", None),
        ("from shop.nowhere import Maker as here", None),
        ("from ....... import Maker as here", None),
        ("from broken import Maker as here", None),
        ("from shop.web import view as here", "view = 2"),
        ("import os.path as here", None),
        ("here = 1", None),
    ],
)
def test_imported_definition(statement: str, defined: str | None, tmp_path: Path) -> None:
    package = tmp_path / "shop"
    (package / "web").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "web" / "__init__.py").write_text("view = 2\n")
    (package / "more.py").write_text("from .db import Maker\n")
    (package / "all.py").write_text("from shop.db import *\n")
    (tmp_path / "broken.py").write_text("Maker = = 1\n")
    (package / "db.py").write_text(
        "from elsewhere import passed_on\nMaker = make()\ntyped: int = 1\ntwice = 1\ntwice = 2\n"
        "def function():\n    pass\n"
    )
    ctx = context(f"{statement}\nhere()\n", str(package / "web" / "views.py"), Settings(root=tmp_path))
    (call,) = ctx.tree.of(cst.Call)
    found = imported_definition(ctx, call.func)
    assert (found and ast.unparse(found)) == defined
    assert ctx.project.consulted or defined is None  # the cache must know what the answer rests on


@pytest.mark.parametrize(
    ("code", "wraps"),
    [
        ("@contextmanager\ndef f():\n    with transaction.atomic():\n        yield", True),
        ("@contextlib.contextmanager\ndef f():\n    with a, atomic(savepoint=False):\n        yield 1", True),
        ("@contextmanager\ndef f():\n    with atomic():\n        pass\n    yield", False),
        ("@contextmanager\ndef f():\n    with atomic(using='a'):\n        yield", False),
        ("def f():\n    with atomic():\n        yield", False),
        ("def f(g):\n    def h():\n        with atomic():\n            return g()\n    return h", True),
        ("def f(g):\n    def h():\n        with open('a'):\n            return g()\n    return h", False),
        ("f = 1", False),
    ],
)
def test_wraps_atomic(code: str, wraps: bool) -> None:
    assert wraps_atomic(ast.parse(code).body[0]) is wraps


def test_src_folders_are_looked_in(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.py").write_text("Maker = make()\n")
    (tmp_path / "app").mkdir()
    for src, found in ((("lib",), True), ((".",), False)):
        settings = Settings(root=tmp_path, src=src)
        ctx = context("from shared import Maker\nMaker()\n", str(tmp_path / "app" / "a.py"), settings)
        (call,) = ctx.tree.of(cst.Call)
        assert (imported_definition(ctx, call.func) is not None) is found

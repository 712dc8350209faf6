"""What other modules of the project say."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest

from relint import elsewhere, leads
from relint.project import Project
from relint.settings import Settings
from tests.asking import context

MODULES = {
    "shop/__init__.py": "from .http import session as shared\n",
    "shop/http.py": """
        import requests
        from requests import get as fetch
        from shop.base import Base

        LIMIT = 10
        NEVER = None
        session = requests.Session()
        mapping = {}

        def get_session():
            return session

        def load(url):
            return requests.get(url)

        def annotated(url) -> "requests.Session": ...

        class Client(Base):
            own = requests.Session()

        class Sub(requests.Session):
            pass

        if LIMIT:
            chosen = requests.Session()
        else:
            chosen = mapping
    """,
    "shop/base.py": """
        import requests

        class Base:
            def __init__(self):
                self.http = requests.Session()

            @property
            def lazy(self):
                return self.http
    """,
    "shop/star.py": "from shop.http import *\n",
    "shop/one.py": "from shop.two import x, y\nimport requests\nz = y or requests.Session()\n",
    "shop/two.py": "from shop.one import x, z as y\n",
    "shop/broken.py": "import requests\nsession = = requests.Session()\n",
    "shop/session/__init__.py": "",
    "space/deep/http.py": "import requests\nsession = requests.Session()\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return tmp_path


def _asked(root: Path, code: str) -> tuple[object, ...]:
    """The name and the class of the last expression of a text, and its literal value."""
    ctx = context(code, str(root / "shop" / "app.py"), Settings(root=root))
    expression = [each.value for each in ctx.tree.of(cst.Expr)][-1]
    return ctx.qualname(expression), ctx.instance_of(expression), ctx.literal(expression)


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        ("from shop.http import session\nsession", "requests.Session"),
        ("from shop import shared\nshared", "requests.Session"),
        ("from . import shared\nshared", "requests.Session"),
        ("import shop.http as h\nh.session", "requests.Session"),
        ("from shop import http\nhttp.session", "requests.Session"),
        ("from shop.http import get_session\nget_session()", "requests.Session"),
        ("from shop.http import annotated\nannotated(1)", "requests.Session"),
        ("from shop.http import Sub\nSub()", "requests.Session"),
        ("from shop.http import Client\nClient().own", "requests.Session"),
        ("from shop.http import Client\nClient().http", "requests.Session"),
        ("from shop.http import Client\nClient().lazy", "requests.Session"),
        ("from shop.http import Client\ndef f(c: Client):\n    c.lazy", "requests.Session"),
        ("from shop.http import Client\nclass A(Client):\n    def f(self):\n        self.http", "requests.Session"),
        ("from shop.http import Sub\nclass A(Sub):\n    pass\nA()", "requests.Session"),
        ("from space.deep.http import session\nsession", "requests.Session"),  # folders without an __init__.py
        ("try:\n    from shop.http import session\nexcept OSError:\n    session = None\nsession", "requests.Session"),
        ("from shop.star import session\nsession", "requests.Session"),
        ("from shop.one import z\nz", "requests.Session"),  # which leads back to itself, or else to a session
        ("from shop.http import load\nload(1)", None),
        ("from shop.http import mapping\nmapping", None),
        ("from shop.http import chosen\nchosen", None),
        ("from shop.http import gone\ngone", None),
        ("from shop.nowhere import session\nsession", None),
        ("from shop.broken import session\nsession", None),
        ("from shop.one import x\nx", None),
        ("from shop.http import *\nsession", "requests.Session"),
        ("from .star import *\nsession", "requests.Session"),
        ("from shop.http import *\ndef f():\n    session = other()\nsession", "requests.Session"),
        ("from shop.http import *\nfrom gone import *\nsession", None),
        ("from shop.http import *\nfrom shop.star import *\nsession", None),  # which both bring
        ("from shop.http import *\nsession = other()\nsession", None),
        ("from shop.base import *\nsession", None),
        ("from shop.http import session\nsession = other()\nsession", None),
    ],
)
def test_classes(root: Path, code: str, cls: str | None) -> None:
    assert _asked(root, code)[1] == cls


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from shop.http import session\nsession.get", "requests.Session.get"),
        ("from shop.http import get_session\nget_session().get", "requests.Session.get"),
        ("from shop.http import fetch\nfetch", "requests.get"),
        ("from .http import fetch as f\nf", "requests.get"),
        ("from shop.http import load\nload", "shop.http.load"),
        ("from shop.http import Client\nClient.own.get", "requests.Session.get"),
        ("from shop.http import Client\nClient.make", "shop.http.Client.make"),
        ("from shop.gone import name\nname.attr", "shop.gone.name.attr"),
        ("from shop.http import *\nfetch", "requests.get"),
        ("from shop.http import *\nopen", "builtins.open"),
        ("from shop.gone import *\nopen", None),
    ],
)
def test_names(root: Path, code: str, name: str | None) -> None:
    assert _asked(root, code)[0] == name


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("from shop.http import LIMIT\nLIMIT", 10),
        ("from shop.http import NEVER\nNEVER", None),
        ("from shop import http\nhttp.NEVER", None),
        ("from shop.http import session\nsession", ...),
        ("from shop.http import gone\ngone", ...),
        ("from elsewhere import LIMIT\nLIMIT", ...),
        ("from shop.http import *\nLIMIT", 10),
    ],
)
def test_constants(root: Path, code: str, value: object) -> None:
    assert _asked(root, code)[2] == value


def test_what_was_looked_at_is_on_record_also_when_it_is_known_already(root: Path) -> None:
    code = "from shop import shared\nshared"
    records = []
    for _ in range(2):
        ctx = context(code, str(root / "shop" / "app.py"), Settings(root=root))
        assert ctx.instance_of(list(ctx.tree.of(cst.Expr))[-1].value) == "requests.Session"
        records.append(dict(ctx.project.consulted))
    assert records[0] == records[1]
    assert {str(root / "shop" / name) for name in ("__init__.py", "http.py")} <= records[0].keys()


def test_a_module_is_parsed_once_and_again_when_it_has_changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    parse = elsewhere._parsed
    monkeypatch.setattr(elsewhere, "_parsed", lambda text, **how: (parsed.append(text), parse(text, **how))[1])
    code = "from shop.http import session\nsession"
    for _ in range(3):
        assert _asked(root, code)[1] == "requests.Session"
    assert len(parsed) == 1
    (root / "shop" / "http.py").write_text("import httpx\nsession = httpx.Client()\n")
    assert _asked(root, code)[1] == "httpx.Client"
    assert len(parsed) == 2


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_cycles_say_the_same_in_every_order(root: Path, order: tuple[str, str]) -> None:
    elsewhere._asking.kept.clear()
    asked = {module: "z" if module == "one" else "y" for module in order}
    found = {m: _asked(root, f"from shop.{m} import {n}\n{n}")[1] for m, n in asked.items()}
    assert found == {"one": "requests.Session", "two": "requests.Session"}


def test_nothing_is_read_for_names_of_libraries(root: Path) -> None:
    ctx = context("import requests\nrequests.get(1)\n", str(root / "shop" / "app.py"), Settings(root=root))
    (call,) = ctx.tree.of(cst.Call)
    assert ctx.callee(call) == "requests.get"
    assert not ctx.project.consulted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from shop.http import session", {"requests", "Session"}),
        ("from shop.http import (  # all\n    get_session,\n    mapping as m,\n)", {"requests", "Session"}),
        ("import shop.http as h", {"requests", "get"}),
        ("from shop.http import mapping, load, LIMIT", set()),
        ("from shop.star import session", {"requests", "Session"}),
        ("from shop.http import *\nsession.get", {"requests", "Session"}),
        ("from shop.star import (*)\nsession.get", {"requests", "Session"}),
        ("from shop.http import *\nLIMIT", set()),
        ("import requests, django.db", set()),
    ],
)
def test_leads(root: Path, text: str, words: set[str]) -> None:
    found = leads.shared_names(Project(Settings(root=root)), str(root / "shop" / "app.py"), text)
    assert set().union(*found.values()) >= words
    assert bool(found) is bool(words)

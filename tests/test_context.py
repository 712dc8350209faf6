"""What expressions refer to, and what stands around them."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from tests.asking import context, node


def callee(code: str, call: str) -> str | None:
    ctx = context(code)
    return ctx.callee(node(ctx, call, cst.Call))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import requests\nrequests.get(u)", "requests.get"),
        ("import requests as r\nr.get(u)", "requests.get"),
        ("from requests import get\nget(u)", "requests.get"),
        ("from requests import get as g\ng(u)", "requests.get"),
        ("import urllib.request\nurllib.request.urlopen(u)", "urllib.request.urlopen"),
        ("import urllib.request as x\nx.urlopen(u)", "urllib.request.urlopen"),
        ("from . import http\nhttp.get(u)", ".http.get"),
        ("from ..a.b import c\nc.get(u)", "..a.b.c.get"),
        ("try:\n    import requests\nexcept ImportError:\n    requests = None\nrequests.get(u)", "requests.get"),
        ("import requests\nget = requests.get\nget(u)", "requests.get"),
        ("import requests\ns = requests.Session()\ns.get(u)", "requests.Session.get"),
        ("import requests\nrequests.Session().get(u)", "requests.Session.get"),
        ("import requests\nwith requests.Session() as s:\n    s.get(u)", "requests.Session.get"),
        ("import requests\ns = requests.session()\nget = s.get\nget(u)", "requests.Session.get"),
        ("import requests\nclass S(requests.Session): ...\nS().get(u)", "requests.Session.get"),
        ("import requests\nclass S(requests.Session): ...\nclass T(S): ...\nt = T()\nt.get(u)", "requests.Session.get"),
        ("import requests\ndef f(s: requests.Session): s.get(u)", "requests.Session.get"),
        ("import requests\ndef f(s: 'requests.Session'): s.get(u)", "requests.Session.get"),
        ("import requests\ndef f(s: requests.Session | None = None): s.get(u)", "requests.Session.get"),
        ("import requests\ndef f(s: 'requests.Session | None'): s.get(u)", "requests.Session.get"),
        (
            "import requests\nfrom typing import Optional\ndef f(s: Optional[requests.Session]): s.get(u)",
            "requests.Session.get",
        ),
        ("import requests\ndef f(s=None):\n    s = s or requests.Session()\n    s.get(u)", "requests.Session.get"),
        (
            "import requests\ndef f(s=None):\n    if s is None: s = requests.Session()\n    s.get(u)",
            "requests.Session.get",
        ),
        ("import requests\ndef make(): return requests.Session()\nmake().get(u)", "requests.Session.get"),
        ("import requests\ndef make() -> requests.Session: return build()\nmake().get(u)", "requests.Session.get"),
        ("import sqlite3\nc = sqlite3.connect(p).cursor()\nc.execute(q)", "sqlite3.Connection.cursor.execute"),
        (
            "import sqlite3\nfrom contextlib import closing\nwith closing(sqlite3.connect(p)) as c: c.execute(q)",
            "sqlite3.Connection.execute",
        ),
        (
            "import contextlib, sqlite3\nc = sqlite3.connect(p)\nwith contextlib.closing(c) as d: d.execute(q)",
            "sqlite3.Connection.execute",
        ),
        ("print(u)", "builtins.print"),
        # Unknown stays unknown.
        ("requests.get(u)", None),
        ("def f(requests): requests.get(u)", None),
        ("from x import *\nrequests.get(u)", None),
        ("import requests\nrequests = object()\nrequests.get(u)", None),
        ("import requests\nfor requests in xs: requests.get(u)", None),
        ("import a.requests as requests\nrequests.get(u)", "a.requests.get"),
        ("import sqlite3\nwith closing(sqlite3.connect(p)) as c: c.execute(q)", None),
        ("self.requests.get(u)", None),
        ("import requests\ns = requests.Session()\ns = other()\ns.get(u)", None),
        ("import requests\nx = x or requests\nx.get(u)", None),
        ("x = x\nx.get(u)", None),
        ("a = b\nb = a\na.get(u)", None),
        ("from x import *\nprint(u)", None),
        ("from x import *\nTimeoutError(u)", None),
        ("from x import *\nException(u)", "builtins.Exception"),
    ],
)  # fmt: skip
def test_callee(code: str, expected: str | None) -> None:
    ctx = context(code)
    call = [c for c in ctx.tree.of(cst.Call) if c.args and ctx.source(c.args[0]) in ("u", "q")][-1]
    assert ctx.callee(call) == expected


SESSION_ON_SELF = """
import requests

class Base:
    def __init__(self, retries):
        self.retries = retries
        self.session = requests.Session()

class Client(Base):
    limit = 5
    def fetch(self, url):
        return self.session.get(url)
    @property
    def http(self):
        return self.session
    def other(this, url):
        return this.http.post(url)
    @staticmethod
    def third(self, url):
        return self.session.put(url)
    def nested(self, url):
        def inner():
            return self.session.delete(url)
        return inner

def use(url):
    client = Client(3)
    return client.session.head(url)
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("self.session.get(url)", "requests.Session.get"),
        ("this.http.post(url)", "requests.Session.post"),
        ("self.session.put(url)", None),
        ("self.session.delete(url)", "requests.Session.delete"),
        ("client.session.head(url)", "requests.Session.head"),
    ],
)
def test_attributes_of_self(call: str, expected: str | None) -> None:
    assert callee(SESSION_ON_SELF, call) == expected


def test_scopes() -> None:
    ctx = context("""
        x = 1
        class C:
            x = 2
            def f(self, y=x):
                return x
        def g():
            global x
            x = 3
        def h():
            x = 4
            def inner():
                nonlocal x
                x = 5
                return [x for x in x]
        total = [n for n in range(3) if (seen := n)]
    """)
    names = ctx.names
    module = names.module
    assert len(module.bindings["x"]) == 2, "the global statement binds at module level"
    assert "seen" in module.bindings, "a walrus binds outside the comprehension"
    assert "n" not in module.bindings
    default, returned = [n for n in ctx.tree.of(cst.Name) if n.value == "x" and not names.is_store(n)][:2]
    owners = {names.find(n)[0].node.__class__ for n in (default,)}  # type: ignore[index]
    assert owners == {cst.ClassDef}, "a default is evaluated in the class"
    assert names.find(returned)[0] is module, "a method does not see class names"  # type: ignore[index]
    (h_function,) = (f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "h")
    h = names.body_scope(h_function)
    assert len(h.bindings["x"]) == 2, "the nonlocal statement binds in h"


def test_bindings_and_values() -> None:
    ctx = context("""
        A = 10
        B = A
        c = 1
        c = 2
        d, e = 3, 4
        f, g = make()
        for i in rows: use(i)
        def fn(p, q=None): return p
        h: int = 5
        k += 1
    """)

    def value(name: str) -> str | None:
        found = ctx.value_of(_use(ctx, name))
        return ctx.source(found) if found is not None else None

    names = {n: ctx.names.module.bindings[n] for n in "ABcdefghik"}
    assert [b.kind for b in names["c"]] == ["assign", "assign"]
    assert ctx.source(names["d"][0].value) == "3"  # type: ignore[arg-type]
    assert names["f"][0].kind == "unpack"
    assert names["i"][0].kind == "for"
    assert names["h"][0].annotation is not None
    assert names["k"][0].kind == "augment"
    assert value("A") == "10"


def _use(ctx: Context, name: str) -> cst.Name:
    return next(n for n in ctx.tree.of(cst.Name) if n.value == name and not ctx.names.is_store(n))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("None", None),
        ("True", True),
        ("-3", -3),
        ("1.5", 1.5),
        ("'a' 'b'", "ab"),
        ("LIMIT", 7),
        ("TWICE", ...),
        ("f'{x}'", ...),
        ("call()", ...),
        ("-call()", ...),
    ],
)
def test_literal(expression: str, expected: object) -> None:
    ctx = context(f"LIMIT = 7\nTWICE = 1\nTWICE = 2\nuse({expression})\n")
    call = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    assert ctx.literal(call.args[0].value) == expected


def test_a_name_that_is_given_itself_is_no_literal() -> None:
    ctx = context("class A:\n    limit = limit\n    use(limit)\n")
    assert ctx.literal(node(ctx, "use(limit)", cst.Call).args[0].value) is ...


def test_what_stands_around() -> None:
    ctx = context("""
        async def f(xs):
            for x in first():
                second(x)
            else:
                third()
            [fourth(y) for y in fifth()]
            def inner(): sixth()
            call(lambda: seventh())
            try:
                eighth()
            except E:
                ninth()
    """)

    def call(name: str) -> cst.Call:
        return next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == name)

    in_loop = {name for name in ("first", "second", "third", "fourth", "fifth", "sixth") if ctx.in_loop(call(name))}
    assert in_loop == {"second", "fourth"}
    asynchronous = {name for name in ("second", "fourth", "sixth", "seventh") if ctx.in_async(call(name))}
    assert asynchronous == {"second", "fourth"}
    assert ctx.in_try(call("eighth")) is not None
    assert ctx.in_try(call("ninth")) is None
    assert ctx.source(ctx.statement_of(call("second"))) == "second(x)"
    assert isinstance(ctx.enclosing(call("sixth"), cst.FunctionDef), cst.FunctionDef)
    walked = [ctx.source(c.func) for c in ctx.walk(ctx.tree.module.body[0], cst.Call)]
    assert "sixth" not in walked
    assert "eighth" in walked


def test_arguments() -> None:
    ctx = context("f(1, 2, *rest, k=3, **more)")
    (call,) = ctx.tree.of(cst.Call)
    assert ctx.source(ctx.argument(call, "b", 1)) == "2"  # type: ignore[arg-type]
    assert ctx.argument(call, "c", 2) is None, "hidden behind *rest"
    assert ctx.source(ctx.argument(call, "k").value) == "3"  # type: ignore[union-attr]
    assert ctx.unpacks(call)
    assert ctx.unpacks(call, "*")


def test_decorators_are_named_through_imports() -> None:
    ctx = context("import tenacity as t\n@t.retry(stop=1)\n@other\ndef f(): ...\n")
    (function,) = ctx.tree.of(cst.FunctionDef)
    assert [name for name, _ in ctx.decorators(function)] == ["tenacity.retry", None]


def test_a_decorator_is_not_the_method_below_it() -> None:
    ctx = context(
        """
        from tenacity import retry

        class Client:
            @retry
            def fetch(self): ...

            @retry
            def retry(self): ...

            @retry
            def send(self): ...
        """
    )
    methods = ctx.tree.of(cst.FunctionDef)
    assert [ctx.decorators(method)[0][0] for method in methods] == ["tenacity.retry", "tenacity.retry", None]


def test_memo_computes_once() -> None:
    ctx = context("x = 1")
    asked: list[int] = []
    for _ in range(2):
        ctx.memo("question", lambda: asked.append(1))
    assert asked == [1]


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nx = importlib.import_module('a.b')\nx.f()\n",
        "x = LazyImport('a.b')\nx.f()\n",
        "x = None\nx = lazy_import('a.b')\nx.f()\n",
        "import a.b\nclass C:\n    x = None\n    def m(self):\n        self.x = a.b\n        self.x.f()\n",
    ],
)
def test_modules_bound_to_names(code: str) -> None:
    ctx = context(code)
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith("x.f")]
    assert ctx.callee(call) == "a.b.f"


def test_a_call_with_a_text_is_no_import() -> None:
    ctx = context("x = make('a.b')\nx.f()\n")
    assert ctx.callee(node(ctx, "x.f()", cst.Call)) is None


@pytest.mark.parametrize(
    ("annotation", "known"),
    [
        ("Queue[str]", "queue.Queue"),
        ("'Queue[str]'", "queue.Queue"),
        ("'queue.Queue[str] | None'", "queue.Queue"),
        ("Optional[Queue[str]]", "queue.Queue"),
        ("list[Queue]", None),
        ("'list[Queue]'", None),
        ("'Optional[Queue[str]]'", None),
    ],
)
def test_a_class_with_a_type_in_brackets(annotation: str, known: str | None) -> None:
    ctx = context(f"import queue\nfrom queue import Queue\nfrom typing import Optional\ndef f(x: {annotation}): x")
    assert ctx.instance_of(node(ctx, "x", cst.Name)) == known

"""What the syntax of a part must hold for a rule to find something in it."""

from __future__ import annotations

import ast
from typing import Any, Mapping

import pytest

from relint.model import RuleInfo
from relint.reach import Reach
from relint.registry import catalogue
from relint.shapes import SHAPES, Part


def has(name: str, text: str, code: str = "REL101", options: Mapping[str, Any] | None = None) -> bool:
    rule: RuleInfo = catalogue()[code]
    assert name in rule.near
    return SHAPES[name](Part(ast.parse(text).body, text), rule, options or {})


def test_every_shape_is_that_of_a_rule() -> None:
    assert set(SHAPES) <= {name for rule in catalogue().values() for name in rule.near}


def test_texts_that_are_statements_are_not_looked_at() -> None:
    part = Part(ast.parse("'''SELECT a'''\ndef f():\n    '''SELECT b'''\n    return 'c'").body, "")
    assert [each.value for each in part.of(ast.Constant)] == ["c"]
    assert not part.writes_sql


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("cursor.execute(f'SELECT {x}')", True),
        ("q = 'SELECT a FROM t WHERE b = ' + x", True),
        ("q = 'WHERE b = {}'.format(x)", True),
        ("Q = 'SELECT 1'\ncursor.execute(q)", True),
        ("from q import Q\ncursor.execute(Q % x)", True),
        ("cursor.execute('SELECT a FROM t WHERE b = %s', (x,))", False),
        ("Q = 'SELECT 1'\ncommand = ['ls', x]\nexecute(command, x)", False),
        ("Q = 'SELECT 1'\ns = q = text(x)\ns = q\nsession.execute(s)", True),
        ("Q = 'SELECT 1'\nexecute_batch(cursor, q, rows)", True),
        ("Q = 'SELECT 1'\nexecute(**given)", True),
        ("Q = 'SELECT 1'\nmigrations.RunSQL([q])", True),
        ("cursor.execute('SELECT 1')", False),
        ("log(f'{x}')  # SELECT", False),
        ("Q = 'SELECT 1'\nsession.execute(select(A).where(A.b == x))", False),
        ("Q = 'SELECT 1'\ns = select(A)\ns = s.where(A.b == x)\nsession.execute(s)", False),
        ("Q = 'SELECT 1'\ns = select(A)\ns = text(x)\nsession.execute(s)", True),
        ("n = LIMIT + 1\ns = 'SELECT'", False),
    ],
)
def test_sql_with_holes(text: str, needed: bool) -> None:
    assert has("sql with holes", text, "REL401") is needed


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("for r in rows: r.items.count()", True),
        ("[r.items.filter(a=1).exists() for r in rows]", True),
        ("for r in rows: r.items.aggregate(Sum('a'))", True),
        ("for r in rows.count(): pass", False),
        ("for r in rows: 'a'.count('b')", False),
        ("rows.count()", False),
    ],
)
def test_count_in_a_loop(text: str, needed: bool) -> None:
    assert has("count in a loop", text, "REL408") is needed


_LOOP = "while True:\n    try: f()\n    except E: time.sleep(1)"


@pytest.mark.parametrize(
    ("text", "by_library", "by_hand"),
    [
        ("@retry(wait=wait_fixed(1))\ndef f(): pass", True, False),
        ("@retry\ndef f(): pass", True, False),
        ("Retry(total=3)", True, False),
        ("class T(Task):\n    autoretry_for = (OSError,)", True, False),
        ("@app.task(autoretry_for=(OSError,))\ndef f(): pass", True, False),
        (_LOOP, False, True),
        ("def f():\n    try: g()\n    except E:\n        sleep(1)\n        return f()", False, True),
        ("def f(self):\n    try: g()\n    except E:\n        loop.call_later(5, self.f)", False, True),
        ("while upload() == 503: time.sleep(1)", False, False),
        ("for x in y:\n    if x.status == 503: sleep(1)", False, True),
        ("time.sleep(1)", False, False),
    ],
)
def test_retry(text: str, by_library: bool, by_hand: bool) -> None:
    assert has("retry by a library", text, "REL604") is by_library
    assert has("retry by a library", text, "REL604", {"loops": True}) is (by_library or by_hand)
    assert has("retry by a library or by hand", text, "REL601") is (by_library or by_hand)
    assert has("retry by a library, or of a request", text, "REL603") is by_library
    assert has("retry by a library, or of a request", f"import requests\n{text}", "REL603") is (by_library or by_hand)


@pytest.mark.parametrize(
    "text",
    [
        "import requests\nrequests.get(u)",
        "import requests as r\nr.get(u)",
        "from requests import get as fetch\nfetch(u)",
        "import requests\nfetch = requests.get\ndef f(): fetch(u)",
        "import requests\nclass A:\n    def g(self): self.s = requests.Session()\n    def f(self): self.s.get(u)",
        "from requests import Session\nclass A(Session):\n    def f(self): self.get(u)",
        "from requests import Session\nclass A(Session):\n    def f(self): super().get(u)",
        "from requests import Session\ndef f(s: 'Session | None'): s.get(u)",
        "from requests import Session\ndef make(): return Session()\ndef f():\n    s = make()\n    s.get(u)",
        "from requests import Session\ndef make():\n    yield Session()\nwith make() as s: s.get(u)",
        "import requests\ngetattr(requests, verb)(u)",
        "import requests\npool.submit(requests.get, u)",
        "import requests\nfetch = requests.get\npool.submit(fetch, u)",
        "import requests\nCALLS = {'a': requests.get}\nCALLS[x](u)",
        "import requests\ndef f(fetch=requests.get): fetch(u)",
        "import requests\na, s = 1, requests.Session()\ns.get(u)",
        "import requests\nif (s := requests.Session()):\n    s.get(u)",
        "try:\n    import requests\nexcept ImportError:\n    requests = None\ndef f():\n    requests.get(u)",
        "import importlib\nr = importlib.import_module('requests')\nr.get(u)",
    ],
)
def test_function_of_a_library(text: str) -> None:
    assert has("function of a library", text)


@pytest.mark.parametrize(
    "text",
    [
        "import requests\ndef f(d): d.get(u)",
        "import requests\nos.environ.get(u)",
        "import requests\nx = requests.codes.ok",
        "import requests\nanswer = requests.head\ndef f(): pass",
        "from requests import Session\ndef f(s: Session): s.close()",
    ],
)
def test_no_function_of_a_library(text: str) -> None:
    part = "def f" + text.partition("def f")[2] if "def f" in text else text
    module = Part(ast.parse(text).body, text)
    body = ast.parse(part).body
    assert not SHAPES["function of a library"](Part(body, part, module), catalogue()["REL101"], {})


def test_an_answer_leads_nowhere() -> None:
    text = "import requests\nanswer = requests.get(u)\nparsed = answer.json()\nsession = requests.Session()"
    led = Reach(ast.parse(text).body, {}).led(frozenset({"requests"}))
    assert led == {"requests", "session"}


def test_what_is_imported_from_the_project() -> None:
    text = "from shop.http import session\nfrom shop.cache import cache\nkept = session"
    reach = Reach(ast.parse(text).body, {"session": frozenset({"requests", "Session"})})
    assert reach.led(frozenset({"requests"})) == {"session", "kept"}
    assert reach.led(frozenset({"httpx"})) == frozenset()


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("import time\nasync def f(): time.sleep(1)", True),
        ("from time import sleep as pause\nasync def f(): pause(1)", True),
        ("import time\ndef f(): time.sleep(1)\nasync def g(): pass", False),
        ("import os\nasync def f(): os.path.join(a)", False),
        ("import os\nasync def f(): os.system(a)", True),
    ],
)
def test_blocking_call_in_async(text: str, needed: bool) -> None:
    assert has("blocking call in async", text, "REL107") is needed

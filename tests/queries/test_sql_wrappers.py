"""Which calls hand SQL text to a database through a function of the project, and how it takes parameters."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.sql import sites
from relint.queries.sql_sinks import Forwarded
from relint.queries.sql_wrappers import wrapped, wrapped_call
from relint.settings import Settings
from tests.asking import context

CALL = """
def use(x):
    run(f"SELECT a FROM t WHERE b = '{x}'")
"""


@pytest.mark.parametrize(
    ("function", "forwarded"),
    [
        ("def run(sql): cur.execute(sql)", None),
        ("def run(sql, params): cur.execute(sql, params)", Forwarded("params", 1)),
        ("def run(sql, params=None): cur.execute(sql, params)", Forwarded("params", 1, bare=True)),
        ("def run(sql, params=()): cur.execute(sql, params)", Forwarded("params", 1)),
        ("def run(sql, params=()): cur.execute(str(sql), params)", Forwarded("params", 1)),
        ("def run(sql): cur.execute(dedent(str(sql)))", None),
        ("def run(sql, params=None): cur.execute(sql, params or ())", Forwarded("params", 1)),
        ("def run(sql, *, params=None): cur.execute(sql, params)", Forwarded("params", None, bare=True)),
        ("def run(sql, many=False, params=None): cur.execute(sql, params)", Forwarded("params", 2, bare=True)),
        ("def run(sql, *params): cur.execute(sql, params)", Forwarded(None, 1, each=True)),
        ("def run(sql, *args, **kwargs): cur.execute(sql, *args, **kwargs)", Forwarded(None, 1)),
        ("def run(sql, params=None):\n    if params is None:\n        params = ()\n    cur.execute(sql, params)",
         Forwarded("params", 1)),
        ("def run(sql, params=None):\n  if params:\n    cur.execute(sql, params)\n  else:\n    cur.execute(sql)",
         Forwarded("params", 1, bare=True)),
        ("def run(sql, params):\n    def go(cur): cur.execute(sql, params)\n    pool.run(go)", Forwarded("params", 1)),
        ("def run(sql, params): pool.run(lambda cur: cur.execute(sql, params))", Forwarded("params", 1)),
        ("def run(sql, params):\n    sql = sql.replace('?', '%s')\n    cur.execute(sql, params)", None),
        ("def run(sql, params): cur.execute(sql, [params])", None),
        ("def run(sql, params):\n    params = clean(params)\n    cur.execute(sql, params)", None),
        ("def run(sql, params): return inner(sql, params)\ndef inner(q, p=None): cur.execute(q, p)",
         Forwarded("params", 1)),
    ],
)  # fmt: skip
def test_a_function_of_the_file(function: str, forwarded: Forwarded | None) -> None:
    ctx = context(f"{function}\n{CALL}")
    (sink,) = wrapped(ctx)
    assert ctx.source(sink.call).startswith("run(")
    assert sink.name == "execute"
    assert sink.wrapper is not None
    assert sink.wrapper.name == "run"
    assert sink.wrapper.executed is not None
    assert sink.wrapper.forwarded == forwarded


@pytest.mark.parametrize(
    "function",
    [
        "def run(sql): log.info(sql)",
        "def run(sql): cur.execute(translated(sql))",
        "def run(sql):\n    sql = 'SELECT 1'\n    cur.execute(sql)",
        "def run(sql):\n    for sql in statements: cur.execute(sql)",
        "def run(sql):\n    def go(sql): cur.execute(sql)\n    pool.run(go)",
        "def run(name): cur.execute('SELECT a FROM t', name)",
        "def run(sql): return run(sql)",
        "run = print",
        "from elsewhere import run",
    ],
)
def test_no_wrapper(function: str) -> None:
    assert list(wrapped(context(f"{function}\n{CALL}"))) == []


def test_a_method_and_the_driver_of_its_class() -> None:
    ctx = context(
        """
        import psycopg, sqlite3

        class Store:
            def __init__(self):
                self.db = sqlite3.connect("x")

            def run(self, sql, *params):
                return self.db.execute(sql, params)

            def rows(self, x):
                sql = "SELECT a FROM t"
                sql += f" WHERE b = '{x}'"
                return self.run(sql)
        """
    )
    (sink,) = wrapped(ctx)
    assert sink.driver is not None
    assert (sink.driver.name, ctx.source(sink.arg)) == ("sqlite3", "sql")
    assert sink.wrapper is not None
    assert sink.wrapper.forwarded == Forwarded(None, 1, each=True)


@pytest.mark.parametrize(
    ("function", "forwarded"),
    [
        ("async def run(sql, *args): await db.fetch(sql, *args)", Forwarded(None, 1, each=True)),
        ("async def run(sql, args): await db.fetch(sql, *args)", Forwarded("args", 1)),
    ],
)
def test_asyncpg(function: str, forwarded: Forwarded) -> None:
    (sink,) = wrapped(context(f"import asyncpg\n{function}\n{CALL}"))
    assert sink.wrapper is not None
    assert sink.wrapper.forwarded == forwarded


def test_sqlalchemy() -> None:
    head = "from sqlalchemy import text\ndef run(sql, params=None):"
    (sink,) = wrapped(context(f"{head} session.execute(text(sql), params)\n{CALL}"))
    assert (sink.name, sink.driver and sink.driver.style) == ("text", "named")
    assert sink.wrapper is not None
    assert sink.wrapper.forwarded == Forwarded("params", 1, bare=True)
    (sink,) = wrapped(context(f"{head} session.query(text(sql))\n{CALL}"))
    assert sink.wrapper is not None
    assert sink.wrapper.forwarded is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("from shop.db import run\nrun(f\"SELECT a FROM t WHERE b = '{x}'\")", ["run"]),
        ("from .. import db\ndb.run(f\"SELECT a FROM t WHERE b = '{x}'\")", ["run"]),
        ("from ..db import Base\nclass A(Base):\n def f(s): s.rows(f\"SELECT a FROM t WHERE b = '{x}'\")", ["rows"]),
        ("from ..db import Base\nBase().rows(f\"SELECT a FROM t WHERE b = '{x}'\")", ["rows"]),
        ("from ..db import Base\nBase().nothing(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
        ("from ..db import log\nlog(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
        ("from ..db import run\nrun('SELECT 1')", []),
        ("from ..db import store\nstore.rows(f\"SELECT a FROM t WHERE b = '{x}'\")", ["rows"]),
        ("from ..db import Base\ndef f(db: Base): db.rows(f\"SELECT a FROM t WHERE b = '{x}'\")", ["rows"]),
        ("from shop import passed_on\npassed_on(f\"SELECT a FROM t WHERE b = '{x}'\")", ["run"]),
        ("from ..more import Sub\nSub().rows(f\"SELECT a FROM t WHERE b = '{x}'\")", ["rows"]),
        ("from ..more import run_all\nrun_all(f\"SELECT a FROM t WHERE b = '{x}'\")", ["run_all"]),
        ("from ..more import to_itself\nto_itself(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
        ("from ..more import gone\ngone(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
        ("from ..broken import run\nrun(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
        ("from ..nested import run\nrun(f\"SELECT a FROM t WHERE b = '{x}'\")", []),
    ],
)  # fmt: skip
def test_another_file(code: str, names: list[str], tmp_path: Path) -> None:
    package = tmp_path / "shop"
    (package / "web").mkdir(parents=True)
    (package / "db.py").write_text(
        "import psycopg\n\n\ndef log(sql):\n    print(sql)\n\n\n@retried\ndef run(sql, params=None):\n"
        "    with psycopg.connect() as db:\n        db.execute(sql, params)\n\n\n"
        "class Base:\n    def rows(self, sql, *args):\n        return self.cursor.execute(sql, args)\n\n\n"
        "store = Base()\n"
    )
    (package / "__init__.py").write_text("from .db import run as passed_on\n")
    (package / "more.py").write_text(
        "from shop.db import Base, run\nfrom shop.more import to_itself as other\n\n\nclass Sub(Base): ...\n\n\n"
        "def run_all(sql):\n    run(sql)\n\n\ndef to_itself(sql):\n    other(sql)\n"
    )
    (package / "broken.py").write_text("import psycopg\ndef run(sql): = psycopg.execute(sql)\n")
    (package / "nested.py").write_text(f"def run(sql): cursor.execute(sql)\ndeep = {'(' * 5000}{')' * 5000}\n")
    ctx = context(f"{code}\n", str(package / "web" / "views.py"), Settings(root=tmp_path))
    found = list(wrapped(ctx))
    assert [sink.wrapper.name for sink in found if sink.wrapper] == names
    assert all(sink.driver and sink.driver.name == "psycopg" and sink.wrapper.executed is None for sink in found)  # type: ignore[union-attr]
    assert ctx.project.consulted or not names


def test_a_log_of_statements_is_none() -> None:
    assert list(wrapped(context(f"def run(sql, args): log.debug(cur.mogrify(sql, args))\n{CALL}"))) == []


def test_placeholders_that_the_caller_of_a_wrapper_gives_parameters_for() -> None:
    """What the wrapper does without parameters, it does not do here."""
    ctx = context(
        """
        class Store:
            def run(self, sql, args=None):
                if args:
                    self.cursor.execute(sql, args)
                else:
                    self.cursor.execute(sql)

            def add(self, table, a, b):
                sql = "INSERT INTO %s (a, b) VALUES (%s, %s)" % (table, self.arg, self.arg)
                self.run(sql, (a, b))
                self.run(f"SELECT a FROM t WHERE b = {self.arg}")
        """
    )
    assert [(ctx.source(site.root)[:7], len(site.values)) for site in sites(ctx)] == [('"INSERT', 0), ('f"SELEC', 1)]


def test_a_wrapper_that_calls_itself() -> None:
    ctx = context("def a(sql): b(sql)\ndef b(sql): a(sql)\na(f\"SELECT a FROM t WHERE b = '{x}'\")")
    (*_, call) = ctx.tree.of(cst.Call)
    assert wrapped_call(ctx, call) is None

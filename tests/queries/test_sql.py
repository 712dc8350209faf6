"""Which expressions put values into SQL text, what is SQL, and which driver takes it."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.sql import sites
from relint.queries.sql_holes import is_number, speaking_name
from relint.queries.sql_parse import is_statement, looks_like_sql
from relint.queries.sql_places import HOLE, spots
from relint.queries.sql_sinks import driver_of
from tests.asking import context


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "  select a from t",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "-- why\nDELETE FROM t",
        "insert into t values (1)",
        "PRAGMA user_version=1",
        "KILL 5",
        "SET x = 1",
        "drop table t",
        f"{HOLE} WHERE a = 1",
    ],
)
def test_looks_like_sql(text: str) -> None:
    assert looks_like_sql(text)


@pytest.mark.parametrize(
    "text",
    [
        "query { user(id: 1) { id } }",
        "MERGE (n:User {name: 'a'})",
        "CREATE (n:User {name: 'a'})",
        "SELECT ?s WHERE { ?s ?p 'a' }",
        "CALL db.labels() YIELD label RETURN label",
        "rm -rf x",
        "set terminal x",
        "update the package",
        "create x",
        "",
        "use it",
        "show x",
    ],
)
def test_does_not_look_like_sql(text: str) -> None:
    assert not looks_like_sql(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t WHERE b = '<>'",
        "select a from t where b in (<>) and c = %s",
        "SELECT a FROM <> WHERE b = <> AND c = ? LIMIT <>",
        "INSERT INTO t (a) VALUES ('<>', %(b)s, $1, :c)",
        "UPDATE t SET a = <> WHERE b = 'x'",
        "DELETE FROM t WHERE a < <>",
        "SELECT a FROM t WHERE <>",
        "SELECT f('<>')",
        "SELECT 1 FROM a UNION SELECT 2 FROM b WHERE c = <>",
        "WITH x AS (SELECT 1) SELECT * FROM x WHERE a = <>",
        "REPLACE INTO t VALUES (<>)",
    ],
)
def test_is_statement(text: str) -> None:
    raw = text.replace("<>", HOLE)
    assert is_statement(raw, spots(raw))


@pytest.mark.parametrize(
    "text",
    [
        "Select an option from '<>'",
        "Show <>",
        "Set x to <>",
        "hello <>",
        "select <>",
        "delete from the list where <> is set and so on",
        "update your settings: set x to '<>'",
        "insert the <> into the slot",
        "SELECT a FROM t; DROP TABLE u WHERE a = <>",
        "CREATE TABLE t (a int DEFAULT <>)",
        "SELECT a FROM read_json(['x'], columns = { : \"x\"}), b = ?",  # sqlglot's MySQL parser crashes on it
    ],
)
def test_is_no_statement(text: str) -> None:
    raw = text.replace("<>", HOLE)
    assert not is_statement(raw, spots(raw))


@pytest.mark.parametrize(
    ("source", "driver"),
    [
        ("import sqlite3\ndb = sqlite3.connect('x')\ndb.execute('')", "sqlite3"),
        ("import sqlite3\ndef f(db):\n    db.execute('')", "sqlite3"),
        ("import psycopg\nwith psycopg.connect() as c, c.cursor() as cur:\n    cur.execute('')", "psycopg"),
        ("import psycopg2\nc = psycopg2.connect()\nc.cursor().execute('')", "psycopg2"),
        ("from django.db import connection\nwith connection.cursor() as c:\n    c.execute('')", "django"),
        ("from alembic import op\nop.execute('')", "sqlalchemy"),
        ("import asyncpg\nasync def f(c: asyncpg.Connection):\n    await c.execute('')", "asyncpg"),
        ("import pymysql, sqlite3\ndef f(db):\n    db.execute('')", None),
        ("def f(db):\n    db.execute('')", None),
    ],
)
def test_driver(source: str, driver: str | None) -> None:
    ctx = context(source)
    calls = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith(".execute")]
    found = driver_of(ctx, calls[0], "execute")
    assert (found.name if found else None) == driver


def test_sites_stand_where_the_text_is_put_together() -> None:
    ctx = context(
        """
        def f(cursor, a, table, b):
            sql = f"SELECT x FROM {table} WHERE a = '{a}'"
            sql += " AND b = '%s'" % b
            cursor.execute(sql)
            cursor.execute(sql)
        """
    )
    found = sites(ctx)
    assert [ctx.source(site.root)[:6] for site in found] == ['f"SELE', '" AND ']
    assert [[ctx.source(v.hole.node) for v in site.values] for site in found] == [["a"], ["b"]]
    assert [[ctx.source(v.hole.node) for v in site.names] for site in found] == [["table"], []]
    assert all(site.sink is not None for site in found)


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("int(x)", True), ("str(int(x))", True), ("len(x)", True), ("-x", True), ("x - 1", True), ("2 * x", True),
        ("','.join(str(int(i)) for i in x)", True), ("','.join(map(str, map(int, x)))", True), ("n", True),
        ("x", False), ("x + y", False), ("str(x)", False), ("','.join(x)", False),
    ],
)  # fmt: skip
def test_is_number(expression: str, number: bool) -> None:
    ctx = context(f"def f(x, y):\n    n = int(x)\n    use({expression})")
    call = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    assert is_number(ctx, call.args[0].value) is number


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("x", "x"), ("self.x", "x"), ("str(x)", "x"), ("','.join(xs)", "xs"), ("d['key']", "key"), ("xs[0]", "xs"),
        ("template.format(y)", "template"), ("get(y)", "get"), ("1", ""),
    ],
)  # fmt: skip
def test_speaking_name(expression: str, name: str) -> None:
    assert speaking_name(cst.parse_expression(expression)) == name


def test_the_sign_for_a_hole_in_the_file() -> None:
    code = "def f(cursor, x): cursor.execute(f\"SELECT a FROM t WHERE b = '\ue000{x}'\")"
    assert sites(context(code)) == []

"""The fixes of REL401 run on a real PostgreSQL, through psycopg 3, psycopg2, SQLAlchemy, asyncpg and Django."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from textwrap import indent
from typing import Any, Callable

import pytest

from relint.fix import fix
from relint.source import decode
from tests.fixes.postgres import new_database
from tests.fixes.sql_cases import (
    CASES,
    GROWING,
    HOSTILE,
    LIKE_CASES,
    NUMBER_IN_QUOTES,
    ROWS,
    SCHEMA,
    Case,
    check,
    check_growing,
    fixed,
    function,
    harmless_for_like,
    selected,
    settings_for,
)

ALL = [*CASES, *LIKE_CASES]


@pytest.fixture(scope="module")
def database() -> dict[str, str]:
    """Name, user, host and port of a database with the table of orders."""
    psycopg = pytest.importorskip("psycopg")
    made = new_database()
    with psycopg.connect(**_libpq(made), autocommit=True) as connection:
        connection.execute(SCHEMA)
        for row in ROWS:
            connection.execute("INSERT INTO orders VALUES (%s, %s, %s, %s)", row)
    return made


def _libpq(database: dict[str, str]) -> dict[str, str]:
    return {"dbname": database["name"], **{key: database[key] for key in ("user", "host", "port")}}


def _hostile(case: Case) -> list[str]:
    return harmless_for_like(HOSTILE) if case in LIKE_CASES else HOSTILE


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text)
def test_psycopg(case: Case, database: dict[str, str]) -> None:
    psycopg = pytest.importorskip("psycopg")
    source = (
        "import psycopg\n\ndef query(conn: psycopg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in conn.execute({case.text})]\n"
    )
    with psycopg.connect(**_libpq(database), autocommit=True) as connection:
        check(case, source, lambda query, customer, amount: query(connection, customer, amount), _hostile(case))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text)
def test_psycopg2(case: Case, database: dict[str, str]) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    source = (
        "import psycopg2\n\ndef query(address, customer, amount: int):\n"
        "    with psycopg2.connect(**address) as conn, conn.cursor() as cursor:\n"
        f"        cursor.execute({case.text})\n"
        "        return [row[0] for row in cursor.fetchall()]\n"
    )
    address = _libpq(database)
    assert psycopg2.paramstyle == "pyformat"
    check(case, source, lambda query, customer, amount: query(address, customer, amount), _hostile(case))


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("body", GROWING)
def test_text_that_grows(body: str, driver: str, database: dict[str, str]) -> None:
    module = pytest.importorskip(driver)
    source = (
        f"import {driver}\n\ndef query(cursor, customer, amount):{body}"
        "    cursor.execute(sql)\n    return [row[0] for row in cursor.fetchall()]\n"
    )
    connection = module.connect(**_libpq(database))
    try:
        check_growing(source, lambda query, customer, amount: query(connection.cursor(), customer, amount))
    finally:
        connection.close()


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("case", [CASES[0], CASES[7]], ids=lambda case: case.text)
@pytest.mark.parametrize(
    ("signature", "given"), [("params=None", "params"), ("params=()", "params"), ("params=None", "params or ()")]
)
def test_a_wrapper(signature: str, given: str, case: Case, driver: str, database: dict[str, str]) -> None:
    """A percent sign in the text is doubled only where the wrapper executed it without parameters before."""
    module = pytest.importorskip(driver)
    source = (
        f"import {driver}\n\ndef run(cursor, sql, {signature}):\n    cursor.execute(sql, {given})\n"
        "    return cursor.fetchall()\n\ndef query(cursor, customer, amount: int):\n"
        f"    return [row[0] for row in run(cursor, {case.text})]\n"
    )
    if "%" in case.text and (signature, given) != ("params=None", "params"):
        assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source
        return
    connection = module.connect(**_libpq(database))
    try:
        check(case, source, lambda query, customer, _: query(connection.cursor(), customer, 5), HOSTILE)
    finally:
        connection.close()


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text)
def test_sqlalchemy(case: Case, driver: str, database: dict[str, str]) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    pytest.importorskip(driver)
    source = (
        "from sqlalchemy import text\n\ndef query(connection, customer, amount: int):\n"
        f"    return [row[0] for row in connection.execute(text({case.text}))]\n"
    )
    query = {"host": database["host"], "port": database["port"]}
    url = sqlalchemy.URL.create(f"postgresql+{driver}", database["user"], database=database["name"], query=query)
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        check(case, source, lambda query, customer, amount: query(connection, customer, amount), _hostile(case))
    engine.dispose()


@pytest.mark.parametrize("case", LIKE_CASES, ids=lambda case: case.text)
def test_asyncpg(case: Case, database: dict[str, str]) -> None:
    source = (
        "import asyncpg\n\nasync def query(conn: asyncpg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in await conn.fetch({case.text})]\n"
    )
    check(case, source, _in_asyncpg(database), _hostile(case))


@pytest.mark.parametrize(("parameters", "given"), [("*params", "*params"), ("params=()", "*params")])
def test_asyncpg_through_a_wrapper(parameters: str, given: str, database: dict[str, str]) -> None:
    source = (
        f"import asyncpg\n\nasync def rows(conn, sql, {parameters}):\n    return await conn.fetch(sql, {given})\n\n"
        "async def query(conn: asyncpg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in await rows(conn, {LIKE_CASES[0].text})]\n"
    )
    check(LIKE_CASES[0], source, _in_asyncpg(database), _hostile(LIKE_CASES[0]))


@pytest.mark.parametrize("case", [*CASES[:3], NUMBER_IN_QUOTES], ids=lambda case: case.text)
def test_what_asyncpg_is_shown_runs(case: Case, database: dict[str, str]) -> None:
    """Where the type decides, a person applies what is only shown: here the types are right."""
    source = (
        "import asyncpg\n\nasync def query(conn: asyncpg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in await conn.fetch({case.text})]\n"
    )
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    (left,) = done.remaining
    assert done.text == source
    assert left.fix is not None
    assert left.fix.safety == "display"
    text = source
    for edit in sorted(left.fix.edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    run = _in_asyncpg(database)
    for customer in ["ann", "bob", *HOSTILE]:
        assert run(function(text), customer, 5) == selected(case, customer, 5), text


def _in_asyncpg(database: dict[str, str]) -> Callable[[Callable[..., Any], str, int], list[int]]:
    asyncpg = pytest.importorskip("asyncpg")

    def run(query: Callable[..., Any], customer: str, amount: int) -> list[int]:
        async def once() -> list[int]:
            address = {"database": database["name"], **{key: database[key] for key in ("user", "host", "port")}}
            connection = await asyncpg.connect(**address)
            try:
                rows: list[int] = await query(connection, customer, amount)
                return rows
            finally:
                await connection.close()

        return asyncio.run(once())

    return run


def test_what_asyncpg_would_refuse_is_only_shown() -> None:
    body = 'return await conn.fetch(f"SELECT id FROM orders WHERE amount = {amount}")'
    source = f"import asyncpg\n\nasync def query(conn: asyncpg.Connection, amount):\n{indent(body, '    ')}\n"
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert done.text == source
    (left,) = done.remaining
    assert left.fix is not None
    assert left.fix.safety == "display"


_DJANGO = """
import json, sys
import django
from django.conf import settings
given = json.load(sys.stdin)
at = given["database"]
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": at["name"], "USER": at["user"],
                           "HOST": at["host"], "PORT": at["port"]}},
    INSTALLED_APPS=[],
)
django.setup()
answers = []
for source, values in given["jobs"]:
    scope = {}
    exec(compile(source, "app.py", "exec"), scope)
    answers.append([scope["query"](*value) for value in values])
json.dump(answers, sys.stdout)
"""


def test_django(database: dict[str, str]) -> None:
    pytest.importorskip("django")
    sources = [
        "from django.db import connection\n\ndef query(customer, amount: int):\n"
        "    with connection.cursor() as cursor:\n"
        f"        cursor.execute({case.text})\n"
        "        return [row[0] for row in cursor.fetchall()]\n"
        for case in CASES
    ]
    harmless = [("ann", 5), ("bob", 7), ("nobody", 1)]
    hostile = [(h, 5) for h in HOSTILE]
    jobs = [[source, harmless] for source in sources]
    jobs += [[fixed(source), [*harmless, *hostile]] for source in sources]
    given = json.dumps({"database": database, "jobs": jobs})
    done = subprocess.run([sys.executable, "-c", _DJANGO], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    for case, before, after in zip(CASES, answers, answers[len(CASES) :], strict=False):
        assert before == [selected(case, *value) for value in harmless]
        assert after == [selected(case, *value) for value in [*harmless, *hostile]], case.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""f"SELECT (DATE '2024-01-02' - INTERVAL '{amount} days')::date::text\"""", "2023-12-28"),
        ("""f"SELECT (DATE '{day}' + 1)::text\"""", "2024-01-02"),
        ("""f"SELECT id::text FROM orders WHERE customer = 'ann' AND amount = '{amount}'\"""", "1"),
        ("""f"SELECT id::text FROM orders WHERE day::date = '{day}'::date\"""", "1"),
    ],
)
def test_psycopg_types(text: str, expected: str, database: dict[str, str]) -> None:
    psycopg = pytest.importorskip("psycopg")
    source = (
        "import psycopg\n\ndef query(conn: psycopg.Connection, amount, day):\n"
        f"    return conn.execute({text}).fetchone()[0]\n"
    )
    with psycopg.connect(**_libpq(database), autocommit=True) as connection:
        assert function(source)(connection, 5, "2024-01-01") == expected
        assert function(fixed(source))(connection, 5, "2024-01-01") == expected, fixed(source)

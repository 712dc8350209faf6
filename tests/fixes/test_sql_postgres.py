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
from tests.fixes.test_sql import MODEL, extra_jobs

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
    text = _shown(source)
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


@pytest.mark.parametrize("case", [*CASES[:3], CASES[7], *LIKE_CASES[:1]], ids=lambda case: case.text)
@pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")
def test_pandas(case: Case, database: dict[str, str]) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    pytest.importorskip("pandas", reason="needs pandas to read with it")
    assert psycopg2.paramstyle == "pyformat"
    source = (
        "import pandas\nimport psycopg2\n\ndef query(address, customer, amount: int):\n"
        "    with psycopg2.connect(**address) as conn:\n"
        f"        return pandas.read_sql({case.text}, conn)['id'].tolist()\n"
    )
    address = _libpq(database)
    check(case, source, lambda query, customer, amount: query(address, customer, amount), _hostile(case))


NAMES = [HOSTILE, HOSTILE[:1], ["ann", "bob"], ["nobody"]]
LISTED = [
    """f"SELECT id FROM orders WHERE customer IN {tuple(names)} ORDER BY id\"""",
    """"SELECT id FROM orders WHERE customer not in %s ORDER BY id" % (tuple(names),)""",
    """f"SELECT id FROM orders WHERE amount > {[0][0]} AND customer IN {tuple(names)} AND amount < 99 ORDER BY id\"""",
]


def _of_names(text: str, names: list[str]) -> list[int]:
    return [row[0] for row in ROWS if (row[1] in names) is not ("not in" in text)]


@pytest.mark.parametrize("text", LISTED)
def test_a_tuple_after_in(text: str, database: dict[str, str]) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    source = (
        "import psycopg2\n\ndef query(cursor: psycopg2.extensions.cursor, names):\n"
        f"    cursor.execute({text})\n    return [row[0] for row in cursor.fetchall()]\n"
    )
    with psycopg2.connect(**_libpq(database)) as connection, connection.cursor() as cursor:
        assert function(source)(cursor, ["ann", "bob"]) == _of_names(text, ["ann", "bob"])
        for names in NAMES:
            assert function(fixed(source))(cursor, names) == _of_names(text, names)


JOINED = [
    """"SELECT id FROM orders WHERE customer IN ('%s') ORDER BY id" % "','".join(names)""",
    """"SELECT id FROM orders WHERE amount < 99 AND customer not in ( '" + "', '".join(names) + "' ) ORDER BY id\"""",
    """f"SELECT id FROM orders WHERE amount > {[0][0]} AND customer IN ({', '.join(map(repr, names))}) ORDER BY id\"""",
]


FOR_ANY = [(driver, text) for driver in ("psycopg", "asyncpg") for text in (*LISTED, *JOINED)]


@pytest.mark.parametrize(("driver", "text"), [*FOR_ANY, *(("psycopg2", text) for text in JOINED)])
def test_a_list_for_any_is_only_shown(driver: str, text: str, database: dict[str, str]) -> None:
    """Of numbers that are held as text, or of none at all, it would select otherwise."""
    query, after = _shown_for(driver, text, database)
    assert query(["ann", "bob"]) == _of_names(text, ["ann", "bob"])
    for names in NAMES:
        assert after(names) == _of_names(text, names)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_numbers_for_any(driver: str, database: dict[str, str]) -> None:
    text = """"SELECT id FROM orders WHERE amount IN (%s) ORDER BY id" % ",".join(map(str, names))"""
    query, after = _shown_for(driver, text, database)
    for amounts in ([5], [5, 2, 9], [100]):
        assert query(amounts) == after(amounts) == [row[0] for row in ROWS if row[2] in amounts]
    assert after([]) == []


def _shown_for(driver: str, text: str, database: dict[str, str]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A query of some names through a driver, and the same with the fix that is shown."""
    module = pytest.importorskip(driver)
    source = {
        "psycopg": "def query(conn: psycopg.Connection, names):\n"
        f"    return [row[0] for row in conn.execute({text})]\n",
        "psycopg2": "def query(cursor: psycopg2.extensions.cursor, names):\n"
        f"    cursor.execute({text})\n    return [row[0] for row in cursor.fetchall()]\n",
        "asyncpg": "async def query(conn: asyncpg.Connection, names):\n"
        f"    return [row[0] for row in await conn.fetch({text})]\n",
    }[driver]
    source = f"import {driver}\n\n{source}"

    def bound(code: str) -> Callable[[list[Any]], list[int]]:
        def run(names: list[Any]) -> list[int]:
            if driver == "asyncpg":
                return _in_asyncpg(database)(lambda conn, _, __: function(code)(conn, names), "", 0)
            connection = module.connect(**_libpq(database))
            try:
                found: list[int] = function(code)(connection if driver == "psycopg" else connection.cursor(), names)
                return found
            finally:
                connection.close()

        return run

    shown = _shown(source)
    assert " ANY(" in shown or " ALL(" in shown
    return bound(source), bound(shown)


def _shown(source: str) -> str:
    """The text with the one fix applied that is only shown."""
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    (left,) = done.remaining
    assert done.text == source
    assert left.fix is not None
    assert left.fix.safety == "display"
    text = source
    for edit in sorted(left.fix.edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def test_conditions_of_extra(database: dict[str, str]) -> None:
    pytest.importorskip("django")
    jobs, expected = extra_jobs()
    code = _DJANGO.replace('scope["query"](*value)', 'scope["query"](Order, *value)').replace(
        "answers = []", f"{MODEL}answers = []"
    )
    given = json.dumps({"database": database, "jobs": jobs})
    done = subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected


SET = {
    """f"SET app.customer = '{customer}'\"""": ("{}", "false"),
    """f"SET SESSION app.customer to '<{customer}>';\"""": ("<{}>", "false"),
    """"SET LOCAL app.customer = '%s'" % customer""": ("{}", "true"),
    """"SET app.customer = '" + customer + "'\"""": ("{}", "false"),
}


@pytest.mark.parametrize(("text", "expected"), SET.items())
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_settings_of_a_session(driver: str, text: str, expected: tuple[str, str], database: dict[str, str]) -> None:
    becomes, local = expected
    shown = "SELECT current_setting('app.customer')"
    pytest.importorskip(driver)
    source = {
        "psycopg": "import psycopg\n\ndef query(address, customer):\n    with psycopg.connect(**address) as conn:\n"
        f"        conn.execute({text})\n        return conn.execute({shown!r}).fetchone()[0]\n",
        "psycopg2": "import psycopg2\n\ndef query(address, customer):\n"
        "    with psycopg2.connect(**address) as conn, conn.cursor() as cursor:\n"
        f"        cursor.execute({text})\n        cursor.execute({shown!r})\n        return cursor.fetchone()[0]\n",
        "asyncpg": "import asyncio, asyncpg\n\ndef query(address, customer):\n    async def once():\n"
        "        conn = await asyncpg.connect(**address)\n        async with conn.transaction():\n"
        f"            await conn.execute({text})\n            value = await conn.fetchval({shown!r})\n"
        "        await conn.close()\n        return value\n    return asyncio.run(once())\n",
    }[driver]
    address = _libpq(database)
    if driver == "asyncpg":
        address["database"] = address.pop("dbname")
    after = fixed(source)
    assert f"set_config('app.customer', {'$1' if driver == 'asyncpg' else '%s'}, {local})" in after
    assert function(source)(address, "ann") == function(after)(address, "ann") == becomes.format("ann")
    for customer in HOSTILE:
        assert function(after)(address, customer) == becomes.replace("{}", customer)


@pytest.mark.parametrize(
    "statement", ["SET TIME ZONE '{x}'", "SET ROLE '{x}'", "SET search_path = '{x}'", "SET a.b = 'it''s {x}', '{x}'"]
)
def test_what_set_does_otherwise_stays(statement: str) -> None:
    source = f'import psycopg\n\ndef query(conn: psycopg.Connection, x):\n    conn.execute(f"{statement}")\n'
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source

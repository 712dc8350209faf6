"""The fixes of REL401 run on SQLite, by itself, through SQLAlchemy, Alembic and Django: the same rows for harmless
values, and hostile ones stay values."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import Any, Iterator

import pytest

from relint.fix import fix
from relint.source import decode
from tests.fixes.sql_cases import (
    CASES,
    GROWING,
    HOSTILE,
    LIKE_CASES,
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
    hostile = harmless_for_like(HOSTILE) if case in LIKE_CASES else HOSTILE
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


WRAPPERS = {
    "def run(db, sql, params=None):\n    return db.execute(sql, params or ())": "run(db, {text})",
    "def run(db, sql, params=()):\n    return db.execute(sql, params)": "run(db, {text})",
    "def run(db, sql, *params):\n    return db.execute(sql, params)": "run(db, {text})",
    "def run(db, sql, *args):\n    return db.execute(sql, *args)": "run(db, sql={text})",
    "def run(db, *, sql, timeout=5, params=()):\n    return db.execute(sql, params)": "run(db, sql={text})",
    "class Store:\n    def __init__(self, db: sqlite3.Connection):\n        self.db = db\n\n"
    "    def run(self, sql, params=()):\n        return self.db.execute(sql, params)": "Store(db).run({text})",
}


@pytest.mark.parametrize(("wrapper", "call"), WRAPPERS.items())
def test_sqlite_through_a_wrapper(wrapper: str, call: str, sqlite: sqlite3.Connection) -> None:
    for case in CASES[:2]:
        source = (
            f"import sqlite3\n\n{wrapper}\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
            f"    return [row[0] for row in {call.format(text=case.text)}]\n"
        )
        if "*args" in wrapper:  # the tuple of parameters has no name by which it could follow `sql=`
            assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source
            source = source.replace("run(db, sql=", "run(db, ")
        check(case, source, lambda query, customer, amount: query(sqlite, customer, amount), HOSTILE)


@pytest.mark.parametrize(
    "wrapper",
    [
        "def run(db, sql):\n    return db.execute(sql)",
        "def run(db, sql, params=()):\n    return db.execute(sql.replace('?', '%s'), params)",
        "def run(db, sql, params=()):\n    return db.execute(sql, [params])",
    ],
)
def test_a_wrapper_that_takes_no_parameters(wrapper: str) -> None:
    source = (
        f"import sqlite3\n\n{wrapper}\n\ndef query(db: sqlite3.Connection, customer):\n"
        "    return run(db, f\"SELECT id FROM orders WHERE customer = '{customer}'\")\n"
    )
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source


@pytest.mark.parametrize("body", GROWING)
def test_sqlite_text_that_grows(body: str, sqlite: sqlite3.Connection) -> None:
    source = (
        f"import sqlite3\n\ndef query(db: sqlite3.Connection, customer, amount):{body}"
        "    return [row[0] for row in db.execute(sql)]\n"
    )
    check_growing(source, lambda query, customer, amount: query(sqlite, customer, amount))


@pytest.mark.parametrize(
    ("body", "executed"),
    [
        ("    sql += f\" AND day = '{customer}'\"\n    sql = sql + ' ORDER BY id'\n", "db.execute(sql)"),
        ("    sql += ' AND customer = '\n    sql += f\"'{customer}'\"\n    log(sql)\n", "db.execute(sql)"),
        ('    sql += " AND customer = \'"\n    sql += f"{customer}\'"\n', "db.execute(sql)"),
        ("    try:\n        sql += f\" AND day = '{customer}'\"\n    finally:\n        pass\n", "db.execute(sql)"),
        ("    sql += f\" AND day = '{customer}' AND id = ?\"\n", "db.execute(sql, (5,))"),
        ("    sql += f\" AND day = '{customer}'\"\n", "[db.execute(sql) for _ in customer]"),
        ("    sql += f\" AND day = '{customer}'\"\n", "(db.execute(sql), db.execute(sql))"),
        ("    sql += clause\n    sql += f\" AND day = '{customer}'\"\n", "db.executescript(sql)"),
    ],
)
def test_text_that_grows_without_a_fix(body: str, executed: str) -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, customer, clause):\n"
        f"    sql = 'SELECT id FROM orders WHERE id > 0'\n{body}    return {executed}\n"
    )
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert done.text == source
    assert done.remaining


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
    hostile = harmless_for_like(HOSTILE) if case in LIKE_CASES else HOSTILE
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


def test_sqlalchemy_text_that_grows_in_a_loop() -> None:
    """Each round would need a name of its own."""
    source = (
        f"from sqlalchemy import text\n\ndef query(session, customer, amount):{GROWING[2]}"
        "    return [row[0] for row in session.execute(text(sql))]\n"
    )
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source


def test_sqlalchemy_text_that_grows_by_a_name_that_changes(session: Any) -> None:
    source = (
        "from sqlalchemy import text\n\ndef query(session, customer, amount):\n"
        "    value = customer\n    sql = f\"SELECT id FROM orders WHERE customer = '{value}'\"\n    value = amount\n"
        "    sql += f\" AND CAST(amount AS CHAR(1)) = '{value}'\"\n"
        "    return [row[0] for row in session.execute(text(sql))]\n"
    )
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert done.remaining == []
    assert function(done.text)(session, "ann", 5) == [1]
    assert function(done.text)(session, "x' OR '1'='1", 9) == [4]


@pytest.mark.parametrize("body", GROWING[:2])
def test_sqlalchemy_text_that_grows(body: str, session: Any) -> None:
    source = (
        f"from sqlalchemy import text\n\ndef query(session, customer, amount):{body}"
        "    return [row[0] for row in session.execute(text(sql))]\n"
    )
    check_growing(source, lambda query, customer, amount: query(session, customer, amount))


def test_sqlalchemy_through_a_wrapper(session: Any) -> None:
    source = (
        "from sqlalchemy import text\n\ndef run(session, sql, params=None):\n"
        "    return session.execute(text(sql), params)\n\ndef query(session, customer, amount: int):\n"
        f"    return [row[0] for row in run(session, {CASES[1].text})]\n"
    )
    check(CASES[1], source, lambda query, customer, amount: query(session, customer, amount), HOSTILE)


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
        assert before == [selected(case, *value) for value in harmless]
        assert after == [selected(case, *value) for value in [*harmless, *hostile]], case.text


# -- a driver that only the settings name ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("driver", "given", "placeholder"),
    [("sqlite3", "(customer,)", "?"), ("psycopg", "(customer,)", "%s"), ("asyncpg", "customer", "$1")],
)
def test_a_driver_from_thesettings_for(driver: str, given: str, placeholder: str) -> None:
    text = "SELECT id FROM orders WHERE customer LIKE '{customer}'"
    source = f'def query(db, customer: str):\n    return db.execute(f"{text}")\n'
    assert fixed(source, driver=driver) == (
        "def query(db, customer: str):\n"
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
    done = fix(decode("app.py", source.encode()), settings_for("psycopg"), unsafe=True)
    assert (done.text, done.fixed) == (source, {})

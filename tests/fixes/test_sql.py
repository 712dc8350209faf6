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


@pytest.mark.parametrize("call", ["read_sql({text}, db)", "read_sql_query({text}, con=db, index_col=None)"])
def test_pandas(call: str, sqlite: sqlite3.Connection) -> None:
    pytest.importorskip("pandas", reason="needs pandas to read with it")
    for case in CASES[:5]:
        source = (
            "import sqlite3\nimport pandas as pd\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
            f"    return pd.{call.format(text=case.text)}['id'].tolist()\n"
        )
        check(case, source, lambda query, customer, amount: query(sqlite, customer, amount), HOSTILE)


@pytest.mark.parametrize("body", GROWING[:1])
def test_pandas_with_text_that_grows(body: str, sqlite: sqlite3.Connection) -> None:
    pytest.importorskip("pandas", reason="needs pandas to read with it")
    source = (
        "import sqlite3\nimport pandas as pd\n\ndef query(db: sqlite3.Connection, customer, amount):\n"
        f"{body}\n    return pd.read_sql(sql, db)['id'].tolist()\n"
    )
    check_growing(source, lambda query, customer, amount: query(sqlite, customer, amount))


@pytest.mark.parametrize("given", ["params=('2024',)", "None, True, ['2024']"])
def test_pandas_with_parameters(given: str, sqlite: sqlite3.Connection) -> None:
    pytest.importorskip("pandas", reason="needs pandas to read with it")
    text = "SELECT id FROM orders WHERE day > ? AND customer = '{customer}'"
    source = (
        "import sqlite3\nfrom pandas import read_sql\n\ndef query(db: sqlite3.Connection, customer, amount: int):\n"
        f'    return read_sql(f"{text}", db, {given})["id"].tolist()\n'
    )
    check(CASES[0], source, lambda query, customer, amount: query(sqlite, customer, amount), HOSTILE)


@pytest.mark.parametrize("connection", ["engine: sqlalchemy.Engine", "engine"])
def test_what_pandas_reads_from_is_not_known(connection: str) -> None:
    """A string is given to the driver below SQLAlchemy, whose style is out of sight."""
    text = "SELECT id FROM orders WHERE customer = '{customer}'"
    head = f"import pandas, sqlalchemy, sqlite3\n\ndef query({connection}, customer):\n"
    source = f'{head}    return pandas.read_sql(f"{text}", engine)\n'
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert (done.text, len(done.remaining)) == (source, 1)


@pytest.mark.parametrize(
    "text",
    [
        """"SELECT id FROM orders WHERE customer IN ('%s')" % "','".join(names)""",
        """f"SELECT id FROM orders WHERE customer IN ('{joined}')\"""",
        """f"SELECT id FROM orders WHERE customer NOT IN ( '{given}' )\"""",
    ],
)
def test_several_values_between_one_pair_of_quotes_are_no_parameter(text: str) -> None:
    source = (
        "import sqlite3\n\ndef query(db: sqlite3.Connection, names, given):\n"
        f"    joined = \"','\".join(names)\n    return db.execute({text}).fetchall()\n"
    )
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source


MANY = [
    """f"INSERT INTO orders VALUES (?, '{customer}', ?, ?)", [(20, 5, "a"), (21, 6, "b")]""",
    """f"INSERT INTO orders VALUES (?, '{customer}', ?, ?)", [(number, number - 15, "a") for number in (20, 21)]""",
    """"INSERT INTO orders VALUES (?, '%s', ?, 'x')" % customer, ((n, n) for n in (20, 21))""",
    """f"INSERT INTO orders (id, customer) VALUES (?, '<{customer}>')", [(20,), (21,)]""",
    """f"UPDATE orders SET id = ? WHERE id = ? AND customer = '{customer}'", [(20, 1), (21, 1)]""",
]


@pytest.mark.parametrize("text", MANY)
def test_many_rows(text: str) -> None:
    source = f"import sqlite3\n\ndef query(db: sqlite3.Connection, customer):\n    db.executemany({text})\n"
    after = fixed(source)
    everything = "SELECT * FROM orders ORDER BY id"

    def done(code: str, customer: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(":memory:") as db:
            db.execute(SCHEMA)
            db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS[:2])
            function(code)(db, customer)
            return db.execute(everything).fetchall()

    assert done(source, "ann") == done(after, "ann") != ROWS[:2]
    for customer in HOSTILE:
        rows = done(after, customer)
        assert rows == ROWS[:2] if "UPDATE" in text else customer in rows[-1][1]


@pytest.mark.parametrize(
    "given",
    [
        "rows",
        "[row for row in rows]",
        "[(1, 2), rows]",
        "[(1, 2), *rows]",
        "[(x, customer) for x, customer in rows]",
        "[{'a': 1}]",
    ],
)
def test_rows_that_are_not_written_there(given: str) -> None:
    text = "UPDATE orders SET amount = ? WHERE id = ? AND customer = '{customer}'"
    head = "import sqlite3\n\ndef query(db: sqlite3.Connection, customer, rows):\n"
    source = f'{head}    db.executemany(f"{text}", {given})\n'
    done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
    assert (done.text, len(done.remaining)) == (source, 1)


EXTRA = {
    """[f"customer = '{customer}'"]""": CASES[0],
    """["amount > 0", "customer = '%s'" % customer]""": CASES[0],
    """(f"customer = '{customer}'", f"amount = {amount}")""": CASES[1],
    """["amount = %s", "customer = '" + customer + "'", "amount < %s"], params=[amount, 1000]""": CASES[1],
    """["day NOT LIKE 'x%%'", f"customer = '{customer}' AND day NOT LIKE 'y%%'"]""": CASES[0],
    """[f"customer LIKE '{customer}%%'"]""": LIKE_CASES[0],
    """[f"customer LIKE '%%{customer}%%'"]""": LIKE_CASES[1],
}
MODEL = """
from django.db import models
class Order(models.Model):
    customer = models.TextField()
    amount = models.IntegerField()
    day = models.TextField()
    class Meta:
        app_label = "extra"
        db_table = "orders"
"""


def extra_jobs() -> tuple[list[list[Any]], list[list[list[int]]]]:
    """Functions that read orders by `.extra(where=[...])` before and after the fix, with values; what they give."""
    jobs: list[list[Any]] = []
    expected: list[list[list[int]]] = []
    for where, case in EXTRA.items():
        source = (
            "from django.db.models import Q\n\ndef query(Order, customer, amount: int):\n"
            f"    rows = Order.objects.extra(where={where})\n"
            "    return [row.pk for row in rows.order_by('pk')]\n"
        )
        harmless = [("ann", 5), ("bob", 7), ("nobody", 1)]
        hostile = [(h, 5) for h in (harmless_for_like(HOSTILE) if case in LIKE_CASES else HOSTILE)]
        done = fix(decode("app.py", source.encode()), settings_for(), unsafe=True)
        assert "params=[" in done.text, done.text
        assert (done.remaining, "'{" in done.text) == ([], False), done.text
        for text, values in ((source, harmless), (done.text, [*harmless, *hostile])):
            jobs.append([text, values])
            expected.append([selected(case, *value) for value in values])
    return jobs, expected


def test_conditions_of_extra() -> None:
    pytest.importorskip("django")
    jobs, expected = extra_jobs()
    given = json.dumps({"schema": SCHEMA, "rows": ROWS, "jobs": jobs})
    code = _DJANGO.replace('scope["query"](*value)', 'scope["query"](Order, *value)').replace(
        "answers = []", f"{MODEL}answers = []"
    )
    done = subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize(
    "conditions",
    [
        "[f\"customer = '{customer}'\"], params=given",
        "[given, f\"customer = '{customer}'\"], params=[1]",
        "[*given, f\"customer = '{customer}'\"]",
        "[f\"customer = '{customer}'\"], **given",
        "[f\"customer = '{customer % 5}'\"]",
    ],
)
def test_conditions_whose_parameters_are_not_certain(conditions: str) -> None:
    head = "import django\n\ndef query(Order, customer, given):\n"
    source = f"{head}    return Order.objects.extra(where={conditions})\n"
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).remaining
    assert fix(decode("app.py", source.encode()), settings_for(), unsafe=True).text == source


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

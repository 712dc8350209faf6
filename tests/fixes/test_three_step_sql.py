"""The three files that a .sql migration becomes, run on PostgreSQL: what they lead to, and what they stop meanwhile."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from relint.fix import Fixed, fix
from relint.settings import Migrations, Sanctioned, Settings
from relint.source import decode
from tests.fixes.postgres import new_database

TABLES = """
CREATE TABLE shop_order (number text NOT NULL, id uuid DEFAULT gen_random_uuid() PRIMARY KEY);
INSERT INTO shop_order SELECT 'n' || n FROM generate_series(1, 100) n;
"""
KEPT = "ALTER TABLE shop_order ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n"
DROPPED = """\
ALTER TABLE public.shop_order
    ADD COLUMN "Channel" varchar(20) DEFAULT 'a; NOT NULL' NOT NULL, -- the channel
    ADD note text;
ALTER TABLE public.shop_order ALTER COLUMN "Channel" DROP DEFAULT;
"""
INSERT = "INSERT INTO shop_order (number) VALUES ('old')"
SCHEMA = """
SELECT table_name || '.' || column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'public'
UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated::text
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
WATCH = """
CREATE SCHEMA watch;
CREATE TABLE watch.seen (id serial, locks text[], read bigint, file oid);
CREATE FUNCTION watch.look() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watch.seen (locks, read, file) SELECT
        (SELECT array_agg(mode) FROM pg_locks
         WHERE granted AND pid = pg_backend_pid() AND relation = 'shop_order'::regclass),
        (SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'shop_order'),
        (SELECT relfilenode FROM pg_class WHERE relname = 'shop_order');
END $$;
CREATE EVENT TRIGGER looking ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION watch.look();
"""
TOOLS = {
    "goose": ("00001_tables.sql", "00002_more.sql", "-- +goose Up\n{}", "\n-- +goose Down\n{}"),
    "dbmate": ("20240131235958_tables.sql", "20240131235959_more.sql", "-- migrate:up\n{}", "\n-- migrate:down\n{}"),
    "golang-migrate": ("000001_tables.up.sql", "000002_more.up.sql", "{}", ""),
    "Flyway": ("V1.1__tables.sql", "V1.9__more.sql", "{}", ""),
}
NAMES = {
    "goose": ["00003_backfill_more.sql", "00004_more_not_null.sql"],
    "dbmate": ["20240201000000_backfill_more.sql", "20240201000001_more_not_null.sql"],
    "golang-migrate": [
        "000003_backfill_more.up.sql", "000003_backfill_more.down.sql",
        "000004_more_not_null.up.sql", "000004_more_not_null.down.sql",
    ],
    "Flyway": [
        "V1.10__backfill_more.sql", "V1.10__backfill_more.sql.conf",
        "V1.11__more_not_null.sql", "V1.11__more_not_null.sql.conf",
    ],
}  # fmt: skip


def connect() -> psycopg.Connection[Any]:
    database = new_database()
    return psycopg.connect(
        dbname=database["name"], user=database["user"], host=database["host"], port=database["port"], autocommit=True
    )


def fixed(folder: Path, tool: str, sql: str, *more: str, version: str = "15") -> Fixed:
    """The file of a tool behind the one that creates the table, fixed."""
    first, second, up, down = TOOLS[tool]
    migrations = folder / "db" / "migrations"
    migrations.mkdir(parents=True, exist_ok=True)
    (migrations / first).write_text(up.format(TABLES), "utf-8")
    for name in more:
        (migrations / name).write_text("", "utf-8")
    settings = replace(
        Settings(root=folder, migrations=Migrations("postgresql", version), sanctioned=Sanctioned(batch_size=7)),
        select=("REL501", "REL502", "REL503"),
    )
    text = up.format(sql) + down.format("SELECT 1;\n")
    return fix(decode(str(migrations / second), text.encode()), settings, unsafe=True)


def way_up(text: str) -> str:
    return text.partition("-- migrate:down")[0].partition("-- +goose Down")[0]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("sql", [KEPT, DROPPED])
def test_the_same_schema_and_nobody_waits(tmp_path: Path, tool: str, sql: str) -> None:
    result = fixed(tmp_path, tool, sql)
    assert not result.notes
    assert not result.remaining
    assert [Path(each.path).name for each in result.create] == NAMES[tool]
    texts = [each.text for each in result.create if not each.path.endswith((".down.sql", ".conf"))]
    assert [each.text for each in result.create if each.path.endswith(".conf")] == (
        ["executeInTransaction=false\n"] * 2 if tool == "Flyway" else []
    )
    column = "token" if sql is KEPT else '"Channel"'
    with connect() as straight, connect() as steps:
        straight.execute(TABLES)
        straight.execute(sql)
        steps.execute(TABLES)
        steps.execute(WATCH)
        # As the strictest tools do it: a file is one query.
        steps.execute(way_up(result.text))
        steps.execute(INSERT)
        steps.execute(way_up(texts[0]))
        missing = f"SELECT count(*) FROM shop_order WHERE {column} IS NULL"
        assert steps.execute(missing).fetchone() == (0,)
        transactions = steps.execute("SELECT count(DISTINCT xmin::text) FROM shop_order").fetchone()
        assert transactions is not None
        assert transactions[0] >= 101 // 7
        steps.execute(INSERT)
        steps.execute(way_up(texts[1]))
        assert steps.execute(missing).fetchone() == (0,)
        assert steps.execute(SCHEMA).fetchall() == straight.execute(SCHEMA).fetchall()
        if sql is DROPPED:
            values = 'SELECT DISTINCT "Channel" FROM shop_order'
            assert steps.execute(values).fetchall() == straight.execute(values).fetchall()
            with pytest.raises(psycopg.errors.NotNullViolation):
                steps.execute(INSERT)
        else:
            assert steps.execute("SELECT count(DISTINCT token) FROM shop_order").fetchone() == (102,)
        seen = steps.execute("SELECT locks, read, file FROM watch.seen ORDER BY id").fetchall()
        assert len({file for _, _, file in seen}) == 1  # nothing was rewritten
        *_, dropped, added, validated, required, dropped_again = seen
        assert [b[1] - a[1] for a, b in pairwise((dropped, added, validated, required, dropped_again))] == [
            0,
            102,
            0,
            0,
        ]
        assert ["AccessExclusiveLock" in locks for locks, *_ in (added, validated, required)] == [True, False, True]


@pytest.mark.parametrize("tool", TOOLS)
def test_stopped_and_run_again_and_undone(tmp_path: Path, tool: str) -> None:
    result = fixed(tmp_path, tool, DROPPED)
    fill, require = (each.text for each in result.create if not each.path.endswith((".down.sql", ".conf")))
    with connect() as connection:
        connection.execute(TABLES)
        connection.execute(way_up(result.text))
        for text in (fill, require, require, fill):
            connection.execute(way_up(text))
        with pytest.raises(psycopg.errors.InvalidTransactionTermination), connection.transaction():
            connection.execute(way_up(require))
        down = next((each.text for each in result.create if each.path.endswith("not_null.down.sql")), require)
        if tool != "Flyway":
            connection.execute(down.partition("-- migrate:down")[2] or down.partition("-- +goose Down")[2] or down)
            connection.execute(INSERT)


REFUSED = [
    ("goose", KEPT, ["00003_next.sql"], "`00003_next.sql` stands behind it"),
    ("goose", KEPT, ["00003_next.go"], "`00003_next.go` stands behind it"),
    ("Flyway", KEPT, ["V1.10__next.sql"], "`V1.10__next.sql` stands behind it"),
    ("Flyway", KEPT, ["V0001__NONTRANSACTIONAL_x.sql"], "it is not known how the tool"),
    ("golang-migrate", KEPT + "CREATE INDEX i ON shop_order (token);\n", [], "another statement of the file names"),
    ("golang-migrate", KEPT + "ALTER TABLE shop_order RENAME TO orders;\n", [], "its table has another name"),
    ("dbmate", KEPT.replace(";", " UNIQUE;"), [], "its constraint has to be added"),
    ("dbmate", KEPT.replace(" NOT", " -- of the customer\n NOT"), [], "a comment stands in its definition"),
    ("dbmate", KEPT.replace("shop_order", "other"), [], "no earlier file of the folder shows one primary key"),
    ("dbmate", "ALTER TABLE shop_order ADD token uuid NOT NULL;\n", [], "there is no default to fill it with"),
]


@pytest.mark.parametrize(("tool", "sql", "more", "why"), REFUSED)
def test_what_is_not_written_says_why(tmp_path: Path, tool: str, sql: str, more: list[str], why: str) -> None:
    result = fixed(tmp_path, tool, sql, *more)
    assert not result.create
    said = [each.fix.message for each in result.remaining if each.fix is not None]
    assert any(f"Not written here: {why}" in each for each in said), said


BEGINS = {
    "goose": "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nDO $$",
    "dbmate": "-- migrate:up transaction:false\nDO $$",
    "golang-migrate": "-- no-transaction\nDO $$",
    "Flyway": "DO $$",
}
TIGHTENED = "ALTER TABLE shop_order ALTER COLUMN note SET NOT NULL;\n"


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("before", ["", "UPDATE shop_order SET note = '' WHERE note IS NULL AND number = 'n1';\n"])
def test_set_not_null_by_itself_or_behind_other_statements(tmp_path: Path, tool: str, before: str) -> None:
    result = fixed(tmp_path, tool, f"{before}{TIGHTENED}")
    assert not result.notes
    assert not result.remaining
    names = [Path(each.path).name for each in result.create]
    of_one = [name.replace("backfill_more", "more_not_null") for name in NAMES[tool][: len(NAMES[tool]) // 2]]
    assert names == (of_one if before else ["V1.9__more.sql.conf"] if tool == "Flyway" else [])
    texts = [each.text for each in result.create if not each.path.endswith((".down.sql", ".conf"))]
    with connect() as connection:
        connection.execute(TABLES)
        connection.execute("ALTER TABLE shop_order ADD note text DEFAULT 'x'")
        connection.execute(WATCH)
        for text in (result.text, *texts):
            connection.execute(way_up(text))
        with pytest.raises(psycopg.errors.NotNullViolation):
            connection.execute("INSERT INTO shop_order (number, note) VALUES ('a', NULL)")
        seen = connection.execute("SELECT locks, read FROM watch.seen ORDER BY id").fetchall()
        assert ["AccessExclusiveLock" in locks for locks, _ in seen] == [True, True, False, True, True]
        assert [b[1] - a[1] for a, b in pairwise(seen)] == [0, 100, 0, 0]
    if not before:
        assert result.text.startswith(BEGINS[tool])


def test_an_older_postgresql_has_no_such_way(tmp_path: Path) -> None:
    result = fixed(tmp_path, "goose", KEPT, version="11")
    assert not result.create

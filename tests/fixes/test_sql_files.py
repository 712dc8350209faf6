"""The fixed .sql migrations run on PostgreSQL, statement by statement, and lead to the schema of the unfixed ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from relint.fix import fix
from relint.settings import Migrations, Settings
from relint.source import decode
from relint.sql_text import statements
from tests.fixes.postgres import new_database

TABLES = """
CREATE TABLE customer (id bigint PRIMARY KEY);
CREATE TABLE invoice (id bigint PRIMARY KEY, customer_id bigint, state text, paid boolean, total int);
INSERT INTO customer VALUES (1);
INSERT INTO invoice SELECT n, 1, 'open', true, n FROM generate_series(1, 100) n;
"""
FOREIGN_KEY = "FOREIGN KEY (customer_id) REFERENCES customer (id)"
SCHEMA = """
SELECT 'column', table_name, column_name, data_type || is_nullable FROM information_schema.columns
WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
ORDER BY 1, 2, 3
"""


def run(sql: str) -> list[tuple[str, ...]]:
    """The schema that a migration leads to."""
    database = new_database()
    connection = psycopg.connect(
        dbname=database["name"], user=database["user"], host=database["host"], port=database["port"], autocommit=True
    )
    with connection:
        connection.execute(TABLES)
        for span in statements(sql):
            connection.execute(sql[span.start : span.end])  # type: ignore[call-overload]
        return connection.execute(SCHEMA).fetchall()


@pytest.mark.parametrize(
    ("code", "sql", "written"),
    [
        ("REL504", "CREATE UNIQUE INDEX invoice_state ON invoice (state, id);\n", "CONCURRENTLY"),
        ("REL505", "ALTER TABLE invoice ADD CONSTRAINT positive CHECK (total > 0), ADD note text;\n", "VALIDATE"),
        (
            "REL505",
            f"ALTER TABLE ONLY invoice\n    ADD CONSTRAINT c {FOREIGN_KEY},\n    ADD CONSTRAINT d CHECK (id > 0);\n",
            "VALIDATE",
        ),
        ("REL503", "ALTER TABLE invoice ALTER COLUMN paid SET NOT NULL, ALTER total SET DEFAULT 0;\n", "VALIDATE"),
    ],
)
def test_the_same_schema(code: str, sql: str, written: str, tmp_path: Path) -> None:
    settings = replace(Settings(root=tmp_path, migrations=Migrations("postgresql", "15")), select=(code,))
    text = f"-- +goose NO TRANSACTION\n-- +goose Up\n{sql}"
    result = fix(decode("db/migrations/1_x.sql", text.encode()), settings, unsafe=True)
    assert not result.notes
    assert not result.remaining
    assert written in result.text
    assert run(result.text) == run(text)

"""Which column is a table's primary key, told by the .sql files before."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.project import Project
from relint.queries.sql_keys import primary_key
from relint.settings import Migrations, Settings
from relint.sql_context import SqlContext


@pytest.mark.parametrize(
    ("earlier", "key"),
    [
        ("CREATE TABLE invoice (n text, id bigint PRIMARY KEY)", ("id", False)),
        ('CREATE TABLE shop."Invoice" ("Id" uuid, CONSTRAINT pk PRIMARY KEY ("Id"))', ("Id", True)),
        ("CREATE TABLE invoice (a int, b int, PRIMARY KEY (a, b))", None),
        ("CREATE TABLE invoice (a int)", None),
        ("CREATE TABLE invoices (id int PRIMARY KEY)", None),
        ("CREATE TABLE invoice (id int PRIMARY KEY); ALTER TABLE invoice RENAME id TO number", None),
        ("CREATE TABLE invoice (id int PRIMARY KEY); ALTER TABLE invoice DROP COLUMN note", ("id", False)),
        ("CREATE TABLE invoice (id int PRIMARY KEY); DROP TABLE invoice", None),
        ("CREATE TABLE invoice (id int PRIMARY KEY);\n-- +goose Down\nDROP TABLE invoice;", ("id", False)),
    ],
)
def test_the_key_of_a_table(tmp_path: Path, earlier: str, key: tuple[str, bool] | None) -> None:
    (tmp_path / "1_tables.sql").write_text(earlier)
    (tmp_path / "1_tables.down.sql").write_text("DROP TABLE invoice;")
    settings = Settings(root=tmp_path, migrations=Migrations("postgresql"))
    ctx = SqlContext(str(tmp_path / "2_more.sql"), "", settings, Project(settings))
    assert primary_key(ctx, "invoice") == key

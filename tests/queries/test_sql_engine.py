"""Which database a .sql file is written for, and whether it runs in a transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.project import Project
from relint.queries.migration_target import target
from relint.queries.sql_order import order
from relint.queries.sql_transactions import commits_each_statement
from relint.settings import Settings
from relint.sql_context import SqlContext


def context(path: Path, text: str) -> SqlContext:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    settings = Settings(root=path.parent)
    return SqlContext(str(path), text, settings, Project(settings))


@pytest.mark.parametrize(
    ("name", "text", "engine", "found"),
    [
        ("V1__x.sql", "SELECT 1", "postgresql", False),
        ("V1__x.sql", "CREATE TABLE a (b jsonb)", "postgresql", True),
        ("V1__x.sql", "-- jsonb\nSELECT 'jsonb'", "postgresql", False),
        ("V1__x.sql", "CREATE TABLE `a` (b int)", "mysql", True),
        ("V1__x.sql", "CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite", True),
        ("x.sqlite.sql", "SELECT 1", "sqlite", True),
        ("mysql/x.sql", "SELECT 1", "mysql", True),
        ("x.sql", "CREATE TABLE [dbo].[a] (b nvarchar(3))\nGO\n", "mssql", True),
    ],
)
def test_the_engine(name: str, text: str, engine: str, found: bool, tmp_path: Path) -> None:
    database = target(context(tmp_path / "m" / name, text))
    assert (database.engine, database.found) == (engine, found)


def test_prisma_and_neighbours_tell_it(tmp_path: Path) -> None:
    (tmp_path / "migration_lock.toml").write_text('provider = "mysql"\n')
    assert target(context(tmp_path / "1_x" / "migration.sql", "SELECT 1")).engine == "mysql"
    context(tmp_path / "other" / "V1__a.sql", "CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT)")
    assert target(context(tmp_path / "other" / "V2__b.sql", "SELECT 1")).engine == "sqlite"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("V1__x.sql", "SELECT 1", False),
        ("1_x.sql", "-- migrate:up transaction:false\nSELECT 1", True),
        ("1_x.sql", "-- migrate:up transaction:false\nSELECT 1; SELECT 2", False),
        ("1_x.sql", "-- no-transaction\nSELECT 1; SELECT 2", False),
        ("1_x.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1; SELECT 2", True),
        ("1_x.sql", "-- migrate:up\nSELECT 1", False),
        ("1_x.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1", True),
        ("1_x.sql", "-- transactional: false\nSELECT 1", True),
        ("1_x.sql", "-- transactional: false\nBEGIN;\nSELECT 1;\nCOMMIT;", False),
        ("V0001__NONTRANSACTIONAL_x.sql", "SELECT 1", True),
    ],
)
def test_transactions(name: str, text: str, expected: bool, tmp_path: Path) -> None:
    assert commits_each_statement(context(tmp_path / name, text)) is expected


def test_flyway_and_sqitch(tmp_path: Path) -> None:
    (tmp_path / "V1__x.sql.conf").write_text("executeInTransaction=false\n")
    assert commits_each_statement(context(tmp_path / "V1__x.sql", "SELECT 1"))
    (tmp_path / "sqitch.plan").write_text("")
    assert commits_each_statement(context(tmp_path / "deploy" / "x.sql", "SELECT 1"))
    assert not commits_each_statement(context(tmp_path / "deploy" / "y.sql", "BEGIN;\nSELECT 1;\nCOMMIT;"))


def test_numbers_are_compared_as_numbers() -> None:
    assert sorted(["V10__a.sql", "V9__b.sql", "V9.1__c.sql"], key=order) == ["V9__b.sql", "V9.1__c.sql", "V10__a.sql"]

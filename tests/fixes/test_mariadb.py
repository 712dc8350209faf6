"""Migrations that are fixed for MySQL run on a real MariaDB, where one is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from tests.fixes.mariadb import new_database, url_of
from tests.fixes.test_migrations import HEAD, execute, old_code_can_insert, schema
from tests.fixes.test_three_step_alembic import OLD_INSERT, ROWS, Books
from tests.fixes.test_three_step_django import MIGRATION, MODELS, STEPS
from tests.fixes.test_three_step_django import ROWS as SHOP_ROWS
from tests.fixes.test_three_step_django import VALUES as SHOP_VALUES
from tests.fixes.three_step import FixedShop

VALUES = "SELECT id, state, currency, paid, `lines`, kind FROM invoice ORDER BY id"


def fix(folder: Path, code: str = "REL5", more: str = "") -> str:
    """What `relint check --fix` prints in a project that runs on MySQL."""
    options = f'[migrations]\ndatabase = "mysql"\n\n[sanctioned]\nbatch-size = 7\n{more}'
    (folder / "relint.toml").write_text(options)
    relint = [sys.executable, "-m", "relint", "check", "--select", code, "-j1", "--fix", "--unsafe-fixes", "."]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(relint, env=environment, cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


# -- Alembic ---------------------------------------------------------------------------------------------------------


def books_on_mariadb(folder: Path, *, fixed: bool) -> Books:
    books = Books(folder, "sqlite")
    books.url = url_of(new_database())
    if fixed:
        assert "4 fixed, 0 remaining" in fix(folder)
    return books


def test_three_steps_lead_where_one_revision_led(tmp_path: Path) -> None:
    before, after = books_on_mariadb(tmp_path / "before", fixed=False), books_on_mariadb(tmp_path / "after", fixed=True)
    for each in (before, after):
        each.to("0001")
        each.sql(ROWS)
        each.to("head")
        command.check(each.config())
    assert schema(before.url) == schema(after.url)
    assert before.sql(VALUES) == after.sql(VALUES)
    for each in (before, after):
        each.to("-0001")
    assert schema(before.url) == schema(after.url)
    after.to("head")


def test_old_code_writes_between_the_steps(tmp_path: Path) -> None:
    books = books_on_mariadb(tmp_path, fixed=True)
    books.to("0002")
    books.sql(OLD_INSERT)
    books.to("0003")
    books.sql(OLD_INSERT)
    books.to("0004")
    assert books.sql("SELECT state, currency, `lines` FROM invoice ORDER BY id") == [("old", "it's", 3)] * 2
    with pytest.raises(sa.exc.OperationalError, match="doesn't have a default value"):
        books.sql(OLD_INSERT)
    assert execute(books.url, "SELECT count(*) FROM invoice") == [(2,)]


# -- Django ----------------------------------------------------------------------------------------------------------


class ShopOnMariaDB(FixedShop):
    """A Django project on MariaDB, by way of PyMySQL."""

    def __init__(self, folder: Path, models: str, migration: str) -> None:
        super().__init__(folder, "sqlite", models, migration)
        made = new_database()
        self.address = url_of(made)
        self.database = {
            "ENGINE": "django.db.backends.mysql",
            "NAME": made["name"],
            "USER": "root",
            "HOST": made["socket"],
        }
        settings = folder / "settings.py"
        as_mysqlclient = "import pymysql\npymysql.version_info = (2, 2, 1, 'final', 0)\npymysql.install_as_MySQLdb()\n"
        settings.write_text(as_mysqlclient + settings.read_text())

    def url(self) -> str:
        return self.address


def test_django_in_three_steps(tmp_path: Path) -> None:
    before, after = (ShopOnMariaDB(tmp_path / name, MODELS, MIGRATION) for name in ("before", "after"))
    assert "7 fixed, 0 remaining" in fix(after.folder)
    assert after.migrations == ["0001_initial", *STEPS]
    for each in (before, after):
        each.do(["migrate", "shop", "0001"], ["sql", SHOP_ROWS], ["migrate"])
        each.do(["makemigrations", "--check", "--dry-run"])
    assert schema(before.url()) == schema(after.url())
    assert before.sql(SHOP_VALUES) == after.sql(SHOP_VALUES)
    for each in (before, after):
        each.do(["migrate", "shop", "0001"])
    assert schema(before.url()) == schema(after.url())
    after.do(["migrate"])


def test_django_keeps_the_default(tmp_path: Path) -> None:
    added = (
        HEAD
        + """
        migrations.AddField("order", "select", models.CharField(default="it's", max_length=20)),
        migrations.AddField("order", "paid", models.BooleanField(default=False)),
    ]
"""
    )
    shop = ShopOnMariaDB(tmp_path, MODELS, added)
    assert "2 fixed" in fix(tmp_path, "REL501", 'not-null = "db-default"\n[versions]\ndjango = "4.2"\n')
    shop.do(["migrate", "shop", "0001"], ["sql", SHOP_ROWS], ["migrate"])
    assert old_code_can_insert(shop)
    assert shop.sql("SELECT DISTINCT `select`, paid FROM shop_order") == [("it's", 0)]
    shop.do(["migrate", "shop", "0001"])

"""NOT NULL columns of Alembic in three revisions: the files that are written run, on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.fixes.locks import FILL, MANY, STATEMENTS, Seen, probed, stopping_everybody
from tests.fixes.postgres import new_database
from tests.fixes.test_migrations import ENGINES, execute, schema
from tests.fixes.three_step import CONFIGURATION

ENV = """
import sqlalchemy as sa
from alembic import context

url = context.config.get_main_option("sqlalchemy.url")
metadata = sa.MetaData()
sa.Table(
    "invoice",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.String(9), nullable=False),
    sa.Column("currency", sa.String(9), nullable=False),
    sa.Column("paid", sa.Boolean, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(9), nullable=False),
)
engine = context.config.attributes.get("engine") or sa.create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=context.config.attributes.get("per_migration", False),
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
"""
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(9), nullable=False),
    )


def downgrade():
    op.drop_table("invoice")
"""
ADDED = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.add_column(sa.Column("currency", sa.String(9), nullable=False, server_default="it's"))
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.alter_column("currency", server_default=None)
    op.add_column("invoice", sa.Column("paid", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("invoice", sa.Column("lines", sa.Integer, nullable=False, server_default="3"))
    op.add_column("invoice", sa.Column("kind", sa.String(9), nullable=False, server_default=sa.text("'a:b'")))
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.alter_column("paid", server_default=None)
        batch_op.alter_column("lines", server_default=None)
        batch_op.alter_column("kind", server_default=None)


def downgrade():
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.drop_column("kind")
        batch_op.drop_column("lines")
        batch_op.drop_column("paid")
        batch_op.drop_column("currency")
"""
OLD_INSERT = "INSERT INTO invoice (state) VALUES ('old')"
ROWS = "INSERT INTO invoice (state) VALUES " + ", ".join(f"('{number}')" for number in range(30))
VALUES = "SELECT id, state, currency, paid, lines, kind FROM invoice ORDER BY id"


class Books:
    """An Alembic project on an empty database."""

    def __init__(self, folder: Path, engine: str, added: str = ADDED) -> None:
        self.folder = folder
        self.versions = folder / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        (folder / "migrations" / "env.py").write_text(ENV)
        (self.versions / "0001_tables.py").write_text(FIRST)
        (self.versions / "0002_columns.py").write_text(added)
        self.url = f"sqlite:///{folder / 'db.sqlite3'}"
        if engine == "postgresql":
            d = new_database()
            self.url = f"postgresql+psycopg://{d['user']}@/{d['name']}?host={d['host']}&port={d['port']}"

    @property
    def revisions(self) -> list[str]:
        return sorted(path.stem for path in self.versions.glob("*.py"))

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in self.versions.glob("*.py")}

    def relint(self, *arguments: str, batch_size: int = 7, more: str = "") -> str:
        (self.folder / "relint.toml").write_text(CONFIGURATION.format(batch_size=batch_size) + more)
        command = [sys.executable, "-m", "relint", "check", "--select", "REL5", "-j1", *arguments, "migrations"]
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout + done.stderr

    def config(self, **attributes: Any) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.folder / "migrations"))
        config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        config.attributes.update(attributes)
        return config

    def to(self, revision: str, **attributes: Any) -> None:
        """Upgrade to a revision, or downgrade to an earlier one (`-0001`)."""
        if revision.startswith("-"):
            command.downgrade(self.config(**attributes), revision[1:])
        else:
            command.upgrade(self.config(**attributes), revision)

    def sql(self, statement: str) -> list[Any]:
        return execute(self.url, statement)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fixed_books(folder: Path, engine: str) -> Books:
    books = Books(folder, engine)
    assert "4 fixed, 0 remaining" in books.relint("--fix", "--unsafe-fixes")
    return books


@pytest.mark.parametrize("per_migration", [True, False])
def test_it_leads_where_the_one_revision_led(tmp_path: Path, engine: str, per_migration: bool) -> None:
    before, after = Books(tmp_path / "before", engine), fixed_books(tmp_path / "after", engine)
    assert after.revisions == ["0001_tables", "0002_columns", "0003_backfill_columns", "0004_columns_not_null"]
    for each in (before, after):
        each.to("0001")
        each.sql(ROWS)
        each.to("head", per_migration=per_migration)
        command.check(each.config())
    assert schema(before.url) == schema(after.url)
    assert before.sql(VALUES) == after.sql(VALUES)
    for each in (before, after):
        each.to("-0001", per_migration=per_migration)
    assert schema(before.url) == schema(after.url)
    after.to("head")
    after.to("-0002")
    after.to("head")
    before.to("head")
    assert schema(before.url) == schema(after.url)
    assert before.sql(VALUES) == after.sql(VALUES)


def test_nothing_is_left_to_find_or_to_fix(tmp_path: Path) -> None:
    books = fixed_books(tmp_path, "sqlite")
    texts = books.texts()
    assert "All checks passed" in books.relint("--fix", "--unsafe-fixes")
    assert texts == books.texts()
    shown = io.StringIO()
    with redirect_stdout(shown):
        config = books.config()
        config.stdout = shown
        command.heads(config)
    assert shown.getvalue().split() == ["0004", "(head)"]


def test_a_database_that_ran_the_revision_is_left_alone(tmp_path: Path) -> None:
    books = Books(tmp_path, "sqlite")
    texts = books.texts()
    books.relint("--fix", "--unsafe-fixes", more='\n[migrations.start-after]\nbooks = "0002"\n')
    assert books.texts() == texts, "`start-after` makes it history"

    (books.versions / "0003_more.py").write_text('revision = "0003"\ndown_revision = "0002"\n')
    texts = books.texts()
    assert "Not written here: `0003` follows it" in books.relint("--fix", "--unsafe-fixes")
    assert books.texts() == texts, "what follows it may have run"

    (books.versions / "0003_more.py").write_text('revision = "0003"\ndown_revision = "0001"\n')
    texts = books.texts()
    assert "Not written here: `0003` is another head" in books.relint("--fix", "--unsafe-fixes")
    assert books.texts() == texts, "there are several heads"


def test_old_code_writes_between_the_steps(tmp_path: Path, engine: str) -> None:
    books = fixed_books(tmp_path, engine)
    books.to("0002")
    books.sql(OLD_INSERT)
    books.sql(OLD_INSERT.replace("old", "mine"))
    books.sql("UPDATE invoice SET currency = 'USD' WHERE state = 'mine'")
    books.to("0003")
    books.sql(OLD_INSERT)
    by_state = "SELECT state, currency, lines FROM invoice ORDER BY id"
    assert books.sql(by_state) == [("old", "it's", 3), ("mine", "USD", 3), ("old", None, None)]
    books.to("0004")
    assert books.sql(by_state)[2] == ("old", "it's", 3)
    with pytest.raises(sa.exc.IntegrityError):
        books.sql(OLD_INSERT)


def test_a_last_step_that_failed_is_run_again(tmp_path: Path) -> None:
    books = fixed_books(tmp_path, "postgresql")
    books.to("0003")
    books.sql(OLD_INSERT)
    books.sql("ALTER TABLE invoice ADD CONSTRAINT invoice_currency_set CHECK (currency IS NOT NULL) NOT VALID")
    books.to("head")
    assert books.sql("SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'invoice%'") == [(0,)]


def test_a_backfill_that_was_stopped_goes_on(tmp_path: Path, engine: str) -> None:
    books = fixed_books(tmp_path, engine)
    books.to("0001")
    books.sql(ROWS)
    books.to("0002")
    stopping, updates = sa.create_engine(books.url), iter(range(2))

    @sa.event.listens_for(stopping, "before_cursor_execute")
    def stop(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE invoice") and next(updates, None) is None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        books.to("0003", engine=stopping)
    stopping.dispose()
    assert books.sql("SELECT count(currency) FROM invoice") == [(14,)], "two batches are committed"
    books.to("0003")
    assert books.sql("SELECT count(currency), count(kind) FROM invoice") == [(30, 30)]


@pytest.mark.parametrize("per_migration", [True, False])
def test_no_statement_reads_the_table_under_a_lock_that_stops_others(tmp_path: Path, per_migration: bool) -> None:
    added = re.sub(r"    op\.add_column.*|        batch_op\.(?:alter|drop)_column\(\"(?!curr).*", "", ADDED)
    added = added.replace('with op.batch_alter_table("invoice") as batch_op:\n\n\n\n\n', "")
    books = Books(tmp_path, "postgresql", added)
    assert "1 fixed, 0 remaining" in books.relint("--fix", "--unsafe-fixes", batch_size=50_000)
    books.to("0001")
    books.sql(FILL.format(table="invoice", column="state"))
    seen: list[Seen] = []
    books.to("head", engine=probed(books.url, "invoice", seen), per_migration=per_migration)
    assert books.sql("SELECT count(*) FROM invoice WHERE currency = 'it''s'") == [(MANY,)]
    assert [s.verb for s in seen] == STATEMENTS
    assert stopping_everybody(seen) == []
    assert [s.read for s in seen if "VALIDATE" in s.sql] == [MANY], "it is read, and others go on meanwhile"

"""The fixed migrations run, on SQLite and on PostgreSQL, and lead to the schema that the unfixed ones lead to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from relint.fix import fix
from relint.settings import Migrations, Sanctioned, Settings
from relint.source import decode
from tests.fixes.postgres import new_database

DRIVER = """
import json, sys, django
from django.core.management import call_command
from django.db import connection

django.setup()
for step in json.loads(sys.argv[1]):
    if step[0] == "sql":
        with connection.cursor() as cursor:
            cursor.execute(step[1])
    else:
        call_command(*step)
"""
ENGINES = ["sqlite", "postgresql"]
DJANGO_SETTINGS = """
import json, os
INSTALLED_APPS = ["shop"]
DATABASES = {"default": json.loads(os.environ["DATABASE"])}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
OLD_INSERT = "INSERT INTO shop_order (state, region) VALUES ('old', 'EU')"
FIRST = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel("Order", [
            ("id", models.BigAutoField(primary_key=True)),
            ("state", models.CharField(max_length=20)),
            ("region", models.CharField(max_length=20, null=True)),
        ]),
    ]
"""
HEAD = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
"""


def fixed(path: Path, settings: Settings, *codes: str) -> str:
    """Write the fixed text of a file, and return it."""
    settings = replace(settings, select=codes)
    result = fix(decode(str(path), path.read_bytes()), settings, unsafe=True)
    assert not result.notes
    assert not [d for d in result.remaining if d.fix is not None and d.fix.edits]
    path.write_text(result.text, "utf-8")
    return result.text


def settings_for(root: Path, engine: str, not_null: str = "three-step", django: str = "5.1") -> Settings:
    return Settings(
        root=root,
        migrations=Migrations(database=engine),
        sanctioned=Sanctioned(not_null=not_null, batch_size=7, given=frozenset({"not_null", "batch_size"})),
        versions={"django": django},
    )


class Shop:
    """A Django project with one app, on an empty database."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine
        migrations = folder / "shop" / "migrations"
        migrations.mkdir(parents=True)
        for package in (folder / "shop", migrations):
            (package / "__init__.py").touch()
        (folder / "settings.py").write_text(DJANGO_SETTINGS)
        self.database: dict[str, str] = {"ENGINE": f"django.db.backends.{engine}".replace("sqlite", "sqlite3")}
        if engine == "sqlite":
            self.database["NAME"] = str(folder / "db.sqlite3")
        else:
            self.database |= {key.upper(): value for key, value in new_database().items()}
        self.write("0001_initial", FIRST)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "shop" / "migrations" / f"{name}.py"
        path.write_text(dedent(text), "utf-8")
        return path

    def run(self, *steps: str) -> str:
        """Run management commands, and SQL (`sql: ...`), in one process; returns what they print."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONPATH": str(self.folder),
            "DATABASE": json.dumps(self.database),
        }
        listed = [["sql", step[4:]] if step.startswith("sql:") else step.split() for step in steps]
        command = [sys.executable, "-c", DRIVER, json.dumps(listed)]
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, statement: str) -> list[Any]:
        return execute(self.url(), statement)

    def url(self) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.database['NAME']}"
        d = self.database
        return f"postgresql+psycopg://{d['USER']}@/{d['NAME']}?host={d['HOST']}&port={d['PORT']}"


def execute(url: str, statement: str) -> list[Any]:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        rows = list(result) if result.returns_rows else []
    engine.dispose()
    return rows


def schema(url: str) -> dict[str, Any]:
    """Columns (type, nullable) and indexes of every table that is not the migration tool's own."""
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    found = {}
    for table in inspector.get_table_names():
        if not table.startswith(("django_", "alembic_")):
            columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)}
            indexes = {i["name"]: i["column_names"] for i in inspector.get_indexes(table)}
            found[table] = (columns, indexes)
    engine.dispose()
    return found


def old_code_can_insert(shop: Shop) -> bool:
    """Whether an INSERT succeeds that does not know the new column."""
    try:
        shop.sql(OLD_INSERT)
    except sa.exc.IntegrityError:
        return False
    return True


# -- REL501 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("django", ["5.1", "4.2"])
def test_old_code_inserts_after_the_db_default_fix(tmp_path: Path, engine: str, django: str) -> None:
    if engine == "sqlite" and django == "4.2":
        return  # SQLite has no SET DEFAULT: nothing is rewritten there
    added = (
        HEAD
        + """
        migrations.AddField("order", "channel", models.CharField(default="it's \\"web\\"", max_length=20)),
        migrations.AddField("order", "paid", models.BooleanField(default=False)),
        migrations.AddField("order", "weight", models.DecimalField(default=0, max_digits=5, decimal_places=2)),
        migrations.AddField("order", "note", models.TextField(blank=True)),
    ]
"""
    )
    before, after = Shop(tmp_path / "before", engine), Shop(tmp_path / "after", engine)
    text = fixed(after.write("0002_add", added), settings_for(after.folder, engine, "db-default", django), "REL501")
    assert ("db_default=" in text) == (django == "5.1")
    before.write("0002_add", added)
    for shop in (before, after):
        shop.run("migrate shop 0001", f"sql: {OLD_INSERT}", "migrate")
    assert schema(before.url()) == schema(after.url())
    assert not old_code_can_insert(before)
    assert old_code_can_insert(after)
    for shop in (before, after):
        rows = shop.sql("SELECT DISTINCT channel, paid, weight, note FROM shop_order")
        assert [(c, bool(p), float(w), n) for c, p, w, n in rows] == [('it\'s "web"', False, 0.0, "")]
    after.run("migrate shop 0001")


def test_a_suggestion_changes_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "sqlite")
    text = HEAD + 'migrations.AddField("order", "channel", models.CharField(default="web", max_length=20)),\n'
    text += "migrations.RunPython(migrations.RunPython.noop)]\n"  # it may need the column as it is
    assert fixed(shop.write("0002_add", text), settings_for(tmp_path, "sqlite"), "REL501") == text


# -- REL504 ----------------------------------------------------------------------------------------------------------


def test_an_index_is_built_concurrently(tmp_path: Path) -> None:
    indexes = (
        HEAD
        + """
        migrations.AddIndex("order", models.Index(fields=["state"], name="order_state")),
        migrations.AddIndex("order", models.Index(fields=["region"], name="order_region")),
    ]
"""
    )
    before, after = Shop(tmp_path / "before", "postgresql"), Shop(tmp_path / "after", "postgresql")
    before.write("0002_indexes", indexes)
    fixed(after.write("0002_indexes", indexes), settings_for(after.folder, "postgresql"), "REL504")
    assert "CONCURRENTLY" not in before.run("migrate", "sqlmigrate shop 0002")
    statements = after.run("migrate", "sqlmigrate shop 0002")
    assert statements.count("CREATE INDEX CONCURRENTLY") == 2
    assert "BEGIN" not in statements
    assert schema(before.url()) == schema(after.url())
    after.run("migrate shop 0001")


# -- REL508 ----------------------------------------------------------------------------------------------------------

FILL = """
from django.db import migrations
from django.db.models import F

def fill(apps, schema_editor):
    Order = apps.get_model("shop", "Order")
    Order.objects.filter(region=None).update(region=F("state"))
    for order in Order.objects.filter(state="3"):
        order.state = "three"
        order.save()

class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_batched_backfill_fills_the_same(tmp_path: Path, engine: str) -> None:
    results = []
    for name in ("before", "after"):
        shop = Shop(tmp_path / name, engine)
        path = shop.write("0002_fill", FILL)
        if name == "after":
            text = fixed(path, settings_for(shop.folder, engine), "REL508")
            assert "atomic = False" in text
            assert "[:7]" in text
        rows = [f"('{number}', {'NULL' if number % 3 else repr('EU')})" for number in range(30)]
        insert = f"INSERT INTO shop_order (state, region) VALUES {', '.join(rows)}"
        shop.run("migrate shop 0001", f"sql: {insert}", "migrate")
        results.append(shop.sql("SELECT id, state, region FROM shop_order ORDER BY id"))
    assert results[0] == results[1]
    assert len(results[0]) == 30


# -- Alembic ---------------------------------------------------------------------------------------------------------

ENV = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
TABLES = """
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None

def upgrade():
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("currency", sa.String(9)),
    )
    op.execute("INSERT INTO invoice (id, state) VALUES ROWS")

def downgrade():
    op.drop_table("invoice")
""".replace("ROWS", ", ".join(f"({number}, 'open')" for number in range(30)))


class Ledger:
    """An Alembic project on an empty database."""

    def __init__(self, folder: Path, engine: str, upgrade: str) -> None:
        self.folder = folder
        versions = folder / "migrations" / "versions"
        versions.mkdir(parents=True)
        (folder / "migrations" / "env.py").write_text(ENV)
        (versions / "a1.py").write_text(TABLES)
        head = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "a2"\ndown_revision = "a1"\n\n'
        body = "".join(f"    {line}\n" for line in dedent(upgrade).strip().splitlines())
        self.path = versions / "a2.py"
        self.path.write_text(f"{head}\ndef upgrade():\n{body}\n\ndef downgrade():\n    pass\n")
        self.url = f"sqlite:///{folder / 'db.sqlite3'}"
        if engine == "postgresql":
            d = new_database()
            self.url = f"postgresql+psycopg://{d['user']}@/{d['name']}?host={d['host']}&port={d['port']}"

    def upgrade(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.folder / "migrations"))
        config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        command.upgrade(config, "head")


def both(tmp_path: Path, engine: str, upgrade: str, *codes: str, database: str | None = None) -> tuple[Ledger, Ledger]:
    """The project before and after the fix, upgraded."""
    before, after = Ledger(tmp_path / "before", engine, upgrade), Ledger(tmp_path / "after", engine, upgrade)
    settings = settings_for(after.folder, database or engine, "db-default")
    assert fixed(after.path, settings, *codes) != before.path.read_text()
    for ledger in (before, after):
        ledger.upgrade()
    return before, after


@pytest.mark.parametrize("engine", ENGINES)
def test_alembic_indexes(tmp_path: Path, engine: str) -> None:
    upgrade = """
    op.add_column("invoice", sa.Column("note", sa.Text))
    op.create_index("invoice_state", "invoice", ["state"])
    with op.batch_alter_table("invoice") as batch_op:
        batch_op.create_index("invoice_currency", ["currency"])
    op.add_column("invoice", sa.Column("more", sa.Text))
    """
    # A project that also runs on SQLite: the fix for PostgreSQL does no harm there.
    before, after = both(tmp_path, engine, upgrade, "REL504", database="postgresql")
    assert "autocommit_block" in after.path.read_text()
    assert schema(before.url) == schema(after.url)


def test_alembic_not_null_with_check(tmp_path: Path) -> None:
    upgrade = """
    op.execute("UPDATE invoice SET currency = 'EUR' WHERE currency IS NULL")
    op.alter_column("invoice", "currency", existing_type=sa.String(9), nullable=False)
    """
    before, after = both(tmp_path, "postgresql", upgrade, "REL503", "REL508")
    text = after.path.read_text()
    assert "VALIDATE CONSTRAINT" in text
    assert "LIMIT 7" in text
    assert schema(before.url) == schema(after.url)
    currencies = "SELECT currency, count(*) FROM invoice GROUP BY 1"
    assert execute(before.url, currencies) == execute(after.url, currencies) == [("EUR", 30)]
    left = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'invoice'::regclass"
    assert execute(after.url, left) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_alembic_default_of_the_database(tmp_path: Path, engine: str) -> None:
    upgrade = """
    op.add_column("invoice", sa.Column("kind", sa.String(9), nullable=False, default="it's new"))
    op.add_column("invoice", sa.Column("paid", sa.Boolean, nullable=False, default=False))
    op.add_column("invoice", sa.Column("lines", sa.Integer, nullable=False, default=3))
    """
    failing = Ledger(tmp_path / "failing", engine, upgrade)
    with pytest.raises(sa.exc.DBAPIError):
        failing.upgrade()
    after = Ledger(tmp_path / "after", engine, upgrade)
    fixed(after.path, settings_for(after.folder, engine, "db-default"), "REL502", "REL501")
    after.upgrade()
    execute(after.url, "INSERT INTO invoice (id, state) VALUES (99, 'old')")
    rows = execute(after.url, "SELECT DISTINCT kind, paid, lines FROM invoice")
    assert [(kind, bool(paid), lines) for kind, paid, lines in rows] == [("it's new", False, 3)]


def test_alembic_index_in_sql(tmp_path: Path) -> None:
    upgrade = 'op.execute("CREATE INDEX invoice_state ON invoice (state)")'
    before, after = both(tmp_path, "postgresql", upgrade, "REL504")
    assert "CREATE INDEX CONCURRENTLY" in after.path.read_text()
    assert schema(before.url) == schema(after.url)


def test_new_database_is_postgresql() -> None:
    database = new_database()
    with psycopg.connect(dbname=database["name"], user=database["user"], host=database["host"]) as connection:
        row = connection.execute("select version()").fetchone()
    assert row is not None
    assert row[0].startswith("PostgreSQL")

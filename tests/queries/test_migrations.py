"""The state a folder of migrations leads to, what SQL does, and what the database is."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import libcst as cst
import pytest

from relint.context import Context
from relint.project import Project
from relint.queries import migrations
from relint.queries.alembic_history import was_nullable
from relint.queries.migration_sql import Statement, statements
from relint.queries.migration_target import is_application, target
from relint.settings import Migrations, Settings
from relint.tree import Tree

HEAD = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"


def django(folder: Path, name: str, dependencies: list[tuple[str, str]], *operations: str, extra: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    lines = "".join(f"        migrations.{operation},\n" for operation in operations)
    text = f"{HEAD}    dependencies = {dependencies!r}\n{extra}    operations = [\n{lines}    ]\n"
    path.write_text(text, "utf-8")
    return path


def context(path: Path, root: Path, settings: Settings | None = None) -> Context:
    text = path.read_text("utf-8")
    settings = replace(settings or Settings(), root=root)
    return Context(str(path), Tree(cst.parse_module(text), text), settings, Project(settings))


def test_fields_follow_renames_and_dependencies(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    create = 'CreateModel("Order", [("id", models.AutoField()), ("code", models.CharField(null=True))])'
    django(folder, "0001_initial", [("auth", "0001_initial")], create)
    # The names say another order than the dependencies.
    django(folder, "0009_second", [("shop", "0001_initial")], 'RenameField("order", "code", "number")')
    django(folder, "0002_third", [("shop", "0009_second")], 'RenameModel("Order", "Sale")', 'DeleteModel("Other")')
    last = django(folder, "0003_last", [("shop", "0002_third")])
    ctx = context(last, tmp_path)
    state = migrations.state_before(ctx)
    number = state.field("Sale", "Number")
    assert number is not None
    assert number.null
    assert state.field("order", "number") is None
    assert state.field("sale", "code") is None
    assert migrations.app_label(ctx) == "shop"
    assert {Path(path).name for path in ctx.project.consulted} == {
        "migrations", "0001_initial.py", "0009_second.py", "0002_third.py",
    }  # fmt: skip


def test_a_branch_that_is_not_depended_on_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    django(folder, "0001_initial", [], 'CreateModel("Order", [("code", models.CharField(null=True))])')
    django(folder, "0002_other", [("shop", "0001_initial")], 'RemoveField("order", "code")')
    last = django(folder, "0002_mine", [("shop", "0001_initial")])
    assert migrations.state_before(context(last, tmp_path)).field("order", "code") is not None


def test_a_squashed_migration_stands_for_those_that_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    create = 'CreateModel("Order", [("code", models.CharField(null=True))])'
    extra = '    replaces = [("shop", "0001_initial"), ("shop", "0002_gone")]\n'
    django(folder, "0001_squashed_0002", [], create, extra=extra)
    last = django(folder, "0003_last", [("shop", "0002_gone")])
    assert migrations.state_before(context(last, tmp_path)).field("order", "code") is not None


def test_the_label_may_differ_from_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "wagtail" / "migrations"
    django(folder, "0001_initial", [("auth", "0001_initial")])
    django(folder, "0002_pages", [("wagtailcore", "0001_initial")])
    last = django(folder, "0003_last", [("wagtailcore", "0002_pages"), ("auth", "0001_initial")])
    assert migrations.app_label(context(last, tmp_path)) == "wagtailcore"


def test_cycles_and_broken_files_end(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    django(folder, "0001_a", [("shop", "0002_b")], 'CreateModel("Order", [("code", models.CharField())])')
    django(folder, "0002_b", [("shop", "0001_a")])
    (folder / "0003_broken.py").write_text("class Migration(", "utf-8")
    last = django(folder, "0004_last", [("shop", "0002_b"), ("shop", "0003_broken")])
    assert migrations.state_before(context(last, tmp_path)).field("order", "code") is not None


def test_start_after_exempts_a_migration_and_its_ancestors(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    paths = [django(folder, f"000{n}_x", [("shop", f"000{n - 1}_x")] if n > 1 else []) for n in range(1, 5)]
    settings = replace(Settings(), migrations=Migrations(start_after={"shop": "0002"}))
    assert [migrations.is_history(context(path, tmp_path, settings)) for path in paths] == [True, True, False, False]


def test_a_long_history_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    django(folder, "0001_x", [], 'CreateModel("Order", [("code", models.CharField(null=True))])')
    for number in range(2, 201):
        operation = f'AddField("order", "f{number}", models.CharField(null=True))'
        django(folder, f"{number:04}_x", [("shop", f"{number - 1:04}_x")], operation)
    began = time.process_time()
    states = [migrations.state_before(context(path, tmp_path)) for path in sorted(folder.iterdir())]
    assert [len(state.models["order"].fields) for state in states[1:]] == list(range(1, 200))
    assert time.process_time() - began < 10  # 200 x 200 parses would take minutes


def test_alembic_columns(tmp_path: Path) -> None:
    (tmp_path / "a1.py").write_text(
        'revision = "a1"\ndown_revision = None\n\ndef upgrade():\n'
        '    op.create_table("t", sa.Column("a", X), sa.Column("b", X, nullable=False),\n'
        '        sa.Column("c", primary_key=True))\n'
        '    with op.batch_alter_table("t") as batch_op:\n'
        '        batch_op.add_column(sa.Column("d", X, nullable=False))\n'
        "\ndef downgrade():\n"
        '    op.alter_column("t", "a", nullable=False)\n'
    )
    (tmp_path / "a2.py").write_text(
        'revision: str = "a2"\ndown_revision: str = "a1"\n\ndef upgrade():\n'
        '    op.alter_column("t", "b", nullable=True)\n'
    )
    (tmp_path / "a3.py").write_text('revision = "a3"\ndown_revision = ("a2",)\n')
    ctx = context(tmp_path / "a3.py", tmp_path)
    assert [was_nullable(ctx, "t", column) for column in "abcde"] == [True, True, False, False, None]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE s.t ADD c int NOT NULL", Statement("add column", "t", "c", not_null=True, new="int")),
        ('ALTER TABLE "T" ALTER "c" SET NOT NULL', Statement("set not null", "t", "c")),
        ("ALTER TABLE t ALTER c SET DEFAULT 1", Statement("set default", "t", "c")),
        ("ALTER TABLE t VALIDATE CONSTRAINT k", Statement("validate", "t", name="k")),
        ("CREATE INDEX i ON t (a)", Statement("create index", "t", name="i")),
        ("UPDATE t SET a = 1 WHERE a IS NULL", Statement("update", "t", fills="a")),
        ("UPDATE t SET a = %(x)s WHERE id = %(y)s", Statement("update", "t", picks=True)),
        ("UPDATE t SET a = 1 FROM o WHERE o.id = t.id", Statement("update", "t")),
        ("DELETE FROM t", Statement("empty table", "t")),
    ],
)
def test_sql(sql: str, expected: Statement) -> None:
    assert statements(sql) == (expected,)


@pytest.mark.parametrize("sql", ["", "DO $$ BEGIN UPDATE t SET a = 1; END $$", "this is no update", "((("])
def test_sql_without_effects(sql: str) -> None:
    assert statements(sql) == ()


@pytest.mark.parametrize("sql", ["UPDATE", "ALTER TABLE t FROB COLUMN a", "ALTER TABLE t ADD COLUMN ("])
def test_sql_that_cannot_be_read(sql: str) -> None:
    assert [statement.kind for statement in statements(sql)] == ["unread"]


def test_postgresql_15_is_assumed(tmp_path: Path) -> None:
    path = django(tmp_path / "shop" / "migrations", "0001_x", [])
    database = target(context(path, tmp_path))
    assert (database.name, database.found) == ("PostgreSQL 15", False)
    assert "PostgreSQL 15" in database.note
    assert not is_application(context(path, tmp_path))


def test_the_settings_name_the_database(tmp_path: Path) -> None:
    path = django(tmp_path / "shop" / "migrations", "0001_x", [])
    (tmp_path / "manage.py").write_text('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.config.settings")\n')
    (tmp_path / "site" / "config").mkdir(parents=True)
    settings = tmp_path / "site" / "config" / "settings.py"
    settings.write_text('DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}\n')
    ctx = context(path, tmp_path)
    assert is_application(ctx)
    assert (target(ctx).name, target(ctx).found) == ("MySQL 8.4", True)
    settings.write_text('DATABASES = {"default": env.db(default="postgres://db/shop")}\nTEST = "sqlite://"\n')
    assert target(context(path, tmp_path)).engine == "postgresql"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('{"ENGINE": "django.db.backends.sqlite3"}', True),
        ('env.db("DATABASE_URL", default="sqlite:///" + str(BASE / "db"))', False),
        ('{"ENGINE": os.environ.get("ENGINE", "django.db.backends.sqlite3")}', False),
        ('dj_database_url.config(default="sqlite:///db")', False),
        ('dj_database_url.config(default="mysql://db")', True),
    ],
)
def test_sqlite_where_nothing_is_set_is_not_what_runs(tmp_path: Path, value: str, found: bool) -> None:
    path = django(tmp_path / "shop" / "migrations", "0001_x", [])
    (tmp_path / "manage.py").touch()
    (tmp_path / "settings.py").write_text(f'DATABASES = {{"default": {value}}}\n')
    assert target(context(path, tmp_path)).found is found


def test_the_configuration_wins(tmp_path: Path) -> None:
    path = django(tmp_path / "shop" / "migrations", "0001_x", [])
    settings = replace(Settings(), migrations=Migrations(database="mariadb", version="10.2"))
    database = target(context(path, tmp_path, settings))
    assert database.name == "MariaDB 10.2"
    assert not database.constant_default_is_free
    assert database.note == ""


def test_alembic_names_the_database(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nsqlalchemy.url = mysql+pymysql://localhost/x\n")
    path = tmp_path / "versions" / "a.py"
    path.parent.mkdir()
    path.write_text("")
    assert target(context(path, tmp_path)).engine == "mysql"
    own = tmp_path / "versions" / "sqlite" / "a.py"
    own.parent.mkdir()
    own.write_text("")
    assert target(context(own, tmp_path)).engine == "sqlite"

"""Which Django migrations and Alembic revisions may be followed by new ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.context import Context
from relint.queries.alembic_history import comes_behind, primary_key
from relint.queries.migration_graph import stands_behind
from relint.settings import Settings
from tests.asking import context


def context_of(path: Path) -> Context:
    root = next(folder for folder in path.parents if {"manage.py", "alembic.ini"} & {p.name for p in folder.iterdir()})
    return context(path.read_text(), str(path), Settings(root=root))


def migration(dependencies: str, more: str = "") -> str:
    return (
        "from django.db import migrations\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [{dependencies}]\n    {more}\n    operations = []\n"
    )


FIRST = migration("")
SECOND = migration('("shop", "0001_initial")')
BEHIND = migration('("shop", "0002_more")')


def asked(folder: Path, app: str = "shop", text: str = SECOND, **others: str) -> str | None:
    """What is said of `0002_more` of an app; `others` are files by `<app>__<name>`."""
    (folder / "manage.py").write_text('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n')
    for name, other in {f"{app}__0001_initial": FIRST, f"{app}__0002_more": text, **others}.items():
        label, _, stem = name.partition("__")
        path = folder / label / "migrations" / f"{stem}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / label / "__init__.py").touch()
        path.write_text(other)
    path = folder / app / "migrations" / "0002_more.py"
    return stands_behind(context_of(path))


def test_the_only_leaf(tmp_path: Path) -> None:
    assert asked(tmp_path) is None


def test_a_file_beside_that_is_no_migration(tmp_path: Path) -> None:
    assert asked(tmp_path, shop__helpers="def fill(): ...\n") is None


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"shop__0003_next": BEHIND}, "`0003_next` depends on it"),
        ({"shop__0002_other": SECOND}, "`0002_other` is another leaf of the app"),
        (
            {
                "shop__0002_other": SECOND,
                "shop__0003_merge": migration('("shop", "0002_more"), ("shop", "0002_other")'),
            },
            "`0003_merge` depends on it",
        ),
        (
            {"shop__0001_squashed": migration("", 'replaces = [("shop", "0001_initial"), ("shop", "0002_more")]')},
            "`0001_squashed` replaces it",
        ),
        ({"shop__0003_next": migration('*BEFORE, ("a", "b")')}, "what `0003_next` depends on is computed"),
        ({"shop__0003_next": "class Migration(:\n"}, "what `0003_next` depends on is computed"),
        ({"stock__0004_next": BEHIND}, "`stock.0004_next` depends on it"),
    ],
)
def test_what_stands_behind(tmp_path: Path, others: dict[str, str], said: str) -> None:
    assert asked(tmp_path, **others) == said


def test_a_squashed_migration_beside_what_it_replaces(tmp_path: Path) -> None:
    """Those that are replaced are no leaves of their own."""
    squashed = migration("", 'replaces = [("shop", "0001_initial"), ("shop", "0001_b")]')
    after = migration('("shop", "0001_squashed")')
    assert asked(tmp_path, text=after, shop__0001_squashed=squashed, shop__0001_b=SECOND) is None


def test_one_that_has_to_run_before_others(tmp_path: Path) -> None:
    text = migration('("shop", "0001_initial")', 'run_before = [("stock", "0001_initial")]')
    assert asked(tmp_path, text=text) == "it has to run before `stock.0001_initial`"


def test_one_that_runs_before_this_is_no_leaf(tmp_path: Path) -> None:
    early = migration("", 'run_before = [("shop", "0002_more")]')
    assert asked(tmp_path, shop__0000_early=early) is None


# -- Alembic ---------------------------------------------------------------------------------------------------------


def revision(name: str, follows: str, body: str = "pass") -> str:
    return f"from alembic import op\nrevision = {name!r}\ndown_revision = {follows}\n\ndef upgrade():\n    {body}\n"


def heads(folder: Path, ini: str = "", **others: str) -> str | None:
    versions = folder / "versions"
    versions.mkdir()
    (folder / "alembic.ini").write_text(f"[alembic]\n{ini}\n")
    for name, text in {"a1": revision("a1", "None"), "a2": revision("a2", "'a1'"), **others}.items():
        (versions / f"{name}.py").write_text(text)
    return comes_behind(context_of(versions / "a2.py"))


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({}, None),
        ({"a3": revision("a3", "'a2'")}, "`a3` follows it"),
        ({"b2": revision("b2", "'a1'")}, "`b2` is another head"),
        ({"b2": revision("b2", "'a1'"), "a3": revision("a3", "('a2', 'b2')")}, "`a3` follows it"),
        ({"b2": revision("b2", "None") + "\ndepends_on = 'a2'\n"}, "`b2` follows it"),
        ({"a3": revision("a3", "latest()")}, "what a revision follows is computed"),
    ],
)
def test_heads(tmp_path: Path, others: dict[str, str], said: str | None) -> None:
    assert heads(tmp_path, **others) == said


@pytest.mark.parametrize(
    ("ini", "said"),
    [
        ("version_locations = %(here)s/versions", None),
        ("version_locations = %(here)s/versions %(here)s/more", "there are other folders of revisions"),
        ("# version_locations = a b", None),
        ("recursive_version_locations = true", "there are other folders of revisions"),
    ],
)
def test_several_folders_of_revisions(tmp_path: Path, ini: str, said: str | None) -> None:
    assert heads(tmp_path, ini) == said


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ('sa.Column("Id", sa.Integer, primary_key=True)', "Id"),
        ('sa.Column("id", sa.Integer), sa.PrimaryKeyConstraint("id", name="pk")', "id"),
        ('sa.Column("a", primary_key=True), sa.Column("b", primary_key=True)', None),
        ('sa.Column("id", sa.Integer)', None),
    ],
)
def test_primary_keys(tmp_path: Path, columns: str, key: str | None) -> None:
    first = revision("a1", "None", f'op.create_table("Invoice", {columns})')
    heads(tmp_path, a1=first)
    assert primary_key(context_of(tmp_path / "versions" / "a2.py"), "invoice") == key

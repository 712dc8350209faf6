""".sql files: which are migrations, and that all that holds for Python files holds for them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relint.check import check
from relint.cli import main
from relint.config import SettingsFinder
from relint.discover import discover
from relint.formats import FORMATS
from relint.globs import Glob
from relint.model import Diagnostic
from relint.settings import Migrations, Settings
from relint.source import decode
from relint.sql_files import is_sql_migration

ROOT = Path(__file__).parent.parent
DANGEROUS = "ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();"


@pytest.mark.parametrize(
    "path",
    [
        "migrations/0001.sql",
        "shop/migrations/sql/views.sql",
        "db/migrate/20240102_x.sql",
        "sql/upgrades/041.sql",
        "schema/main/delta/73/01x.sql",
        "prisma/migrations/2024_x/migration.sql",
        "src/main/resources/V1__init.sql",
        "src/main/resources/R__views.sql",
        "any/20240102_x.up.sql",
        "sql/0001_init.sql",
        "billing_migrations/a.sql",
    ],
)
def test_a_migration(path: str, tmp_path: Path) -> None:
    assert is_sql_migration(str(tmp_path / path), Settings(root=tmp_path))


@pytest.mark.parametrize(
    "path",
    [
        "sql/queries.sql",
        "sql/report.sql",
        "queries/0001_x.sql",
        "schema.sql",
        "dump.sql",
        "migrations/fixtures/a.sql",
        "migrations/seeds/a.sql",
        "models/staging/orders.sql",
        "deploy/0001_x.sql",
        "vV1__x.sql.txt/a.sql",
    ],
)
def test_no_migration(path: str, tmp_path: Path) -> None:
    assert not is_sql_migration(str(tmp_path / path), Settings(root=tmp_path))


def test_folders_above_the_project_tell_nothing(tmp_path: Path) -> None:
    root = tmp_path / "migrations" / "work" / "app"
    assert not is_sql_migration(str(root / "report.sql"), Settings(root=root))


def test_sqitch_has_a_plan(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    assert not is_sql_migration(str(tmp_path / "deploy" / "users.sql"), Settings(root=tmp_path))
    (tmp_path / "sqitch.plan").write_text("")
    assert is_sql_migration(str(tmp_path / "deploy" / "users.sql"), Settings(root=tmp_path))


def test_more_can_be_configured(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, migrations=Migrations(sql_files=(Glob("ddl/*.sql"),)))
    assert is_sql_migration(str(tmp_path / "ddl" / "a.sql"), settings)
    assert not is_sql_migration(str(tmp_path / "sql" / "a.sql"), settings)


def test_folders_are_walked_for_them(tmp_path: Path) -> None:
    for name in ("migrations/1.sql", "migrations/1.py", "queries/1.sql", "venv/migrations/1.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    finder = SettingsFinder(isolated=True, cwd=tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path, _ in discover([tmp_path], finder)]
    assert found == ["migrations/1.py", "migrations/1.sql"]
    named = [path for path, _ in discover([tmp_path / "queries" / "1.sql"], finder)]
    assert named == [tmp_path / "queries" / "1.sql"]


def test_force_exclude_leaves_out_what_is_no_migration(tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("force-exclude = true\n")
    finder = SettingsFinder(cwd=tmp_path)
    paths = [tmp_path / "report.sql", tmp_path / "migrations" / "1.sql"]
    assert [path for path, _ in discover(paths, finder)] == paths[1:]


def found(text: str, path: str = "migrations/V1__x.sql", **settings: object) -> list[Diagnostic]:
    configured = Settings(migrations=Migrations("postgresql", "15"), **settings)  # type: ignore[arg-type]
    return check(decode(path, text.encode()), configured)


def codes(text: str, path: str = "migrations/V1__x.sql") -> list[str]:
    return [diagnostic.code for diagnostic in found(text, path)]


def test_a_finding_stands_at_its_part_of_the_statement() -> None:
    (only,) = found("ALTER TABLE orders\n    ADD note text,\n    ADD token uuid NOT NULL DEFAULT gen_random_uuid();\n")
    assert (only.start.line, only.start.column, only.end.column, only.reach) == (3, 5, 54, (1, 3))


@pytest.mark.parametrize(
    "comment",
    [
        f"{DANGEROUS} -- relint: ignore[REL501] the table is small",
        f"{DANGEROUS} -- relint: ignore[not-null-with-default] small",
        f"-- relint: ignore[REL501] small\n{DANGEROUS}",
        f"-- relint: file-ignore[REL501] small\n\n{DANGEROUS}",
        f"-- relint: disable[REL501]\n{DANGEROUS}\n-- relint: enable[REL501]",
        f"{DANGEROUS} -- noqa: REL501",
    ],
)
def test_comments_silence(comment: str) -> None:
    assert codes(f"{comment}\n") == []
    assert codes(f"{DANGEROUS}\n") == ["REL501"]


def test_a_comment_that_silences_nothing_is_found_and_removed() -> None:
    (only,) = found("SELECT 1; -- relint: ignore[REL501] small\n")
    assert only.code == "REL003"
    assert only.fix is not None
    assert [(edit.start, edit.end, edit.text) for edit in only.fix.edits] == [(9, 41, "")]


def test_text_in_a_string_is_no_comment() -> None:
    assert codes(f"SELECT '-- relint: file-ignore[REL501] x';\n{DANGEROUS}\n") == ["REL501"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("migrations/V2__x.undo.sql", DANGEROUS),
        ("migrations/0002_x.down.sql", DANGEROUS),
        ("migrations/U2__x.sql", DANGEROUS),
        ("revert/x.sql", DANGEROUS),
        ("db/migrations/1_x.sql", f"-- migrate:up\nSELECT 1;\n-- migrate:down\n{DANGEROUS}"),
        ("db/migrations/1_x.sql", f"-- +goose Up\nSELECT 1;\n-- +goose Down\n{DANGEROUS}"),
        ("db/migrations/1_x.sql", f"-- Up Migration\n\n-- Down Migration\n{DANGEROUS}"),
    ],
)
def test_what_undoes_is_quiet(path: str, text: str) -> None:
    assert codes(text, path) == []


def test_tests_and_python_rules_do_not_see_it() -> None:
    assert codes(DANGEROUS, "tests/migrations/V1__x.sql") == []
    assert codes("import requests\nrequests.get('x')\n") == []


@pytest.mark.parametrize(
    "text", ["\0", "(((((", "ALTER TABLE", "ALTER TABLE a ADD " + "(" * 5000, "'", "ALTER TABLE a ADD b,,"]
)
def test_whatever_it_holds_nothing_crashes(text: str) -> None:
    if "\0" not in text:
        assert "REL000" not in codes(f"{text}\nNOT NULL DELETE FROM WHERE DROP TYPE CHECK CREATE INDEX")


def test_libcst_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "V1__x.sql").write_text(
        f"-- transactional: false\n{DANGEROUS}\nALTER TABLE a ALTER b SET NOT NULL, ADD CONSTRAINT c CHECK (d > 0);\n"
        "CREATE INDEX i ON a (b);\nALTER TABLE a DROP COLUMN e, ALTER f TYPE bigint;\n"
        "DELETE FROM a WHERE created_at < now();\n"
    )
    program = (
        "import sys; from relint.cli import main; main(sys.argv[1:]); print('libcst' in sys.modules, file=sys.stderr)"
    )
    options = ["--isolated", "--extend-select", "REL405", "--output-format", "concise", "-j1"]
    command = [sys.executable, "-c", program, "check", *options, "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "False"
    seen = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("migrations")}
    assert seen == {"REL405", "REL501", "REL503", "REL504", "REL505", "REL506", "REL507"}


# -- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "relint.toml").write_text('[migrations]\ndatabase = "postgresql"\n')
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "V1__x.sql").write_text(f"{DANGEROUS}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format(project: Path, output_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-format", output_format]) == 1
    out = capsys.readouterr().out
    assert "x.sql" in out
    assert "REL501" in out


def test_stdin(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DANGEROUS.encode())))
    assert main(["check", "--stdin-filename", "migrations/V2__y.sql", "--output-format", "json", "-"]) == 1
    (only,) = json.loads(capsys.readouterr().out)
    assert only["code"] == "REL501"


def test_a_baseline_knows_it_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "."]) == 0
    (project / "migrations" / "V1__x.sql").write_text(
        f"-- moved\n\n{DANGEROUS.replace(' ADD', '  -- reformatted' + chr(10) + ' ADD')}\n"
    )
    assert main(["check", "--baseline", "relint-baseline.json"]) == 0
    assert "in the baseline" in capsys.readouterr().err


def test_ignores_by_file(project: Path) -> None:
    (project / "relint.toml").write_text('[per-file-ignores]\n"*.sql" = ["REL501"]\n')
    assert main(["check"]) == 0


def test_comments_are_added_in_sql(project: Path) -> None:
    assert main(["check", "--add-ignore=small"]) == 0
    text = (project / "migrations" / "V1__x.sql").read_text()
    assert text == f"{DANGEROUS}  -- relint: ignore[REL501] small\n"
    assert main(["check"]) == 0


def test_fixes_are_written(project: Path) -> None:
    path = project / "migrations" / "V1__x.sql"
    path.write_text("-- migrate:up transaction:false\r\nCREATE INDEX i ON orders (state);\r\n")
    assert main(["check", "--fix", "--unsafe-fixes"]) == 0
    assert path.read_bytes() == b"-- migrate:up transaction:false\r\nCREATE INDEX CONCURRENTLY i ON orders (state);\r\n"

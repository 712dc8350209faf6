"""What is loaded before anything is known to be needed: start-up is paid on every save and every commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_LOADED = "import sys; from relint.cli import main; main(); print(*sys.modules, file=sys.stderr)"
_HEAVY = {
    *(
        "libcst",
        "rich",
        "sqlglot",
        "asyncio",
        "multiprocessing",
        "concurrent.futures",
        "hashlib",
        "tempfile",
        "logging",
    ),
    *("distributed", "watchfiles", "importlib.metadata", "subprocess"),
}


def loaded(folder: Path, *arguments: str) -> set[str]:
    environment = {key: value for key, value in os.environ.items() if key != "RELINT_NO_CACHE"}
    command = [sys.executable, "-S", "-c", _LOADED, *arguments]  # no site: it loads what is installed
    places = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    environment |= {"PYTHONPATH": places}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.splitlines()[-1].split())


def test_the_version_needs_click_and_little_else(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "--version")
    assert {name for name in modules if name.startswith("relint")} == {
        "relint",
        "relint.cli",
        "relint.errors",
        "relint.formats",
    }
    assert (_HEAVY | {"json", "sqlite3", "tomllib", "pathspec", "traceback"}).isdisjoint(modules)


@pytest.mark.parametrize("text", ["x = 1\n", "import smtplib\n\nsmtplib.SMTP('mail')\n"])
def test_a_run_without_changes_loads_no_engine(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(text)
    loaded(tmp_path, "check", "--isolated", "--output-format", "concise")
    modules = loaded(tmp_path, "check", "--isolated", "--output-format", "concise")
    assert _HEAVY.isdisjoint(modules)
    assert {"relint.check", "relint.worker", "relint.project", "relint.context"}.isdisjoint(modules)
    assert not [name for name in modules if name.startswith(("relint.rules", "relint.fixers", "relint.queries"))]


def test_a_file_without_triggers_loads_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    modules = loaded(tmp_path, "check", "--isolated", "--no-cache")
    assert {"libcst", "sqlglot", "rich", "multiprocessing", "sqlite3", "relint.context"}.isdisjoint(modules)
    assert {"tempfile", "traceback", "relint.suppress", "relint.scan"}.isdisjoint(modules)
    assert "relint.check" in modules

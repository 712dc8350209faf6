"""What the tests of both hosts share: running programs, and what `relint check` says of the same files."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"
"""REL102 on line 3, column 1."""


class Found(NamedTuple):
    """One finding: path, 1-based line and column in characters, code, message."""

    path: str
    line: int
    column: int
    code: str
    message: str


def run(
    *arguments: str, cwd: Path, stdin: str | bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a Python module (`flake8`, `-c`) as a user would, with UTF-8 on its streams."""
    command = [sys.executable, *(arguments if arguments[0].startswith("-") else ("-m", *arguments))]
    done = subprocess.run(
        command,
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1", **(environment or {})},
        capture_output=True,
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def write(folder: Path, **files: str) -> None:
    """Write `name="text"` as name.py; `pyproject` and `relint` are TOML, `setup` is setup.cfg."""
    suffixes = {"pyproject": ".toml", "relint": ".toml", "setup": ".cfg"}
    for name, text in files.items():
        (folder / f"{name}{suffixes.get(name, '.py')}").write_text(text, encoding="utf-8", newline="")


def copied_fixtures(folder: Path) -> list[str]:
    """Every Python file below `fixtures`, copied out of reach of relint's own configuration; relative paths.

    Not those that hold what is left when all is fixed.
    """
    shutil.copytree(ROOT / "fixtures", folder / "fixtures", ignore=shutil.ignore_patterns("__pycache__", "fixed*"))
    return sorted(str(path.relative_to(folder)) for path in (folder / "fixtures").rglob("*.py"))


def copied_packages(folder: Path) -> list[str]:
    """Two real packages that the test environment holds, copied out of site-packages; relative paths."""
    for name in ("pre_commit", "virtualenv"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py"))


def relint_finds(files: list[str], cwd: Path, *options: str) -> list[Found]:
    """What `relint check` finds in these files, sorted."""
    done = run("relint", "check", "--output-format", "json", *options, *files, cwd=cwd)
    items = json.loads(done.stdout)
    assert done.returncode in (0, 1), {item["message"] for item in items if item["code"] == "REL000"}
    return sorted(
        Found(
            os.path.relpath(item["filename"], cwd),
            item["location"]["row"],
            item["location"]["column"],
            item["code"],
            item["message"],
        )
        for item in items
    )

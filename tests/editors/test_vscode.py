"""The VS Code extension and the server agree, and the extension's launcher starts the server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from relint import __version__
from relint.hosts.lsp.options import _CHOICES, _LISTS, _PLAIN, DEFAULTS, options

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
LAUNCHER = EXTENSION / "bundled" / "launch.py"
MANIFEST = json.loads((EXTENSION / "package.json").read_text("utf-8"))
PROPERTIES: dict[str, Any] = {
    name.removeprefix("relint."): value
    for name, value in MANIFEST["contributes"]["configuration"]["properties"].items()
}
CLIENT_ONLY = {"path", "interpreter", "importStrategy", "trace.server"}
SAID_BY_VSCODE = {"trusted", "previewInClient"}


def names(constant: str) -> set[str]:
    """The strings of an array in settings.ts."""
    source = (EXTENSION / "src" / "settings.ts").read_text("utf-8")
    (items,) = re.findall(rf"const {constant} = \[(.*?)\]", source, re.DOTALL)
    return set(re.findall(r'"(\w+)"', items))


def test_the_settings_are_those_that_the_server_reads() -> None:
    server = {*_PLAIN, *_LISTS, "configuration"}
    assert set(PROPERTIES) - CLIENT_ONLY == server - SAID_BY_VSCODE
    assert names("FORWARDED") == server - SAID_BY_VSCODE
    assert names("CLIENT_ONLY") == {name.partition(".")[0] for name in CLIENT_ONLY}


def test_the_defaults_and_choices_are_those_of_the_server() -> None:
    defaults = {name: value["default"] for name, value in PROPERTIES.items() if name in _PLAIN}
    assert defaults == {name: getattr(DEFAULTS, _PLAIN[name][0]) for name in defaults}
    choices = {name: tuple(value["enum"]) for name, value in PROPERTIES.items() if name in _PLAIN and "enum" in value}
    assert choices == _CHOICES


def test_the_server_takes_everything_that_the_extension_sends(tmp_path: Path) -> None:
    sent = {name: value["default"] for name, value in PROPERTIES.items() if name not in CLIENT_ONLY}
    found, wrong = options({**sent, "trusted": False, "previewInClient": True}, tmp_path)
    assert wrong == []
    assert [each.name for each in fields(found) if getattr(found, each.name) != getattr(DEFAULTS, each.name)] == [
        "preview_in_client"
    ]


def test_what_starts_programs_cannot_be_set_by_a_workspace_that_is_not_trusted() -> None:
    restricted = MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert {name.removeprefix("relint.") for name in restricted} == CLIENT_ONLY - {"trace.server"}


def test_the_versions_are_the_same() -> None:
    assert MANIFEST["version"] == __version__


def probe(python: str) -> Any:
    done = subprocess.run([python, str(LAUNCHER), "probe"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_probe_finds_relint() -> None:
    assert probe(sys.executable)["environment"] is True


def test_the_probe_finds_none_in_an_empty_environment(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", symlinks=sys.platform != "win32")
    python = tmp_path / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    assert probe(str(python))["environment"] is False


def test_the_launcher_starts_relint_and_nothing_of_the_folder_it_is_in(tmp_path: Path) -> None:
    for name in ("relint", "click", "libcst", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the workspace')", "utf-8")
    command = [sys.executable, str(LAUNCHER), "environment", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert __version__ in done.stdout

"""The lower bound of a requirement, as projects write it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import libcst as cst
import pytest

from relint.context import Context
from relint.project import Project
from relint.queries.versions import minimum_version
from relint.settings import Settings
from relint.tree import Tree


def asked(folder: Path, settings: Settings, package: str = "django") -> tuple[int, ...] | None:
    ctx = Context(str(folder / "app" / "x.py"), Tree(cst.parse_module(""), ""), settings, Project(settings))
    return minimum_version(ctx, package)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pyproject.toml", 'dependencies = ["requests", "Django>=5.1,<6"]', (5, 1)),
        ("pyproject.toml", 'dependencies = ["django[bcrypt] ~= 4.2"]', (4, 2)),
        ("pyproject.toml", 'dependencies = ["django<6,>=4.2"]', (4, 2)),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndjango = "^5.0.2"', (5, 0, 2)),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndjango = {version = ">=5.0"}', (5, 0)),
        ("requirements.txt", "celery==5.4\ndjango==4.2.16  # LTS\n", (4, 2, 16)),
        ("requirements.txt", "django-filter==24.1\ndjango\n", None),
        ("requirements.txt", "django<6\n", None),
        ("setup.cfg", "install_requires =\n    Django >= 3.2\n", (3, 2)),
    ],
)
def test_reads_requirements(tmp_path: Path, name: str, text: str, expected: tuple[int, ...] | None) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert asked(tmp_path, Settings(root=tmp_path)) == expected


def test_a_folder_of_requirements(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("Django>=5.0\n", "utf-8")
    assert asked(tmp_path, Settings(root=tmp_path)) == (5, 0)


def test_the_configuration_wins(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django>=4.2\n", "utf-8")
    settings = replace(Settings(root=tmp_path), versions={"django": "5.1"})
    assert asked(tmp_path, settings) == (5, 1)


def test_names_differ_in_dashes(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("oslo_db>=1.2\n", "utf-8")
    assert asked(tmp_path, Settings(root=tmp_path), "oslo.db") == (1, 2)


UV = """\
[[package]]
name = "django-filter"
version = "24.1"

[[package]]
name = "Django"
version = "5.1.3"
source = 1
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("uv.lock", UV, (5, 1, 3)),
        ("poetry.lock", UV.replace("\n", "\r\n"), (5, 1, 3)),
        ("uv.lock", UV + UV.replace("5.1.3", "4.2.9"), (4, 2, 9)),  # another one for older Pythons
        ("uv.lock", "[[package", None),
        ("Pipfile.lock", '{"default": {"Django": {"version": "==5.0"}}, "develop": {}}', (5, 0)),
        ("Pipfile.lock", '{"default": {"django": {"git": "x"}}, "develop": []}', None),
        ("Pipfile.lock", "{", None),
    ],
)
def test_a_lock_file_says_it_where_no_bound_does(
    tmp_path: Path, name: str, text: str, expected: tuple[int, ...] | None
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["django"]\n', "utf-8")
    (tmp_path / name).write_bytes(text.encode())
    assert asked(tmp_path, Settings(root=tmp_path)) == expected


def test_a_bound_comes_before_the_lock(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["django>=4.2"]\n', "utf-8")
    (tmp_path / "uv.lock").write_text(UV, "utf-8")
    assert asked(tmp_path, Settings(root=tmp_path)) == (4, 2)

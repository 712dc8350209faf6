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

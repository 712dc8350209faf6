"""The wheel holds the three folders under one name, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {"relint": "relint", "rules": "relint/rules", "fixers": "relint/fixers"}


def python(*arguments: str, cwd: Path, path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel made from a copy of the checkout: setuptools leaves a build folder, and reuses what it finds there."""
    source = tmp_path_factory.mktemp("source")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(source / "out"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (source / "out").glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def site(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    wheel.extractall(folder)
    return folder


def test_wheel_holds_exactly_the_folders(wheel: zipfile.ZipFile) -> None:
    expected = {
        f"{target}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, target in FOLDERS.items()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == expected
    assert {"relint/py.typed", "relint/rules/http/__init__.py", "relint/fixers/http/__init__.py"} <= packed


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder without __init__.py is left out of the wheel without a word."""
    missing = {
        file.parent
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*.py")
        if not (file.parent / "__init__.py").exists()
    }
    assert missing == set()


def test_wheel_metadata(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    (scripts,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.10" in metadata
    assert "relint = relint.cli:main" in scripts


@pytest.mark.parametrize("name", ["rules", "fixers"])
def test_installed_names(site: Path, tmp_path: Path, name: str) -> None:
    inside = python("-c", f"import relint.{name}.http as m; print(m.__file__)", cwd=tmp_path, path=site)
    assert Path(inside.stdout.strip()) == site / "relint" / name / "http" / "__init__.py", inside.stderr
    outside = python("-c", f"import {name}", cwd=tmp_path, path=site)
    assert outside.returncode == 1
    assert f"No module named '{name}'" in outside.stderr


@pytest.mark.parametrize("name", ["rules", "fixers"])
def test_a_checkout_has_no_top_level_name_either(tmp_path: Path, name: str) -> None:
    done = python("-c", f"import {name}", cwd=tmp_path, path=ROOT)
    assert done.returncode == 1
    assert f"ImportError: relint's {name} are imported as `relint.{name}`" in done.stderr


def test_version_is_said_once_more_only_in_the_package() -> None:
    import relint

    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{relint.__version__}"\n' in text

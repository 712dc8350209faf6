"""Fills `bundled/libs` with relint, made from this checkout, and what it needs: `bundle.py [--python 3.11 ...]`.

One folder serves all versions of Python: the names of native modules say which one they are for, and all else of one
release of a package is the same. Needs pip, and wheels of the versions that are asked for.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LIBS = HERE.parent / "bundled" / "libs"
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
ALSO = {"3.10": ("exceptiongroup", "tomli")}
"""What older versions of Python need besides: pip asks the one that runs it."""

LEFT_OUT = {"pyyaml", "rich", "pygments", "markdown_it_py", "mdurl"}
"""Packages that the server never imports: libcst's codemods and the command line's own output need them."""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", nargs="+", default=PYTHONS, help="versions of Python, oldest first")
    parser.add_argument("--platform", action="append", default=[], help="as pip's; this machine's if not given")
    parser.add_argument("--libs", type=Path, default=LIBS, help="the folder to fill")
    given = parser.parse_args()
    shutil.rmtree(given.libs, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        bundle(given.libs, Path(scratch), given.python, given.platform)


def bundle(libs: Path, scratch: Path, pythons: Sequence[str], platforms: Sequence[str]) -> None:
    """Download the wheels for each version of Python and unpack them."""
    pip("wheel", "--no-deps", "--wheel-dir", str(scratch), str(copy(scratch / "source")))
    (relint,) = scratch.glob("relint-*.whl")
    same: list[str] = []  # the first version decides: a package can have one release only
    for python in pythons:
        wheels = scratch / python
        where = [part for platform in platforms for part in ("--platform", platform)]
        pip(
            *("download", "--only-binary=:all:", "--python-version", python, "--dest", str(wheels)),
            *(*where, *same, *ALSO.get(python, ()), f"{relint}[lsp]"),
        )
        for wheel in sorted(wheels.glob("*.whl")):
            if wheel.name.partition("-")[0].lower() in LEFT_OUT:
                continue
            with zipfile.ZipFile(wheel) as file:
                file.extractall(libs, [name for name in file.namelist() if "tests" not in name.split("/")])
        if not same:
            constraints = scratch / "constraints.txt"
            constraints.write_text("\n".join(map(pinned, wheels.glob("*.whl"))), "utf-8")
            same = ["--constraint", str(constraints)]


def copy(target: Path) -> Path:
    """Copy what a wheel of relint is made of: setuptools would leave a build folder, and reuse what it finds there."""
    for folder in ("relint", "rules", "fixers"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target)
    return target


def pinned(wheel: Path) -> str:
    """The requirement that a wheel fulfils."""
    name, version = wheel.name.split("-")[:2]
    return "" if name == "relint" else f"{name}=={version}"


def pip(*arguments: str) -> None:
    """Run pip with this interpreter."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()

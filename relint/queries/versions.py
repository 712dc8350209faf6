"""Which version of a library runs: what the configuration says, else the lower bound in the nearest requirements.

Where these give no bound, a lock file beside them does: what it names is installed. A bound comes first, because a lock
says nothing of the versions that users of a library have.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Iterator

from relint.context import Context

_FILES = re.compile(r"^(?:pyproject\.toml|setup\.cfg|setup\.py|Pipfile|.*requirements.*\.(?:txt|in))$")

_LOCKS = frozenset({"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"})

_BOUND = re.compile(r"(?:>=|==|~=)\s*(\d+(?:\.\d+)*)")
_POETRY = re.compile(r"(?:>=|==|~=|\^|~|^)\s*(\d+(?:\.\d+)*)")


def minimum_version(ctx: Context, package: str) -> tuple[int, ...] | None:
    """The oldest version that the file must work with, as numbers; None when nothing says it."""
    return ctx.memo(("minimum version", package), lambda: _minimum_version(ctx, package))


def _minimum_version(ctx: Context, package: str) -> tuple[int, ...] | None:
    if (configured := ctx.settings.versions.get(package)) is not None:
        return _numbers(configured)
    for folder in ctx.project.around(Path(ctx.path)):
        found = [bound for text in requirements(ctx, folder) for bound in _lower_bounds(text, package)]
        if found:
            return min(found)
        locks = (ctx.project.text(folder / name) or "" for name in _LOCKS.intersection(ctx.project.listing(folder)))
        locked = [version for text in locks for version in _locked(text, package) if version]
        if locked:
            return min(locked)
    return None


def requirements(ctx: Context, folder: Path) -> list[str]:
    """The texts of the files in a folder that say what the project needs."""
    names = ctx.project.listing(folder)
    paths = [folder / name for name in names if _FILES.match(name)]
    if "requirements" in names:
        below = folder / "requirements"
        paths += [below / name for name in ctx.project.listing(below) if name.endswith((".txt", ".in"))]
    return [ctx.project.text(path) or "" for path in paths]


def _locked(text: str, package: str) -> Iterator[tuple[int, ...]]:
    """The versions of a package in a lock file: one, or one for each platform."""
    if text.lstrip().startswith("{"):
        yield from _locked_by_pipenv(text, package)
        return
    pattern = rf"^name\s*=\s*\"{_spelled(package)}\"\s*\nversion\s*=\s*\"([^\"]*)"
    yield from map(_numbers, re.findall(pattern, text, re.I | re.M))


def _locked_by_pipenv(text: str, package: str) -> Iterator[tuple[int, ...]]:
    try:
        lock = json.loads(text)
    except (ValueError, RecursionError):
        return
    for section in ("default", "develop"):
        packages = lock.get(section)
        for name, locked in packages.items() if isinstance(packages, dict) else ():
            if re.fullmatch(_spelled(package), name, re.I) and isinstance(locked, dict):
                yield _numbers(str(locked.get("version", "")))


def _lower_bounds(text: str, package: str) -> Iterator[tuple[int, ...]]:
    """The lower bounds that a file of requirements gives a package."""
    name = rf"{_spelled(package)}(?![\w.-])"
    # `"django[bcrypt] >=5.1"` in quotes, or on a line of its own
    for match in re.finditer(rf"(?:^|[\"'])\s*{name}\s*(?:\[[^\]]*\])?([^\"'\n#;]*)", text, re.I | re.M):
        yield from (_numbers(version) for version in _BOUND.findall(match[1]))
    # poetry and Pipfile: `django = "^5.1"`, `django = {version = ">=5.1"}`
    for match in re.finditer(rf"^\s*{name}\s*=\s*(?:\{{.*?version\s*=\s*)?[\"']([^\"'\n]*)", text, re.I | re.M):
        yield from (_numbers(version) for version in _POETRY.findall(match[1]))


def _spelled(package: str) -> str:
    """PEP 503: runs of `-`, `_` and `.` are the same in names."""
    return r"[-_.]+".join(re.escape(part) for part in re.split(r"[-_.]+", package))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))

"""Where the modules of the project lie: from a dotted name to a file, and what is left of the name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator

from relint.project import Project
from relint.test_code import is_test_file, is_test_folder

_MOST = 400
"""Modules of a package that are looked through."""


def places(project: Project, path: str, dotted: str) -> tuple[tuple[str, str], ...]:
    """(file of a module, name in it) for each way to read a dotted name as seen from a file; the best one first.

    `app.http.session` is `session` of `app/http.py`, of `app/http/__init__.py`, or else `http.session` of
    `app/__init__.py`; `.http.session` is looked for in the file's own package. Empty for what is not the project's.
    """
    folder = os.path.dirname(path)
    return project.work_out(("places", folder, dotted), lambda beside: tuple(_places(beside, folder, dotted)))


def is_own(project: Project, path: str, dotted: str) -> bool:
    """Whether a dotted name, as seen from a file, begins with a module of the project."""
    return dotted.startswith(".") or bool(_beginnings(project, os.path.dirname(path), 0, dotted.partition(".")[0]))


def neighbours(project: Project, path: str) -> tuple[str, ...]:
    """The files of the modules of a file's package, without tests; of a large package those of its folder only."""
    folder = os.path.dirname(path)
    return project.work_out(("neighbours", folder), lambda beside: _neighbours(beside, folder))


def _neighbours(project: Project, folder: str) -> tuple[str, ...]:
    top = folder = os.path.abspath(folder)
    while "__init__.py" in project.listing(parent := os.path.dirname(top)) and parent != top:
        top = parent
    found: list[str] = []
    todo = [top]
    while todo and len(found) <= _MOST:
        here = todo.pop()
        for name in project.listing(here):
            if name.endswith(".py"):
                if not is_test_file(name):
                    found.append(os.path.join(here, name))
            elif "." not in name and not is_test_folder(name):
                inside = os.path.join(here, name)
                if "__init__.py" in project.listing(inside):
                    todo.append(inside)
    if len(found) > _MOST:
        found = [os.path.join(folder, name) for name in project.listing(folder) if name.endswith(".py")]
    return tuple(sorted(found)[:_MOST])


def _places(project: Project, folder: str, dotted: str) -> Iterator[tuple[str, str]]:
    level = len(dotted) - len(dotted.lstrip("."))
    parts = dotted[level:].split(".")
    for beginning in _beginnings(project, folder, level, parts[0]):
        yield from reversed(list(_down(project, beginning, parts)))


def _beginnings(project: Project, folder: str, level: int, first: str) -> tuple[str, ...]:
    """The folders that a name may start from: a relative one in its package, another beside the packages around it."""
    if level:
        top = os.path.abspath(folder)
        for _ in range(level - 1):
            below, top = top, os.path.dirname(top)
            if top == below:
                return ()
        return (top,)
    if first in sys.stdlib_module_names:
        return ()

    def found(beside: Project) -> tuple[str, ...]:
        roots = ((root, beside.listing(root)) for root in _roots(beside, folder))
        return tuple(root for root, below in roots if first in below or f"{first}.py" in below)

    return project.work_out(("beginnings", folder, first), found)


def _roots(project: Project, folder: str) -> tuple[str, ...]:
    def found(beside: Project) -> tuple[str, ...]:
        top = here = Path(os.path.abspath(folder))
        while "__init__.py" in beside.listing(top):
            top = top.parent
        around = [each for each in beside.around(here / "file") if "__init__.py" not in beside.listing(each)]
        roots = [top, *around, *(beside.settings.root / src for src in beside.settings.src)]
        return tuple(dict.fromkeys(map(str, roots)))

    return project.work_out(("roots", folder), found)


def _down(project: Project, folder: str, parts: list[str]) -> Iterator[tuple[str, str]]:
    """The modules on the way from a folder, each with the rest of the name, outermost first."""
    below = project.listing(folder)
    if "__init__.py" in below:
        yield os.path.join(folder, "__init__.py"), ".".join(parts)
    for at, part in enumerate(parts[:-1], 1):
        folder = os.path.join(folder, part)
        rest = ".".join(parts[at:])
        inside = project.listing(folder) if part in below else ()
        if "__init__.py" in inside:
            yield os.path.join(folder, "__init__.py"), rest
        elif f"{part}.py" in below:
            yield f"{folder}.py", rest
            return
        elif not inside:
            return
        below = inside

"""What git leaves out: `.gitignore` files above and in a folder, and the repository's `info/exclude`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Sequence

from relint.errors import ConfigError
from relint.globs import compile_lines

if TYPE_CHECKING:
    import pathspec


class IgnoreFile(NamedTuple):
    """Compiled patterns, and the folder that they are relative to, with a separator at its end."""

    base: str
    spec: pathspec.GitIgnoreSpec


def git_ignores(absolute: str, is_dir: bool, ignore_files: Sequence[IgnoreFile]) -> bool:
    """Whether the path is left out by files given outermost first: the innermost that says anything decides."""
    end = "/" if is_dir else ""
    for base, spec in reversed(ignore_files):
        verdict = spec.check_file(absolute[len(base) :] + end).include
        if verdict is not None:
            return verdict
    return False


class IgnoreFiles:
    """Ignore files by folder, read once."""

    def __init__(self) -> None:
        self._by_folder: dict[str, list[IgnoreFile]] = {}

    def above(self, absolute: str, root: str) -> list[IgnoreFile]:
        """What git reads for the path from outside of it, outermost first.

        From the top of its repository; outside of one, from `root`, and nothing when the path is not below that.
        """
        folders = [folder := os.path.dirname(absolute)]
        while not os.path.lexists(os.path.join(folder, ".git")):
            parent = os.path.dirname(folder)
            if parent == folder:
                folders = [each for each in folders if os.path.join(each, "").startswith(os.path.join(root, ""))]
                return [file for each in reversed(folders) for file in self.of_folder(each)]
            folders.append(folder := parent)
        own = _compiled(os.path.join(_git_folder(folder), "info", "exclude"), folder)
        return own + [file for each in reversed(folders) for file in self.of_folder(each)]

    def of_folder(self, folder: str) -> list[IgnoreFile]:
        """The folder's own `.gitignore`: one or none."""
        if folder not in self._by_folder:
            self._by_folder[folder] = _compiled(os.path.join(folder, ".gitignore"), folder)
        return self._by_folder[folder]


def _git_folder(top: str) -> str:
    """Where git keeps what all worktrees share: `.git`, or where the file `.git` of a worktree points."""
    path = os.path.join(top, ".git")
    if os.path.isfile(path):
        path = os.path.join(top, _first_line(path).removeprefix("gitdir:").strip())
        common = os.path.join(path, "commondir")
        if os.path.isfile(common):
            path = os.path.join(path, _first_line(common).strip())
    return path


def _compiled(path: str, base: str) -> list[IgnoreFile]:
    lines = _lines(path)
    if not lines:
        return []
    try:
        spec = compile_lines(lines)
    except ConfigError:
        # Git passes over the lines that it does not understand.
        spec = compile_lines(line for line in lines if _compiles(line))
    return [IgnoreFile(os.path.join(base, ""), spec)]


def _compiles(line: str) -> bool:
    try:
        compile_lines([line])
    except ConfigError:
        return False
    return True


def _first_line(path: str) -> str:
    return next(iter(_lines(path)), "")


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []

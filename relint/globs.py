"""Globs with gitignore semantics: `*.py` anywhere, `src/*.py` from the base, `build/` a folder, `!x` all but x."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Iterable

from relint.errors import ConfigError

if TYPE_CHECKING:
    import pathspec


@dataclass(frozen=True)
class Glob:
    """A pattern and the folder it is relative to; None is the root of the settings that hold it."""

    pattern: str
    base: Path | None = None

    def __str__(self) -> str:
        return self.pattern


class GlobSet:
    """Several globs, compiled: `matches(path)`."""

    def __init__(self, globs: Iterable[Glob], root: Path) -> None:
        """ConfigError when a pattern means nothing."""
        lines: dict[str, list[str]] = {}
        for glob in globs:
            lines.setdefault(os.path.join(glob.base or root, ""), []).append(glob.pattern)
        self._specs = [(base, compile_lines(patterns)) for base, patterns in lines.items()]
        names, paths = _by_kind(lines)
        self._names = compile_lines(names) if names is not None else None
        self._paths = [(base, compile_lines(patterns)) for base, patterns in paths.items()]
        self._known: dict[tuple[str, bool], bool] = {}

    def matches(self, path: str, *, is_dir: bool = False, by_name: bool = False) -> bool:
        """Whether the absolute `path`, or a folder above it, matches.

        Outside the base, and with `by_name`, the last part of the path is looked at alone.
        """
        end = "/" if is_dir else ""
        for base, spec in self._specs:
            inside = path.startswith(base) and not by_name
            if spec.match_file((path[len(base) :] if inside else os.path.basename(path)) + end):
                return True
        return False

    def matches_entry(self, path: str, name: str, *, is_dir: bool) -> bool:
        """The same for the entry `name` of a folder that does not match: most patterns look at the name alone."""
        if self._names is None:
            return self.matches(path, is_dir=is_dir)
        found = self._known.get((name, is_dir))
        if found is None:
            found = self._known[name, is_dir] = self._names.match_file(name + ("/" if is_dir else ""))
        return found or any(
            spec.match_file((path[len(base) :] if path.startswith(base) else name) + ("/" if is_dir else ""))
            for base, spec in self._paths
        )


def _by_kind(lines: dict[str, list[str]]) -> tuple[list[str] | None, dict[str, list[str]]]:
    """Patterns for names, wherever they are, and those for paths; None where their order matters."""
    names: list[str] = []
    paths: dict[str, list[str]] = {}
    for base, patterns in lines.items():
        for pattern in patterns:
            if pattern.startswith(("!", "\\", "#")):
                return None, {}
            if "/" in pattern.strip().rstrip("/"):
                paths.setdefault(base, []).append(pattern)
            else:
                names.append(pattern)
    return names, paths


def compile_lines(lines: Iterable[str]) -> pathspec.GitIgnoreSpec:
    """The spec of gitignore lines; ConfigError when one of them means nothing."""
    import pathspec

    try:
        return pathspec.GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise ConfigError(f"not a usable glob: {error}") from error

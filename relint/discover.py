"""From paths on the command line to the files to check, each with its settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Iterator, Sequence

from relint.config import ConfigError, Settings, SettingsFinder
from relint.gitignore import IgnoreFiles, git_ignores
from relint.globs import GlobSet
from relint.sql_files import is_sql, is_sql_migration

_SUFFIXES = (".py", ".pyi")


def discover(
    paths: Sequence[Path], finder: SettingsFinder, on_error: Callable[[ConfigError], None] | None = None
) -> Iterator[tuple[Path, Settings]]:
    """The files under `paths` with their settings, once each, in the order of their absolute paths.

    Folders are walked for Python files and .sql migrations, never through symlinks to folders. What is named itself is
    taken whatever its suffix, even when it does not exist, and is not excluded unless `force-exclude` says so (which
    leaves out .sql files that are no migrations, too). Unreadable folders are
    given out like files: whoever reads them reports them. Paths are spelled as given.

    ConfigError for an unusable configuration; with `on_error` it is handed over, once for each file that is wrong,
    and the walk goes on without the folders concerned.
    """
    walk = _Walk(finder, on_error)
    for path in paths:
        walk.add(path)
    for _, (path, settings) in sorted(walk.found.items()):
        yield path, settings


def excluded(path: Path, settings: Settings) -> bool:
    """Whether `exclude`, `extend-exclude` or git leave out the file at `path`, which need not exist."""
    return _Excludes().leave_out(os.path.abspath(path), settings)


class _Excludes:
    """What is left out, compiled once for each settings object and folder."""

    def __init__(self) -> None:
        self.ignore_files = IgnoreFiles()
        self._compiled: dict[int, tuple[Settings, GlobSet]] = {}

    def globs(self, settings: Settings) -> GlobSet:
        if id(settings) not in self._compiled:
            globs = GlobSet((*settings.exclude, *settings.extend_exclude), settings.root)
            self._compiled[id(settings)] = (settings, globs)  # kept with its settings, so that the id stays theirs
        return self._compiled[id(settings)][1]

    def leave_out(self, absolute: str, settings: Settings, *, is_dir: bool = False) -> bool:
        if self.globs(settings).matches(absolute, is_dir=is_dir) or self.git_ignores(absolute, settings, is_dir):
            return True
        return not is_dir and is_sql(absolute) and not is_sql_migration(absolute, settings)

    def git_ignores(self, absolute: str, settings: Settings, is_dir: bool) -> bool:
        if not settings.respect_gitignore:
            return False
        return git_ignores(absolute, is_dir, self.ignore_files.above(absolute, str(settings.root)))


class _Walk:
    """What was found so far, by absolute path."""

    def __init__(self, finder: SettingsFinder, on_error: Callable[[ConfigError], None] | None) -> None:
        self.found: dict[str, tuple[Path, Settings]] = {}
        self._finder = finder
        self._on_error = on_error
        self._reported: list[ConfigError] = []
        self._excludes = _Excludes()

    def add(self, path: Path) -> None:
        absolute = os.path.abspath(self._finder.cwd / path)
        is_folder = os.path.isdir(absolute)
        settings = self._settings_above(absolute) if is_folder else self._settings(os.path.dirname(absolute))
        if settings is None:
            return
        if is_folder:
            self._add_folder(absolute, path, settings)
        elif not (settings.force_exclude and self._excludes.leave_out(absolute, settings)):
            self.found.setdefault(absolute, (path, settings))

    def _add_folder(self, absolute: str, path: Path, above: Settings) -> None:
        if above.force_exclude and self._excludes.leave_out(absolute, above, is_dir=True):
            return
        # Naming an excluded folder is asking for it: what excludes it would exclude everything in it.
        named_anyway = self._excludes.globs(above).matches(absolute, is_dir=True)
        if self._excludes.git_ignores(absolute, above, is_dir=True):
            ignore_files = self._excludes.ignore_files.of_folder(absolute)
        else:
            ignore_files = self._excludes.ignore_files.above(os.path.join(absolute, "any"), str(above.root))
        waiting = [(absolute, ignore_files)]
        while waiting:
            folder, ignore_files = waiting.pop()
            settings = self._settings(folder)
            if settings is None:
                continue
            try:
                with os.scandir(folder) as listing:
                    entries = list(listing)
            except OSError:
                self.found.setdefault(folder, (_spelled(folder, absolute, path), settings))
                continue
            globs = self._excludes.globs(settings)
            if folder != absolute and any(entry.name == ".gitignore" for entry in entries):
                ignore_files = ignore_files + self._excludes.ignore_files.of_folder(folder)
            for entry in entries:
                is_folder = _is_folder(entry)
                if not (is_folder or _is_checked(entry, settings)):
                    continue
                if (
                    globs.matches(entry.path, is_dir=is_folder, by_name=True)
                    if named_anyway
                    else globs.matches_entry(entry.path, entry.name, is_dir=is_folder)
                ):
                    continue
                if settings.respect_gitignore and git_ignores(entry.path, is_folder, ignore_files):
                    continue
                if is_folder:
                    waiting.append((entry.path, ignore_files))
                else:
                    self.found.setdefault(entry.path, (_spelled(entry.path, absolute, path), settings))

    def _settings_above(self, folder: str) -> Settings | None:
        """What decides whether a named folder is excluded. What is wrong above a project concerns no file in it."""
        try:
            return self._finder.for_folder(Path(folder).parent)
        except ConfigError:
            return self._settings(folder)

    def _settings(self, folder: str) -> Settings | None:
        try:
            return self._finder.for_folder(Path(folder))
        except ConfigError as error:
            if self._on_error is None:
                raise
            if not any(error is reported for reported in self._reported):
                self._reported.append(error)
                self._on_error(error)
            return None


def _spelled(absolute: str, start: str, given: Path) -> Path:
    """The path of something below `start`, which was given as `given`."""
    return given / absolute[len(start) :].lstrip(os.sep) if absolute != start else given


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_checked(entry: os.DirEntry[str], settings: Settings) -> bool:
    """Whether a file is Python, or a migration in SQL."""
    if is_sql(entry.name):
        return is_sql_migration(entry.path, settings) and _is_regular(entry)
    return _is_python(entry)


def _is_python(entry: os.DirEntry[str]) -> bool:
    """A regular file, or a link to one, that is Python; a broken link with a Python suffix counts, to be reported."""
    if entry.name.endswith(_SUFFIXES):
        return _is_regular(entry)
    return "." not in entry.name and _is_regular(entry) and _has_python_shebang(entry.path)


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:  # a circle of links
        return True


def _has_python_shebang(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            start = file.read(128)
    except OSError:
        return False
    return start.startswith(b"#!") and b"python" in start.split(b"\n", 1)[0]

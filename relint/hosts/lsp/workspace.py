"""The folders that the editor has open: which settings hold for a file, what is excluded, and whether it is trusted.

Project files say how to check; what the editor's settings say is laid over them. Plugins from a path are run only in
a folder that the client calls trusted.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Iterable, Iterator

from relint.baseline import Entry, load, relative
from relint.config import FILE_NAMES, Settings, SettingsFinder
from relint.discover import discover, excluded
from relint.errors import ConfigError
from relint.hosts.lsp.options import Options
from relint.registry import catalogue

CONFIGURATION_FILES = (*FILE_NAMES, ".gitignore")
"""Names of files whose change makes all settings be read again."""


@dataclass(frozen=True)
class Folder:
    """One folder of the workspace with the editor's settings for it, and what follows from them.

    Made anew when a setting or a configuration file changes: nothing that is kept here outlives that.
    """

    path: Path
    options: Options
    inside: bool = True

    @cached_property
    def finder(self) -> SettingsFinder:
        """Finds the settings of files, those of the editor laid over."""
        return SettingsFinder(self.options.configuration, overrides=self.options.overrides, cwd=self.path)

    @cached_property
    def _kept(self) -> dict[int, tuple[Settings, Settings]]:
        return {}

    @cached_property
    def _excluded(self) -> dict[str, bool]:
        return {}

    def settings(self, path: str) -> Settings:
        """The settings of a file; ConfigError when its configuration is unusable."""
        settings = self.finder.for_file(Path(path))
        if id(settings) not in self._kept:
            wanted = settings if self.inside and self.options.trusted else without_path_plugins(settings)
            self._kept[id(settings)] = (settings, wanted)  # with the original, so that the id stays its own
        return self._kept[id(settings)][1]

    def problem(self, path: str) -> ConfigError | None:
        """Why the configuration of a file is unusable; None where it is not."""
        try:
            self.settings(path)
        except ConfigError as error:
            return error
        return None

    def leaves_out(self, path: str) -> bool:
        """Whether a file is excluded."""
        if path not in self._excluded:
            self._excluded[path] = excluded(Path(path), self.settings(path))
        return self._excluded[path]

    @cached_property
    def _accepted(self) -> dict[tuple[Path, int], dict[str, Counter[Entry]]]:
        return {}

    def accepted(self, file: Path, path: str) -> Counter[Entry]:
        """The entries for one file in a baseline; ConfigError when that is broken.

        Renames are looked up with git in a trusted folder only: git runs what a repository's settings say.
        """
        key = (file, file.stat().st_mtime_ns)
        if key not in self._accepted:
            by_path: dict[str, Counter[Entry]] = {}
            for entry, count in load(file, renames=self.inside and self.options.trusted).entries.items():
                by_path.setdefault(entry.path, Counter())[entry] = count
            self._accepted.clear()
            self._accepted[key] = by_path
        return self._accepted[key].get(relative(path, file), Counter())

    def files(self) -> Iterator[tuple[Path, Settings]]:
        """Every file of the folder with its settings; what has an unusable configuration is left out."""
        for path, _ in discover([self.path], self.finder, lambda error: None):
            yield path, self.settings(str(path))


def without_path_plugins(settings: Settings) -> Settings:
    """The settings with the rules of all plugins from a path off: they are read for their names, and never run."""
    paths = tuple(plugin for plugin in settings.plugins if os.path.isabs(plugin))
    if not paths:
        return settings
    others = catalogue(tuple(plugin for plugin in settings.plugins if plugin not in paths))
    theirs = tuple(code for code in catalogue(settings.plugins) if code not in others)
    return replace(settings, ignore=(*settings.ignore, *theirs))


class Workspace:
    """The open folders."""

    def __init__(self) -> None:
        self._folders: dict[str, Folder] = {}
        self._outside: dict[str, Folder] = {}
        self.general = Options()

    def set(self, path: str, options: Options) -> None:
        """Open a folder, or give it other options."""
        self._folders[os.path.abspath(path)] = Folder(Path(os.path.abspath(path)), options)

    def remove(self, path: str) -> None:
        """Close a folder."""
        self._folders.pop(os.path.abspath(path), None)

    def is_open(self, path: str) -> bool:
        """Whether a folder is one of the open ones."""
        return os.path.abspath(path) in self._folders

    def reload(self) -> None:
        """Forget what was read from configuration files."""
        self._folders = {path: Folder(each.path, each.options) for path, each in self._folders.items()}
        self._outside = {}

    @property
    def folders(self) -> Iterable[Folder]:
        """The open folders."""
        return list(self._folders.values())

    @property
    def first(self) -> Path:
        """The first open folder, or where the server was started."""
        return next(iter(self._folders.values())).path if self._folders else Path.cwd()

    def folder_of(self, path: str) -> Folder:
        """The innermost open folder around a file, or a folder of its own that is not trusted."""
        around = [each for key, each in self._folders.items() if path == key or path.startswith(os.path.join(key, ""))]
        if around:
            return max(around, key=lambda each: len(str(each.path)))
        parent = os.path.dirname(path)
        if parent not in self._outside:
            self._outside[parent] = Folder(Path(parent), self.general, inside=False)
        return self._outside[parent]

"""Which .sql files are migrations. Dumps, fixtures, queries and templates are not, unless they are named."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from relint.globs import GlobSet

if TYPE_CHECKING:
    from pathlib import Path

    from relint.globs import Glob
    from relint.settings import Settings

SUFFIX = ".sql"
_FOLDERS_OUTSIDE = 3
"""How many folders above a file tell what it is, when it lies outside the project."""


def is_sql(path: str) -> bool:
    """Whether a file holds SQL, by its name."""
    return path.lower().endswith(SUFFIX)


def is_sql_migration(absolute: str, settings: Settings) -> bool:
    """Whether the .sql file at an absolute path is a migration: by its folder, by its name, or by `sql-files`."""
    from relint.libraries.sql_migrations import (
        FOLDERS,
        NAMES,
        NOT_MIGRATIONS,
        NUMBERED,
        NUMBERED_FOLDERS,
        SQITCH_FOLDERS,
        SQITCH_PLAN,
    )

    if settings.migrations.sql_files and _configured(settings.migrations.sql_files, settings.root).matches(absolute):
        return True
    *folders, name = _below_root(absolute, str(settings.root)).split(os.sep)
    if any(NOT_MIGRATIONS.fullmatch(folder) for folder in folders):
        return False
    if NAMES.fullmatch(name) or any(FOLDERS.fullmatch(folder) for folder in folders):
        return True
    folder = folders[-1].lower() if folders else ""
    if folder in SQITCH_FOLDERS:
        return os.path.isfile(os.path.join(os.path.dirname(absolute), os.pardir, SQITCH_PLAN))
    return folder in NUMBERED_FOLDERS and NUMBERED.fullmatch(name) is not None


def _below_root(absolute: str, root: str) -> str:
    """The path from the project's folder on, with the name of that folder; of a file elsewhere the end of its path."""
    above = os.path.join(os.path.dirname(os.path.abspath(root)), "")
    if absolute.startswith(os.path.join(os.path.abspath(root), "")):
        return absolute[len(above) :]
    return os.sep.join(absolute.split(os.sep)[-_FOLDERS_OUTSIDE - 1 :])


@lru_cache(maxsize=16)
def _configured(globs: tuple[Glob, ...], root: Path) -> GlobSet:
    return GlobSet(globs, root)

"""The folder that a cache lies in, and what is put beside it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Iterator

NAME = ".relint_cache"
DATABASE = "relint-2.sqlite3"
"""The number is that of the schema: another one starts afresh."""

_TAG = "CACHEDIR.TAG"
_BESIDE = {
    ".gitignore": "*\n",
    # https://bford.info/cachedir/
    _TAG: "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of relint: `relint clean` removes it.\n",
}
_ENDINGS = ("", "-wal", "-shm", "-journal")
_HEALING = "healing"
_LOCKED = 60.0
"""Seconds that removing a database never takes."""


def prepare(folder: str) -> str:
    """Make the folder, tell git and backups to pass over it, and return the path of the database. OSError."""
    os.makedirs(folder, exist_ok=True)
    for name, text in _BESIDE.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            Path(path).write_text(text, "ascii", newline="\n")
    return os.path.join(folder, DATABASE)


def state(database: str) -> tuple[int, int] | None:
    """What tells one database file from another that took its place; None without one."""
    try:
        found = os.stat(database)
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def remove_database(database: str, broken: tuple[int, int] | None) -> None:
    """Remove a database if it is the one that was found to be broken, so that the next one starts afresh. OSError.

    Only one process does it, and not when another has done it meanwhile: what it has begun must stay.
    """
    lock = os.path.join(os.path.dirname(database), _HEALING)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        if time.time() - os.stat(lock).st_mtime > _LOCKED:
            os.unlink(lock)  # of a process that was killed
        return
    try:
        if state(database) == broken:
            for path in (database + ending for ending in _ENDINGS):
                if os.path.lexists(path):
                    os.unlink(path)
    finally:
        os.unlink(lock)


def clean(start: Path) -> Iterator[Path]:
    """Remove every cache in `start` and below; gives each folder that it removed. OSError.

    Only what relint has written is removed, and the folder when nothing else is in it.
    """
    for folder, below, _ in os.walk(start):
        below[:] = [name for name in below if name == NAME or not name.startswith(".")]
        if os.path.basename(folder) == NAME or Path(folder) == start:
            if remove(Path(folder)):
                below.clear()
                yield Path(folder)


def remove(folder: Path) -> bool:
    """Remove the cache in this folder; False when there is none. OSError."""
    if not (folder / _TAG).is_file() or not any(folder.glob("relint-*.sqlite3")):
        return False
    written = [*(folder / name for name in _BESIDE), folder / _HEALING]
    for file in [*folder.glob("relint-*.sqlite3*"), *written]:
        file.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return True

"""The door to other files: read on demand, from disk, and recorded, so that a cached result knows what it rests on.

Rules never open files themselves. Whatever is missing, broken or out of reach is None ("unknown"), never an error.
"""

from __future__ import annotations

import ast
import hashlib
import os
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping

from relint import source as sources
from relint.source import Unreadable

if TYPE_CHECKING:
    from relint.settings import Settings

ABSENT = "absent"
_LEVELS = 8
"""How far up the tree the head of a project is searched when the file is not below the configured root."""


class Project:
    """What one file's rules may learn of the files around it. `consulted` says what they asked."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._consulted: dict[str, str] = {}

    @property
    def consulted(self) -> Mapping[str, str]:
        """Absolute path -> digest of what was read there, of a folder's listing, or "absent"."""
        return self._consulted

    def listing(self, folder: Path) -> tuple[str, ...]:
        """The sorted names in a folder; empty when there is none."""
        try:
            names = tuple(sorted(os.listdir(folder)))
        except OSError:
            self._record(folder, ABSENT)
            return ()
        self._record(folder, _digest("\0".join(names).encode("utf-8", "surrogatepass")))
        return names

    def text(self, path: Path) -> str | None:
        """The text of a file, None when it is absent or unreadable."""
        found = _read(os.path.abspath(path))
        self._record(path, found[1] if found else ABSENT)
        return found[0] if found else None

    def around(self, path: Path) -> Iterator[Path]:
        """The folders around a file, nearest first, up to the configured root or the repository's top."""
        root = Path(os.path.abspath(self.settings.root))
        folders = list(Path(os.path.abspath(path)).parents)
        for folder in folders[: folders.index(root) + 1] if root in folders else folders[:_LEVELS]:
            yield folder
            if ".git" in self.listing(folder):
                return

    def syntax(self, path: Path) -> ast.Module | None:
        """The syntax tree of another file (by `ast`: ten times faster than libcst, and nothing is rewritten there).

        None when it is absent or this interpreter cannot parse it.
        """
        text = self.text(path)
        return None if text is None else parse(text)

    def _record(self, path: Path, answer: str) -> None:
        self._consulted[os.path.abspath(path)] = answer


def _read(path: str) -> tuple[str, str] | None:
    """Text and digest of a file, None when it is absent or unreadable."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _read_version(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=8192)
def _read_version(path: str, version: tuple[int, int, int]) -> tuple[str, str] | None:
    # Read once a run: the 200 files of a migration folder all ask for their 199 neighbours.
    try:
        source = sources.read(path)
    except Unreadable:
        return None
    return source.text, _digest(source.data)


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.Module | None:
    """The `ast` of a text, shared between the files of a run; None when it is not valid here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()

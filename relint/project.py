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
from typing import TYPE_CHECKING, Mapping

from relint import source as sources
from relint.source import Unreadable

if TYPE_CHECKING:
    from relint.settings import Settings

ABSENT = "absent"


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
        try:
            source = sources.read(str(path))
        except Unreadable:
            self._record(path, ABSENT)
            return None
        self._record(path, _digest(source.data))
        return source.text

    def syntax(self, path: Path) -> ast.Module | None:
        """The syntax tree of another file (by `ast`: ten times faster than libcst, and nothing is rewritten there).

        None when it is absent or this interpreter cannot parse it.
        """
        text = self.text(path)
        return None if text is None else parse(text)

    def _record(self, path: Path, answer: str) -> None:
        self._consulted[os.path.abspath(path)] = answer


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

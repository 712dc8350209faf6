"""The door to other files: read on demand, from disk, and recorded, so that a cached result knows what it rests on.

Rules never open files themselves. Whatever is missing, broken or out of reach is None ("unknown"), never an error.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, Sequence, TypeVar, cast

from relint import source as sources
from relint import syntax
from relint.digests import digest
from relint.remembered import remembered
from relint.source import Unreadable

if TYPE_CHECKING:
    from relint.settings import Settings

_Answer = TypeVar("_Answer")

ABSENT = "absent"
_LEVELS = 8
"""How far up the tree the head of a project is searched when the file is not below the configured root."""


class Cancelled(BaseException):
    """Nobody waits for the check any more. No Exception: what catches the crash of a rule must not catch this."""


class Files:
    """Where other files come from: the disk. A subclass may lay something over it, or have what was sent to it."""

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The sorted names in a folder, without what tools leave behind in it; None when there is none."""
        try:
            return tuple(sorted(name for name in os.listdir(folder) if not _is_noise(name)))
        except OSError:
            return None

    def read(self, path: str) -> tuple[str, str] | None:
        """Text and digest of a file, None when it is absent or unreadable."""
        try:
            status = os.stat(path)
        except OSError:
            return None
        return _read_version(path, (status.st_ino, status.st_mtime_ns, status.st_size))

    def answer(self, path: str) -> str:
        """What a record of today would hold for this path."""
        names = self.names(path)
        if names is not None:
            return digest_of_names(names)
        found = self.read(path)
        return found[1] if found else ABSENT


class Overlay(Files):
    """Other files with texts laid over them, by absolute path: some may be new, some not saved yet."""

    def __init__(self, texts: Mapping[str, str], below: Files | None = None) -> None:
        self._texts = texts
        self._below = below or Files()

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, those of new files included."""
        names = self._below.names(folder)
        inside = {os.path.basename(path) for path in self._texts if os.path.dirname(path) == folder}
        return tuple(sorted(inside.union(names or ()))) if names is not None or inside else None

    def read(self, path: str) -> tuple[str, str] | None:
        """Text and digest of what is laid over, or of the file."""
        text = self._texts.get(path)
        return self._below.read(path) if text is None else (text, digest(text.encode("utf-8", "surrogatepass")))


class Seen(Files):
    """Files as they were when they were first looked at: no check asks the disk for one of them twice."""

    def __init__(self, below: Files) -> None:
        self.below = below
        self._names: dict[str, tuple[str, ...] | None] = {}
        self._read: dict[str, tuple[str, str] | None] = {}
        self._answers: dict[str, str] = {}
        self.worked_out: dict[Any, tuple[Any, Mapping[str, str]]] = {}
        """What was worked out of them, with the record of what it rests on."""

    def names(self, folder: str) -> tuple[str, ...] | None:
        """As they were."""
        if folder not in self._names:
            self._names[folder] = self.below.names(folder)
        return self._names[folder]

    def read(self, path: str) -> tuple[str, str] | None:
        """As it was."""
        if path not in self._read:
            self._read[path] = self.below.read(path)
        return self._read[path]

    def answer(self, path: str) -> str:
        """As it was."""
        if path not in self._answers:
            self._answers[path] = super().answer(path)
        return self._answers[path]


class Project:
    """What one file's rules may learn of the world around it. `consulted` says what they asked."""

    def __init__(
        self, settings: Settings, files: Files | None = None, *, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """`wanted` says, between two rules, whether the findings are still waited for."""
        self.settings = settings
        self._wanted = wanted
        self._files = files if isinstance(files, Seen) else Seen(files or Files())
        self._consulted: dict[str, str] = {}
        self._memo: dict[Any, Any] = {}

    def overlaid(self, texts: Mapping[str, str]) -> Project:
        """The project as it will be with these texts (by absolute path); what is asked of it is not recorded here."""
        return Project(self.settings, Overlay(texts, self._files.below), wanted=self._wanted)

    def beside(self) -> Project:
        """The same project with a record of its own, for an answer that others may ask for too."""
        return Project(self.settings, self._files, wanted=self._wanted)

    def join(self, asking: Project) -> None:
        """Go on in the world of another asker, where all that was consulted is the same."""
        self.settings, self._files, self._wanted = asking.settings, asking._files, asking._wanted

    def leave(self) -> None:
        """Let go of what was read: the next asker brings its own."""
        self._files = Seen(Files())

    def holds(self, record: Mapping[str, str]) -> bool:
        """Whether another record is true in this project; what was looked at for that is recorded."""
        return all(self._answer(path) == answer for path, answer in record.items())

    def absorb(self, record: Mapping[str, str]) -> None:
        """Record what another answer rests on."""
        self._consulted.update(record)

    def work_out(self, key: Any, answer: Callable[[Project], _Answer]) -> _Answer:
        """The answer to a question about other files, worked out once for all projects beside this one."""
        held = self._files.worked_out.get(key)
        if held is None:
            beside = self.beside()
            held = self._files.worked_out[key] = (answer(beside), beside.consulted)
        self._consulted.update(held[1])
        return cast(_Answer, held[0])

    def memo(self, key: Any, answer: Callable[[], _Answer]) -> _Answer:
        """The answer of `answer()`, computed once for each key."""
        if key not in self._memo:
            self._memo[key] = answer()
        return cast(_Answer, self._memo[key])

    @property
    def consulted(self) -> Mapping[str, str]:
        """Absolute path -> digest of what was read there, of a folder's listing, or "absent"."""
        return self._consulted

    def checkpoint(self) -> None:
        """Raises Cancelled when nobody waits for the findings any more."""
        if not self._wanted():
            raise Cancelled

    def listing(self, folder: Path | str) -> tuple[str, ...]:
        """The sorted names in a folder, without dot files and caches (but with `.git`); empty when there is none."""
        absolute = str(folder)
        if absolute not in self._consulted:  # where all paths are absolute
            absolute = os.path.abspath(folder)
            self._consulted[absolute] = self._files.answer(absolute)
        return self._files.names(absolute) or ()

    def text(self, path: Path | str) -> str | None:
        """The text of a file, None when it is absent or unreadable."""
        absolute = os.path.abspath(path)
        found = self._files.read(absolute)
        self._consulted[absolute] = found[1] if found else ABSENT
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

    def _answer(self, path: str) -> str:
        answer = self._consulted[path] = self._files.answer(path)
        return answer


def _is_noise(name: str) -> bool:
    """Whether a name comes and goes without meaning anything to a rule: a change of it must not cost a check."""
    return name == "__pycache__" or (name.startswith(".") and name != ".git")


@remembered(512)
def _read_version(path: str, version: tuple[int, int, int]) -> tuple[str, str] | None:
    # Read once a run: the 200 files of a migration folder all ask for their 199 neighbours.
    try:
        source = sources.read(path)
    except Unreadable:
        return None
    return source.text, digest(source.data)


@remembered(16)
def parse(text: str) -> ast.Module | None:
    """The `ast` of a text, shared between the files of a run; None when it is not valid here."""
    return syntax.parse(text)


def digest_of_names(names: Sequence[str]) -> str:
    """The answer that a record holds for a folder's listing."""
    return digest("\0".join(names).encode("utf-8", "surrogatepass"))

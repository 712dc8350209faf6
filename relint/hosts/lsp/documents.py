"""What is open in the editor, and where things are in it.

A line ends in \\n, \\r\\n or \\r only, as in the protocol and in Python; the position of a character is counted in the
units of the client's encoding. Both are done here and not by pygls, whose lines also end in form feeds.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Sequence

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from relint.config import FILE_NAMES
from relint.lines import Lines
from relint.model import Position
from relint.source import Source, Unreadable, read

Encoding = types.PositionEncodingKind


def units(text: str, encoding: Encoding | str) -> int:
    """How many units of the encoding a piece of text takes."""
    if text.isascii() or encoding == Encoding.Utf32:
        return len(text)
    if encoding == Encoding.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def characters(text: str, count: int, encoding: Encoding | str) -> int:
    """How many characters of a piece of text lie before its `count`th unit; all of them when it is shorter."""
    if text.isascii() or encoding == Encoding.Utf32:
        return max(0, min(count, len(text)))
    for index, character in enumerate(text):
        count -= units(character, encoding)
        if count < 0:
            return index
    return len(text)


@dataclass(frozen=True)
class Part:
    """One document of the client: a file, or one cell of a notebook, which begins on line `first` (0-based)."""

    uri: str
    version: int | None
    first: int = 0


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A text as it was at one moment: what is checked. A notebook's text is that of its cells, one below the other."""

    path: str
    text: str
    parts: tuple[Part, ...]
    notebook: bool = False

    @cached_property
    def lines(self) -> Lines:
        """The lines of the whole text."""
        return Lines(self.text)

    @cached_property
    def _firsts(self) -> list[int]:
        return [part.first for part in self.parts]

    @property
    def source(self) -> Source:
        """The text as the engine takes it."""
        return Source(self.path, self.text, self.text.encode("utf-8", "surrogatepass"))

    def part_at(self, line: int) -> int:
        """Index of the part that holds a line (0-based)."""
        return max(0, bisect_right(self._firsts, line) - 1)

    def part_of(self, uri: str) -> Part | None:
        """The part that the client calls so."""
        return next((part for part in self.parts if part.uri == uri), None)

    def place(self, position: Position, encoding: Encoding | str, part: Part | None = None) -> types.Position:
        """A position of the text, as the client counts in its part (or in `part`, at its end when it lies below)."""
        line, before = position.line - 1, self.lines.before(position)
        index = self.part_at(line)
        if part is not None and self.parts[index] is not part:
            line = self._after(part) - 1
            before = self.lines[line].rstrip("\r\n") if line < len(self.lines) else ""
            index = self.parts.index(part)
        return types.Position(line - self.parts[index].first, units(before, encoding))

    def range(self, start: Position, end: Position, encoding: Encoding | str) -> tuple[Part, types.Range]:
        """The part that a range begins in, and the range there."""
        part = self.parts[self.part_at(start.line - 1)]
        return part, types.Range(self.place(start, encoding), self.place(end, encoding, part))

    def offset(self, uri: str, position: types.Position, encoding: Encoding | str) -> int:
        """The offset of a client's position; beyond the end of a line or of the text it is that end."""
        part = self.part_of(uri) or self.parts[0]
        line = part.first + max(0, position.line)
        if line >= self._after(part):
            line, beyond = self._after(part) - 1, True
        else:
            beyond = False
        if line >= len(self.lines):
            return len(self.text)
        content = self.lines[line].rstrip("\r\n")
        if beyond:
            return self.lines.starts[line] + len(content)
        return self.lines.starts[line] + characters(content, position.character, encoding)

    def _after(self, part: Part) -> int:
        """The first line (0-based) below a part."""
        index = self.parts.index(part)
        # Each cell of a notebook got a line end that is not in it.
        return self.parts[index + 1].first if index + 1 < len(self.parts) else len(self.lines.starts) - self.notebook


def plain(uri: str, version: int | None, text: str, folder: Path) -> Snapshot:
    """The snapshot of an ordinary document."""
    return Snapshot(path_of(uri, folder), text, (Part(uri, version),))


def on_disk(path: Path) -> Snapshot | None:
    """The snapshot of a file; None when it cannot be read."""
    try:
        source = read(str(path))
    except Unreadable:
        return None
    return Snapshot(str(path), source.text, (Part(uri_of(str(path)), None),))


def path_of(uri: str, folder: Path) -> str:
    """The path of a document; one that is not saved yet is treated as lying in `folder`."""
    path = to_fs_path(uri)
    if path and os.path.basename(path):
        return os.path.abspath(path)
    name = "".join(character if character.isalnum() or character in "-_." else "_" for character in uri[-40:])
    return os.path.join(folder, f"{name or 'untitled'}.py")


def uri_of(path: str) -> str:
    """The URI of a path."""
    return from_fs_path(path) or ""


def is_checkable(uri: str, language: str | None) -> bool:
    """Whether a document is Python or SQL that a person edits: not one side of a diff, nor a file in an archive."""
    scheme = uri.partition(":")[0]
    if scheme not in ("file", "untitled", "vscode-notebook-cell"):
        return False
    return language == "python" or uri.endswith((".py", ".pyi", ".sql"))


def is_configuration(snapshot: Snapshot) -> bool:
    """Whether a document is a configuration file of relint."""
    return os.path.basename(snapshot.path) in FILE_NAMES


def is_own_file(snapshot: Snapshot) -> bool:
    """Whether the whole file is relint's table."""
    return os.path.basename(snapshot.path) != "pyproject.toml"


def joined(texts: Sequence[str]) -> tuple[str, list[int]]:
    """The texts one below the other, and the line (0-based) that each begins on."""
    firsts, line = [], 0
    parts = []
    for text in texts:
        firsts.append(line)
        parts.append(text + "\n")
        line += len(Lines(text + "\n").starts) - 1
    return "".join(parts), firsts

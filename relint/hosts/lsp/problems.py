"""What is wrong with configuration files, and where in them it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

from lsprotocol import types

from relint.errors import ConfigError
from relint.hosts.lsp.diagnostics import SOURCE
from relint.hosts.lsp.documents import Snapshot, is_own_file
from relint.lines import line_end

_PART = r"""(?:"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[\w-]+)"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_LINE = re.compile(rf"^[ \t]*(?:\[+[ \t]*(?P<table>{_NAME})[ \t]*\]|(?P<key>{_NAME})[ \t]*=)", re.MULTILINE)


class Problems:
    """The errors that documents met in their configuration: each is shown in its file while a document has it."""

    def __init__(self) -> None:
        self._of_document: dict[str, ConfigError] = {}

    def note(self, uri: str, error: ConfigError | None) -> set[Path]:
        """Take what a document met, None if nothing; returns the files in which something else is wrong now."""
        met = (self._of_document.get(uri), error)
        before = {each.file: self._messages(each.file) for each in met if each is not None and each.file is not None}
        self._of_document.pop(uri, None)
        if error is not None:
            self._of_document[uri] = error
        return {file for file, messages in before.items() if self._messages(file) != messages}

    @property
    def files(self) -> set[Path]:
        """The files in which something is wrong."""
        return {each.file for each in self._of_document.values() if each.file is not None}

    def of(self, file: Path) -> list[ConfigError]:
        """What is wrong in a file, each thing once."""
        return list({str(each): each for each in self._of_document.values() if each.file == file}.values())

    def _messages(self, file: Path) -> frozenset[str]:
        return frozenset(map(str, self.of(file)))


def shown(error: ConfigError, snapshot: Snapshot, encoding: str) -> types.Diagnostic:
    """The diagnostic for a configuration file's error."""
    lines = snapshot.lines
    start, end = _span(error, snapshot)
    _, where = snapshot.range(lines.position(start), lines.position(end), encoding)
    message = str(error).removeprefix(f"{error.file}:").lstrip()
    if error.at is not None:
        message = message.removeprefix("{}:{}:".format(*error.at)).lstrip()
    return types.Diagnostic(where, message, severity=types.DiagnosticSeverity.Error, source=SOURCE)


def _span(error: ConfigError, snapshot: Snapshot) -> tuple[int, int]:
    """The offsets of what is wrong: of the place that the error names, of its key, or of what is nearest to it."""
    text, starts = snapshot.text, snapshot.lines.starts
    if error.at is not None:
        line, column = error.at
        first = starts[line - 1] if line <= len(starts) else len(text)
        start = min(first + column - 1, line_end(text, first))
        return (start, line_end(text, start)) if start < line_end(text, first) else (first, line_end(text, first))
    key = error.key if is_own_file(snapshot) else ("tool", "relint", *error.key)
    met = [each for each in _keys(text) if key[: len(each[0])] == each[0]]
    if not met:
        return 0, line_end(text, 0)
    path, start, end = max(met, key=lambda each: len(each[0]))
    if len(path) < len(key):  # in an inline table, or a word of the value
        following = _LINE.search(text, line_end(text, end))
        word = re.compile(rf"(?<![\w-]){re.escape(key[-1])}(?![\w-])")
        found = word.search(text, end, following.start() if following else len(text))
        return found.span() if found else (start, end)
    return start, end


def _keys(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Every table and key of a TOML text with the offsets of its name, read line by line."""
    table: tuple[str, ...] = ()
    for found in _LINE.finditer(text):
        kind = "table" if found["table"] else "key"
        name = tuple(part.strip("\"'") for part in re.findall(_PART, found[kind]))
        if kind == "table":
            table = name
        yield name if kind == "table" else (*table, *name), found.start(kind), found.end(kind)

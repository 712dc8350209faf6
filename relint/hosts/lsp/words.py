"""What stands under the cursor, for hover and completion: a code in a suppression comment, a key or value in TOML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relint.hosts.lsp.documents import Snapshot
from relint.languages import language_of

_DIRECTIVE = re.compile(r"(?:#|--)\s*relint:\s*(?:ignore|file-ignore|disable|enable)\s*\[(?P<codes>[^\]#]*)")
_NOQA = re.compile(r"(?:#|--)\s*(?:(?:flake8|ruff)\s*:\s*)?noqa\s*:\s*(?P<codes>[A-Z0-9, \t]*)", re.IGNORECASE)
_VERB = re.compile(r"(?:#|--)\s*relint:\s*(?P<verb>[a-z-]*)\Z")
_WORD = re.compile(r"[\w-]+")
_HEADER = re.compile(r"^[ \t]*\[+[ \t]*(?P<name>[^\]\r\n]*?)[ \t]*\]+")
_KEY = re.compile(r"^[ \t]*(?P<key>[\w.\"'*/!-]*)[ \t]*(?P<equals>=)?")


@dataclass(frozen=True)
class Word:
    """A word with its offsets in the text."""

    text: str
    start: int
    end: int


def code_at(snapshot: Snapshot, offset: int) -> Word | None:
    """The code in a suppression comment that an offset lies in."""
    codes = codes_around(snapshot, offset)
    return None if codes is None else _word_at(snapshot.text, codes.start, codes.end, offset)


def codes_around(snapshot: Snapshot, offset: int) -> Word | None:
    """The list of codes of a suppression comment that an offset lies in: all between the brackets."""
    comment = _comment_at(snapshot, offset)
    if comment is None:
        return None
    for pattern in (_DIRECTIVE, _NOQA):
        for found in pattern.finditer(comment.text):
            start, end = comment.start + found.start("codes"), comment.start + found.end("codes")
            if start <= offset <= end:
                return Word(found["codes"], start, end)
    return None


def verb_at(snapshot: Snapshot, offset: int) -> Word | None:
    """What is written after `# relint:` up to an offset."""
    comment = _comment_at(snapshot, offset)
    if comment is None or not (found := _VERB.search(comment.text[: offset - comment.start])):
        return None
    return Word(found["verb"], comment.start + found.start("verb"), offset)


def _comment_at(snapshot: Snapshot, offset: int) -> Word | None:
    line = snapshot.lines.position(offset).line - 1
    language = language_of(snapshot.path)
    if line >= len(snapshot.lines) or language.marker not in snapshot.lines[line]:
        return None
    for start, text in language.comments(snapshot.text):
        if start <= offset <= start + len(text):
            return Word(text, start, start + len(text))
        if start > offset:
            break
    return None


def _word_at(text: str, start: int, end: int, offset: int) -> Word | None:
    for found in _WORD.finditer(text, start, end):
        if found.start() <= offset <= found.end():
            return Word(found[0], found.start(), found.end())
    return None


@dataclass(frozen=True)
class TomlPlace:
    """Where an offset lies in relint's part of a TOML file.

    `key` is the dotted key from relint's own table on, down to the word at the offset when that is a key (`value` is
    False) or to the key whose value is written there. `word` is the word at the offset, possibly empty.
    """

    key: tuple[str, ...]
    value: bool
    word: Word
    quoted: bool


def toml_place(snapshot: Snapshot, offset: int, *, whole_file: bool) -> TomlPlace | None:
    """Where an offset lies; None outside of `[tool.relint]` (with `whole_file` everything is relint's)."""
    line = snapshot.lines.position(offset).line - 1
    start = snapshot.lines.starts[line]
    content = snapshot.lines[line].rstrip("\r\n") if line < len(snapshot.lines) else ""
    if _HEADER.match(content):
        return None
    table = _table_above(snapshot, line, whole_file)
    if table is None:
        return None
    first, found = _statement(snapshot, line)
    before = snapshot.text[start:offset]
    if before.count('"') % 2 == 0 and before.count("'") % 2 == 0 and "#" in before:
        return None
    key = tuple(part.strip("\"'") for part in found["key"].split(".")) if found and found["key"] else ()
    equals = snapshot.lines.starts[first] + found.end("equals") if found and found["equals"] else None
    value = equals is not None and offset >= equals
    at = offset
    while at > start and re.match(r"[\w-]", snapshot.text[at - 1]):
        at -= 1
    end = offset
    while end < start + len(content) and re.match(r"[\w-]", snapshot.text[end]):
        end += 1
    quoted = at > 0 and snapshot.text[at - 1] in "\"'"
    word = Word(snapshot.text[at:end], at, end)
    return TomlPlace(table + (key if value else (*key[:-1], word.text)), value, word, quoted)


def _statement(snapshot: Snapshot, line: int) -> tuple[int, re.Match[str] | None]:
    """The line on which the `key = value` around a line begins: an array may go over several."""
    for number in range(line, max(-1, line - 200), -1):
        content = snapshot.lines[number] if number < len(snapshot.lines) else ""
        found = _KEY.match(content)
        if number != line and _HEADER.match(content) and not found_equals(found):
            break
        if found_equals(found):
            opened = "".join(snapshot.lines[number:line])
            if number == line or opened.count("[") > opened.count("]"):
                return number, found
            break
    return line, _KEY.match(snapshot.lines[line] if line < len(snapshot.lines) else "")


def found_equals(found: re.Match[str] | None) -> bool:
    """Whether a line begins with `key =`."""
    return found is not None and bool(found["key"]) and found["equals"] is not None


def _table_above(snapshot: Snapshot, line: int, whole_file: bool) -> tuple[str, ...] | None:
    """The table that a line belongs to, from relint's own on; None when it is another tool's."""
    for number in range(min(line, len(snapshot.lines) - 1), -1, -1):
        found = _HEADER.match(snapshot.lines[number])
        if found and "=" not in snapshot.lines[number].partition("]")[0] and '"' not in found["name"].split("[")[0][:1]:
            parts = tuple(part.strip(" \"'") for part in found["name"].split("."))
            if whole_file:
                return parts
            return parts[2:] if parts[:2] == ("tool", "relint") else None
    return () if whole_file else None

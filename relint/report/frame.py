"""Source lines with carets under a range, aligned in terminal cells."""

from __future__ import annotations

import unicodedata
from typing import Iterator

from relint.lines import Lines
from relint.model import Position
from relint.report.escape import escape

WINDOW = 120
"""Cells of a source line that are shown at most; a longer line is cut around the range."""

_AROUND = 2
_MAX_LINES = 6
_TAB = 4
_CUT = "..."


def frame(lines: Lines, start: Position, end: Position, *, around: int = _AROUND) -> Iterator[tuple[str, str, str]]:
    """The rows of a frame: (line number or "", text, carets or "") for the range and `around` lines on both sides.

    `end` is exclusive. Long ranges show their first and last lines.
    """
    if start.line > len(lines):
        return
    last = min(max(_last_line(start, end), start.line), len(lines))
    for number in range(max(1, start.line - around), start.line):
        yield str(number), cut(lines[number - 1]), ""
    shown = range(start.line, last + 1)
    for number in shown:
        if len(shown) > _MAX_LINES and _MAX_LINES // 2 <= number - start.line < len(shown) - _MAX_LINES // 2:
            if number - start.line == _MAX_LINES // 2:
                yield _CUT, "", ""
            continue
        yield str(number), *_marked(lines[number - 1], number, start, end)
    for number in range(last + 1, min(last + around, len(lines)) + 1):
        yield str(number), cut(lines[number - 1]), ""


def _last_line(start: Position, end: Position) -> int:
    """A range that ends before the first character of a line does not show that line."""
    return end.line - 1 if end.column <= 1 and end.line > start.line else end.line


def _marked(line: str, number: int, start: Position, end: Position) -> tuple[str, str]:
    content = line.rstrip("\r\n")
    indent = len(content) - len(content.lstrip())
    first = start.column - 1 if number == start.line else indent
    last = end.column - 1 if number == end.line else len(content.rstrip())
    return _window(content, min(first, len(content)), max(last, first + 1))


def cut(line: str) -> str:
    """The first `WINDOW` cells of a line, escaped, without its line end."""
    return _window(line.rstrip("\r\n"), 0, 0)[0]


def _window(content: str, first: int, last: int) -> tuple[str, str]:
    """The part of a line around the characters `first:last`, and the carets under them."""
    begin = 0
    if first > WINDOW // 2 and len(content) > WINDOW:
        begin = max(0, min(first - WINDOW // 4, len(content) - WINDOW))
    text, carets = (_CUT, " " * len(_CUT)) if begin else ("", "")
    used = len(text)
    for index in range(begin, len(content)):
        cell, width = _cell(content[index], used)
        if used + width > WINDOW:
            text += _CUT
            break
        text += cell
        carets += ("^" if first <= index < last else " ") * width
        used += width
    if first >= len(content):
        carets += "^"
    return text.rstrip(), carets.rstrip()


def _cell(character: str, column: int) -> tuple[str, int]:
    """How a character is shown at a column, and how many cells it takes."""
    if character == "\t":
        width = _TAB - column % _TAB
        return " " * width, width
    safe = escape(character)
    return safe, len(safe) if len(safe) > 1 else cell_width(character)


def cell_width(character: str) -> int:
    """Cells that a terminal gives to one printable character: 0, 1 or 2."""
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1

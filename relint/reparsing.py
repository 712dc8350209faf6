"""Python's own syntax tree of one version of a text after the other: of most, one statement is parsed and no more."""

from __future__ import annotations

import ast
from typing import NamedTuple

from relint.syntax import first_line, parse


class Reparser:
    """Keeps the tree of the last version that could be parsed, and changes it into that of the next.

    While somebody types within a line, all other statements stay what they are, and where they are: a tree tells
    places by line and column.
    """

    def __init__(self) -> None:
        self._text = ""
        self._module: ast.Module | None = None

    def parse(self, text: str) -> ast.Module | None:
        """As `relint.syntax.parse`. The tree is good until the next call."""
        module = self._changed(text) or parse(text)
        if module is not None:
            self._text, self._module = text, module
        return module

    def _changed(self, text: str) -> ast.Module | None:
        """The last tree with one statement parsed anew; None where more than that has changed."""
        if self._module is None or "\r" in text or "\r" in self._text:
            return None
        line = _changed_line(self._text, text)
        place = _statement_at(self._module.body, line) if line else None
        if place is None:
            return None
        lines = text.split("\n")
        if place.indent(lines) != place.indent(self._text.split("\n")):
            return None
        new = _parsed_alone(lines, place)
        if new is None:
            return None
        place.put(new)
        return self._module


class _Place(NamedTuple):
    """A statement of a module or a class: the list that holds it, where in it, its first and last line."""

    body: list[ast.stmt]
    at: int
    first: int
    last: int
    classes: tuple[ast.ClassDef, ...]
    """Those around it, outermost first."""

    @property
    def statement(self) -> ast.stmt:
        """The statement itself."""
        return self.body[self.at]

    def put(self, new: ast.stmt) -> None:
        """Another in its place; a class ends where its last statement does."""
        self.body[self.at] = new
        for outer in reversed(self.classes):
            if outer.body[-1] is not new:
                break
            outer.end_lineno, outer.end_col_offset = new.end_lineno, new.end_col_offset
            new = outer

    def indent(self, lines: list[str]) -> str:
        """What stands in a text where the white space before it stood."""
        return lines[self.first - 1][: self.statement.col_offset]


def _changed_line(old: str, new: str) -> int | None:
    """The number of the one line in which two texts differ; None where they differ in several."""
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    if "\n" in old[same : len(old) - tail] or "\n" in new[same : len(new) - tail]:
        return None
    return old.count("\n", 0, same) + 1


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _statement_at(body: list[ast.stmt], line: int, classes: tuple[ast.ClassDef, ...] = ()) -> _Place | None:
    """The statement of a module, or of the body of a class, whose lines include one; None where others stand there."""
    for at, statement in enumerate(body):
        first, last = first_line(statement), statement.end_lineno or 0
        if first <= line <= last:
            if any(each.lineno <= last for each in body[at + 1 : at + 2]):
                return None
            inner = (
                _statement_at(statement.body, line, (*classes, statement))
                if isinstance(statement, ast.ClassDef)
                else None
            )
            return inner or _Place(body, at, first, last, classes)
    return None


def _parsed_alone(lines: list[str], place: _Place) -> ast.stmt | None:
    """The one statement that the lines of another consist of now; None where they do not, or are not all of it."""
    indent = place.indent(lines)
    if indent.strip() or (place.first > 1 and lines[place.first - 2].endswith("\\")):
        return None
    module = parse("\n".join(["if 0:" if indent else "", *lines[place.first - 1 : place.last], ""]))
    match module and module.body:
        case [ast.If(body=[statement], orelse=[])] if indent:
            pass
        case [statement] if not indent:
            pass
        case _:
            return None
    if statement.col_offset != place.statement.col_offset:
        return None
    ast.increment_lineno(statement, place.first - 2)
    return statement

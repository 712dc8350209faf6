"""Lines and columns of a text. A line ends in \\n, \\r\\n or \\r only (`str.splitlines` knows more ends)."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import Sequence

from relint.model import Position


def line_starts(text: str) -> list[int]:
    """Offset of the first character of each line."""
    starts = [0]
    offset = 0
    for line in text.replace("\r\n", " \n").replace("\r", "\n").split("\n")[:-1]:
        offset += len(line) + 1
        starts.append(offset)
    return starts


def line_start(text: str, offset: int) -> int:
    """Where the line begins that holds an offset."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line ends that holds an offset: at its line end, or at the end of the text."""
    return min((at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0), default=len(text))


def position(starts: Sequence[int], offset: int) -> Position:
    """Line and column of an offset, given what `line_starts` says of the text."""
    line = bisect_right(starts, offset)
    return Position(line, offset - starts[line - 1] + 1)


class Lines(Sequence[str]):
    """The lines of a text, with their ends; index 0 is line 1. Text that ends in a line end has no line after it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """Offset of the first character of each line, the empty one after the last line end included."""
        return line_starts(self.text)

    def __len__(self) -> int:
        return len(self.starts) - (self.starts[-1] == len(self.text))

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[index] : end]

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        return position(self.starts, offset)

    def before(self, position: Position) -> str:
        """The text of a position's line before its column; empty on the line after the last."""
        return self[position.line - 1][: position.column - 1] if position.line <= len(self) else ""

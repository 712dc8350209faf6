"""What a rule may ask about a .sql file: its statements, and which of them go forward."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from relint.file_context import FileContext
from relint.libraries.sql_migrations import DOWN, REVERSE_FOLDERS, REVERSE_NAMES, UP
from relint.lines import Lines
from relint.sql_text import Span, comments, statements

if TYPE_CHECKING:
    from relint.project import Project
    from relint.settings import Settings


@dataclass(frozen=True, eq=False)
class SqlNode:
    """A statement of a .sql file, or a part of one. `start` and `end` are offsets, `statement` is what it stands in."""

    start: int
    end: int
    statement: Span


class SqlContext(FileContext):
    """One .sql file."""

    def __init__(self, path: str, text: str, settings: Settings, project: Project) -> None:
        super().__init__(path, settings, project)
        self._text = text
        self.lines = Lines(text)

    @property
    def text(self) -> str:
        """The text that was checked."""
        return self._text

    @cached_property
    def forward(self) -> list[SqlNode]:
        """The statements that migrate, in order: those that undo (behind `-- migrate:down`, in `x.down.sql`) do not."""
        if self._only_reverses():
            return []
        backwards = self._backwards()
        found = (SqlNode(span.start, span.end, span) for span in statements(self._text))
        return [node for node in found if not any(span.start <= node.start < span.end for span in backwards)]

    def range(self, node: SqlNode) -> tuple[int, int]:
        """Start and end offset of a node in the text."""
        return node.start, node.end

    def source(self, node: SqlNode) -> str:
        """The text of a node."""
        return self._text[node.start : node.end]

    def _only_reverses(self) -> bool:
        path = PurePath(os.path.abspath(self.path))
        return REVERSE_NAMES.fullmatch(path.name) is not None or path.parent.name.lower() in REVERSE_FOLDERS

    def _backwards(self) -> list[Span]:
        """The parts between a mark that what follows undoes, and the next that it migrates."""
        spans, began = [], -1
        for offset, comment in comments(self._text):
            if began < 0 and DOWN.search(comment):
                began = offset
            elif began >= 0 and UP.search(comment):
                spans.append(Span(began, offset))
                began = -1
        return [*spans, Span(began, len(self._text))] if began >= 0 else spans

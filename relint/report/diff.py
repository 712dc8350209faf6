"""What a fix changes, as lines: for one finding (inline) and for a whole file (a unified diff)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import Iterable, Iterator

from relint.fix import apply_edits
from relint.lines import Lines
from relint.model import Edit, NewFile
from relint.report.escape import escape
from relint.report.style import Style

_NEAR = 3
_STYLES = {"+": "green", "-": "removed"}


@dataclass(frozen=True)
class Row:
    """One line of an inline diff: `sign` is "+", "-" or " "; `number` counts lines of the new text for "+"."""

    sign: str
    number: int
    text: str


def inline(lines: Lines, edits: Iterable[Edit]) -> Iterator[Row | None]:
    """The lines that edits change, with a line of context; None stands for lines left out."""
    shift = 0
    first = True
    for group, begin, end in _groups(lines, edits):
        before = lines[begin:end]
        offset = lines.starts[begin] if begin < len(lines.starts) else len(lines.text)
        moved = [replace(edit, start=edit.start - offset, end=edit.end - offset) for edit in group]
        after = list(Lines(apply_edits("".join(before), moved)))
        for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(1):
            if not first:
                yield None
            first = False
            for tag, a, b, c, d in block:
                if tag == "equal":
                    yield from (Row(" ", begin + at + 1, before[at]) for at in range(a, b))
                else:
                    yield from (Row("-", begin + at + 1, before[at]) for at in range(a, b))
                    yield from (Row("+", begin + shift + at + 1, after[at]) for at in range(c, d))
        shift += len(after) - len(before)


def _groups(lines: Lines, edits: Iterable[Edit]) -> Iterator[tuple[list[Edit], int, int]]:
    """Edits on neighbouring lines together, with the 0-based lines begin:end around them."""
    group: list[Edit] = []
    begin = end = 0
    for edit in sorted(set(edits)):
        first, last = lines.position(edit.start).line - 1, lines.position(edit.end).line
        if group and first - 1 > end + _NEAR:
            yield group, begin, end
            group = []
        if not group:
            begin, end = max(0, first - 1), 0
        group.append(edit)
        end = min(len(lines), max(end, last + 1))
    if group:
        yield group, begin, end


def unified(path: str, before: str, after: str, style: Style) -> Iterator[str]:
    """A unified diff of one file, its lines escaped (`\\r` before a line end, tabs and form feeds stay)."""
    name = escape(path)
    yield from _unified(name, name, list(Lines(before)), list(Lines(after)), style)


def created(file: NewFile, path: str, style: Style) -> Iterator[str]:
    """A unified diff that creates a file."""
    yield from _unified("/dev/null", escape(path), [], list(Lines(file.text)), style)


def _unified(old: str, new: str, before: list[str], after: list[str], style: Style) -> Iterator[str]:
    for number, line in enumerate(difflib.unified_diff(before, after, old, new)):
        if number < 2:
            yield style("bold", line.rstrip("\n")) + "\n"
            continue
        body = line[:-1] if line.endswith("\n") else line
        carriage = "\r" if body.endswith("\r") else ""
        shown = escape(body.removesuffix("\r"), keep="\t\f")
        name = "cyan" if line.startswith("@@") else _STYLES.get(line[0])
        yield (style(name, shown) if name else shown) + carriage + "\n"
        if not line.endswith(("\n", "\r")):
            yield "\\ No newline at end of file\n"

"""`full`: each finding with its source, places that explain it, what to do, and the fix as a diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator

from relint.lines import Lines
from relint.model import Diagnostic, Fix, Position, Safety, Severity
from relint.report import Checked, header, place, shown_path
from relint.report.escape import escape
from relint.report.frame import cut, frame
from relint.report.style import Style

if TYPE_CHECKING:
    from relint.report.diff import Row

_NOTES = {
    Safety.UNSAFE: "This is an unsafe fix and may change runtime behaviour",
    Safety.DISPLAY: "This is a suggestion: relint never applies it",
}
_INFO = "For information only: it does not fail the run"
_SIGNS = {"+": "green", "-": "removed"}


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """The findings of all files, a blank line after each."""
    for text, diagnostics in files:
        lines = Lines(text)
        for diagnostic in diagnostics:
            yield from (line + "\n" for line in _finding(diagnostic, lines, style))
            yield "\n"


def _finding(diagnostic: Diagnostic, lines: Lines, style: Style) -> Iterator[str]:
    gutter = len(str(diagnostic.end.line + 2))
    yield header(diagnostic, style)
    yield f"{' ' * gutter}{style('blue', '-->')} {place(diagnostic)}"
    yield from _framed(lines, diagnostic.start, diagnostic.end, gutter, style)
    for related in diagnostic.related:
        where = f"{shown_path(diagnostic.path)}:{related.start.line}:{related.start.column}"
        yield f"{style('blue', 'note')}: {escape(related.message)}"
        yield f"{' ' * gutter}{style('blue', '-->')} {where}"
        yield from _framed(lines, related.start, related.end, gutter, style, around=0)
    if diagnostic.fix is not None:
        yield from _fix(diagnostic.fix, lines, gutter, style)
    if diagnostic.severity is Severity.INFO:
        yield f"{style('blue', 'note')}: {_INFO}"


def _framed(
    lines: Lines, start: Position, end: Position, gutter: int, style: Style, *, around: int = 2
) -> Iterator[str]:
    rows = list(frame(lines, start, end, around=around))
    if not rows:
        return
    bar = style("blue", f"{' ' * gutter} |")
    yield bar
    for number, text, carets in rows:
        yield f"{style('blue', f'{number:>{gutter}} |')} {text}".rstrip()
        if carets:
            yield f"{bar} {style('red', carets)}"
    yield bar


def _fix(fix: Fix, lines: Lines, gutter: int, style: Style) -> Iterator[str]:
    from relint.report.diff import inline

    yield f"{style('cyan', 'help')}: {escape(fix.message)}"
    rows = list(inline(lines, fix.edits))
    if rows:
        bar = style("blue", f"{' ' * gutter} |")
        yield bar
        for row in rows:
            yield _row(row, gutter, style)
        yield bar
    for file in fix.create:
        size = f"{len(Lines(file.text))} lines; --diff shows them"
        yield f"{style('cyan', 'help')}: creates {shown_path(file.path)} ({size})"
    if fix.safety in _NOTES:
        yield f"{style('blue', 'note')}: {_NOTES[fix.safety]}"


def _row(row: Row | None, gutter: int, style: Style) -> str:
    if row is None:
        return style("blue", f"{'...':>{gutter}}")
    line = f"{row.sign} {cut(row.text)}".rstrip()
    coloured = style(_SIGNS[row.sign], line) if row.sign in _SIGNS else line
    return f"{style('blue', f'{row.number:>{gutter}}')} {coloured}"

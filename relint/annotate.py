"""Write suppression comments for findings: `--add-ignore` and `--add-noqa`. Never inside a string, never twice."""

from __future__ import annotations

import re
from typing import Iterable, Literal

from relint.engine_rules import UNCHECKED, UNKNOWN_SUPPRESSION_CODE, UNUSED_SUPPRESSION
from relint.fix import apply_edits
from relint.languages import PYTHON, Language, language_of
from relint.lines import Lines
from relint.model import Diagnostic, Edit

Style = Literal["ignore", "noqa"]

_IGNORE = re.compile(r"(?:#|--)\s*relint:\s*ignore\s*\[(?P<codes>[^\]]*)\]")
_NOQA = re.compile(r"(?:#|--)\s*noqa\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
NEVER_SILENCED = UNCHECKED | {UNUSED_SUPPRESSION, UNKNOWN_SUPPRESSION_CODE}
"""Codes that get no comment: it would not silence them, or there is nothing to keep silent."""


def annotated(text: str, found: Iterable[Diagnostic], style: Style, reason: str = "") -> tuple[str, int]:
    """The text with a comment for every finding that has none yet, and how many findings got one.

    A finding whose lines all end inside a string gets a comment of its own above (`ignore`), or none (`noqa`).
    """
    found = list(found)
    language = language_of(found[0].path) if found else PYTHON
    lines = Lines(text)
    inside = _ends_inside_strings(text, language, lines)
    wanted: dict[tuple[int, bool], list[str]] = {}
    count = 0
    for diagnostic in found:
        if diagnostic.code in NEVER_SILENCED or diagnostic.state == "suppressed":
            continue
        place = _place(diagnostic, lines, inside, style)
        if place is not None:
            codes = wanted.setdefault(place, [])
            codes += [diagnostic.code] if diagnostic.code not in codes else []
            count += 1
    edits = [_edit(line, above, codes, text, language, lines, style, reason) for (line, above), codes in wanted.items()]
    return apply_edits(text, edits), count


def _place(diagnostic: Diagnostic, lines: Lines, inside: set[int], style: Style) -> tuple[int, bool] | None:
    """The line for a finding's comment, and whether it goes above that line."""
    # flake8 looks at the line a finding is reported on; relint also at the end of the statement.
    for line in (diagnostic.start.line, diagnostic.reach[1], diagnostic.reach[0]):
        if 1 <= line <= len(lines) and line not in inside and not _continues(lines[line - 1]):
            return line, False
    if style == "ignore" and diagnostic.reach[0] and diagnostic.reach[0] - 1 not in inside:
        return diagnostic.reach[0], True
    return None


def _edit(
    line: int,
    above: bool,
    codes: list[str],
    text: str,
    language: Language,
    lines: Lines,
    style: Style,
    reason: str,
) -> Edit:
    start = lines.starts[line - 1]
    content = lines[line - 1].rstrip("\r\n")
    why = f" {reason}" if reason else ""
    if above:
        indent = content[: len(content) - len(content.lstrip())]
        return Edit(start, start, f"{indent}{language.marker} relint: ignore[{', '.join(codes)}]{why}\n")
    existing = _existing(text, language, start, start + len(content), style)
    if existing is not None:
        separator = ", " if style == "ignore" else ","
        present = re.findall(r"[\w-]+", existing[1])
        return Edit(*existing[0], separator.join([*present, *(code for code in codes if code not in present)]))
    end = start + len(content.rstrip())
    comment = f"relint: ignore[{', '.join(codes)}]" if style == "ignore" else f"noqa: {','.join(codes)}"
    return Edit(end, start + len(content), f"  {language.marker} {comment}{why}")


def _existing(text: str, language: Language, start: int, end: int, style: Style) -> tuple[tuple[int, int], str] | None:
    """Span and text of the codes in a suppression comment that the line has already."""
    for offset, comment in language.comments(text):
        if start <= offset < end:
            found = (_IGNORE if style == "ignore" else _NOQA).search(comment)
            if found:
                return (offset + found.start("codes"), offset + found.end("codes")), found["codes"]
    return None


def _ends_inside_strings(text: str, language: Language, lines: Lines) -> set[int]:
    """The lines whose end lies inside a string: what is written there is no comment."""
    inside: set[int] = set()
    for start, end in language.strings(text):
        inside.update(range(lines.position(start).line, lines.position(end).line))
    return inside


def _continues(line: str) -> bool:
    return line.rstrip("\r\n").endswith("\\")

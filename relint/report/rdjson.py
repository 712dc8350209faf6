"""`rdjson`: Reviewdog's Diagnostic Format.

Source: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Its columns count UTF-8 bytes, from 1.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from relint.lines import Lines
from relint.model import Diagnostic, Edit, Fix, Position, Safety, Severity
from relint.report import Checked, shown_path
from relint.report.json import dump
from relint.report.style import Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One JSON object with all findings."""
    diagnostics = [_diagnostic(each, Lines(text)) for text, found in files for each in found]
    source = {"name": "relint", "url": "https://relint.readthedocs.io/"}
    yield dump({"source": source, "severity": "WARNING", "diagnostics": diagnostics}) + "\n"


def _diagnostic(diagnostic: Diagnostic, lines: Lines) -> dict[str, Any]:
    item: dict[str, Any] = {
        "message": diagnostic.message,
        "location": {"path": shown_path(diagnostic.path), "range": _range(diagnostic.start, diagnostic.end, lines)},
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, **({"url": diagnostic.url} if diagnostic.url else {})},
    }
    fix = diagnostic.fix
    if fix is not None and fix.safety is not Safety.DISPLAY and not fix.create:  # no suggestion creates a file
        item["suggestions"] = _suggestions(fix, lines)
    return item


def _suggestions(fix: Fix, lines: Lines) -> list[dict[str, Any]]:
    return [{"range": _edited(edit, lines), "text": edit.text} for edit in fix.edits]


def _edited(edit: Edit, lines: Lines) -> dict[str, Any]:
    return _range(lines.position(edit.start), lines.position(edit.end), lines)


def _range(start: Position, end: Position, lines: Lines) -> dict[str, Any]:
    return {"start": _place(start, lines), "end": _place(end, lines)}


def _place(position: Position, lines: Lines) -> dict[str, int]:
    return {"line": position.line, "column": len(lines.before(position).encode("utf-8", "surrogatepass")) + 1}

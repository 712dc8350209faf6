"""`json`: a list of findings, for machines. Rows and columns count from 1, in characters."""

from __future__ import annotations

import json
import os
from typing import Any, Iterable, Iterator

from relint.formats import STDIN
from relint.lines import Lines
from relint.model import Diagnostic, Fix, Position
from relint.report import Checked
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One JSON list; each finding stands on a line of its own."""
    separator = "["
    for text, diagnostics in files:
        lines = Lines(text)
        for diagnostic in diagnostics:
            yield f"{separator}\n  {dump(item(diagnostic, lines))}"
            separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def dump(value: Any) -> str:
    """JSON in printable ASCII only: `json` escapes every control character but DEL."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def item(diagnostic: Diagnostic, lines: Lines) -> dict[str, Any]:
    """One finding as a JSON object."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "severity": diagnostic.severity.value,
        "url": diagnostic.url,
        "filename": diagnostic.path if diagnostic.path == STDIN else os.path.abspath(diagnostic.path),
        "location": _location(diagnostic.start),
        "end_location": _location(diagnostic.end),
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix, lines),
        "related": [
            {"message": each.message, "location": _location(each.start), "end_location": _location(each.end)}
            for each in diagnostic.related
        ],
    }


def _location(position: Position) -> dict[str, int]:
    return {"row": position.line, "column": position.column}


def _fix(fix: Fix, lines: Lines) -> dict[str, Any]:
    return {
        "applicability": fix.safety.value if fix.safety else None,
        "message": fix.message,
        "edits": [
            {
                "content": edit.text,
                "location": _location(lines.position(edit.start)),
                "end_location": _location(lines.position(edit.end)),
            }
            for edit in fix.edits
        ],
        "create": [{"filename": os.path.abspath(file.path), "content": file.text} for file in fix.create],
    }

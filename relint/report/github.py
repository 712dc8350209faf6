"""`github`: workflow commands that GitHub shows as annotations.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions and the escapes of
https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

import os
from typing import Iterable, Iterator

from relint.formats import STDIN
from relint.model import Diagnostic, Severity
from relint.report import Checked, place
from relint.report.escape import escape
from relint.report.style import Style

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One command a finding; nothing a file holds can begin another command."""
    for _text, diagnostics in files:
        for diagnostic in diagnostics:
            yield _command(diagnostic)


def _command(diagnostic: Diagnostic) -> str:
    start, end = diagnostic.start, diagnostic.end
    properties = {
        "title": f"relint ({diagnostic.code})",
        "file": diagnostic.path if diagnostic.path == STDIN else os.path.abspath(diagnostic.path),
        "line": str(start.line),
        "col": str(start.column),
        "endLine": str(end.line),
        "endColumn": str(end.column),
    }
    if start.line != end.line:
        # GitHub refuses columns on an annotation of several lines.
        del properties["col"], properties["endColumn"]
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{place(diagnostic)}: {diagnostic.code} {escape(diagnostic.message)}"
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return escape(_data(text).replace(":", "%3A").replace(",", "%2C"))

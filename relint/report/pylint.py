"""`pylint`: `path:line: [CODE] message`, which many editors and plugins parse."""

from __future__ import annotations

from typing import Iterable, Iterator

from relint.report import Checked, shown_path
from relint.report.escape import escape
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One line a finding."""
    for _text, diagnostics in files:
        for each in diagnostics:
            yield f"{shown_path(each.path)}:{each.start.line}: [{each.code}] {escape(each.message)}\n"

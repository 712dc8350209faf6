"""`concise`: one line a finding."""

from __future__ import annotations

from typing import Iterable, Iterator

from relint.report import Checked, header, place
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """`path:line:column: CODE [*] message`."""
    for _text, diagnostics in files:
        for diagnostic in diagnostics:
            yield f"{style('bold', place(diagnostic))}: {header(diagnostic, style)}\n"

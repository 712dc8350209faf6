"""`json-lines`: the items of `json`, one a line."""

from __future__ import annotations

from typing import Iterable, Iterator

from relint.lines import Lines
from relint.report import Checked
from relint.report.json import dump, item
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One JSON object a line."""
    for text, diagnostics in files:
        lines = Lines(text)
        for diagnostic in diagnostics:
            yield f"{dump(item(diagnostic, lines))}\n"

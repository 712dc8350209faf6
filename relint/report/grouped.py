"""`grouped`: the findings of each file under its name."""

from __future__ import annotations

from typing import Iterable, Iterator

from relint.report import Checked, header, shown_path
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """`path:` and then `  line:column CODE [*] message`, places aligned."""
    for _text, diagnostics in files:
        if not diagnostics:
            continue
        yield f"{style('bold', shown_path(diagnostics[0].path))}:\n"
        places = [f"{each.start.line}:{each.start.column}" for each in diagnostics]
        width = max(map(len, places))
        for place, diagnostic in zip(places, diagnostics, strict=True):
            yield f"  {place:<{width}}  {header(diagnostic, style)}\n"
        yield "\n"

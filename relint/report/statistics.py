"""`--statistics`: how often each rule was found, instead of the findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator

from relint.model import Diagnostic
from relint.report import Checked, mark
from relint.report.escape import escape
from relint.report.style import Style


@dataclass
class _Count:
    first: Diagnostic
    total: int = 0
    safe: int = 0
    unsafe: int = 0

    @property
    def mark(self) -> str:
        return "[*]" if self.safe else "[!]" if self.unsafe else "[ ]"

    @property
    def share(self) -> str:
        """How much of it a fix mends: `75% fixable, 25% more with --unsafe-fixes`."""
        parts = []
        if self.safe:
            parts.append(f"{self.safe / self.total:.0%} fixable")
        if self.unsafe:
            more = " more" if self.safe else ""
            parts.append(f"{self.unsafe / self.total:.0%}{more} with --unsafe-fixes")
        return ", ".join(parts)


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """Lines of count, code, mark of the best fix, rule name and fixable share, the most frequent first."""
    counts = _counts(files)
    if not counts:
        return
    width = len(str(counts[0].total))
    names = [escape(each.first.name) for each in counts]
    longest = max(map(len, names))
    for each, name in zip(counts, names, strict=True):
        code = style.severity(each.first.severity, escape(each.first.code))
        line = f"{each.total:>{width}}  {code}  {style('cyan', each.mark)}  {name:<{longest}}  {each.share}"
        yield f"{line.rstrip()}\n"


def render_json(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """The same as a JSON list."""
    from relint.report.json import dump

    items = [
        {
            "code": each.first.code,
            "name": each.first.name,
            "severity": each.first.severity.value,
            "count": each.total,
            "fixable": each.safe,
            "unsafe_fixable": each.unsafe,
        }
        for each in _counts(files)
    ]
    yield "[\n" + ",\n".join(f"  {dump(item)}" for item in items) + "\n]\n" if items else "[]\n"


def _counts(files: Iterable[Checked]) -> list[_Count]:
    counts: dict[str, _Count] = {}
    for _text, diagnostics in files:
        for diagnostic in diagnostics:
            count = counts.setdefault(diagnostic.code, _Count(diagnostic))
            count.total += 1
            count.safe += mark(diagnostic) == "[*]"
            count.unsafe += mark(diagnostic) == "[!]"
    return sorted(counts.values(), key=lambda each: (-each.total, each.first.code))

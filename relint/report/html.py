"""`relint report --html`: one self-contained page for people who decide what to mend first.

Findings by family, rule, folder and (with git) age; searchable; it opens from the file system and loads nothing.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable

from relint import __version__
from relint.lines import Lines
from relint.model import Diagnostic, RuleInfo, Safety
from relint.registry import catalogue
from relint.report import Checked, shown_path
from relint.report.escape import escape
from relint.report.json import dump

AGES = ("this week", "this month", "this quarter", "this year", "older", "not committed")
_DAYS = (7, 31, 92, 366)
_TEMPLATE = Path(__file__).parent / "page.html"

Days = dict[int, datetime.date | None]
Blame = Callable[[str], Days]


@dataclass(frozen=True)
class Page:
    """What the page says besides the findings; `blame` tells the day of each line of a file (None: not committed)."""

    today: datetime.date
    blame: Blame | None = None

    def render(self, files: Iterable[Checked]) -> str:
        """The whole HTML document."""
        findings = [row for text, diagnostics in files for row in self._rows(text, diagnostics)]
        counts = Counter(row["severity"] for row in findings)
        parts = [f"{counts[kind]} {kind}" for kind in ("error", "warning", "info") if counts[kind]]
        data = {
            "summary": f"{len(findings)} findings ({', '.join(parts) or 'none'}), {self.today}, relint {__version__}",
            "ages": list(AGES) if self.blame is not None else [],
            "findings": findings,
        }
        # Inside a script element only `</` and `<!--` could end or change it.
        return _TEMPLATE.read_text("utf-8").replace("@DATA@", dump(data).replace("<", "\\u003c"))

    def _rows(self, text: str, diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
        diagnostics = list(diagnostics)
        lines = Lines(text)
        days = self.blame(diagnostics[0].path) if diagnostics and self.blame else None
        return [self._row(each, lines, days) for each in diagnostics]

    def _row(self, diagnostic: Diagnostic, lines: Lines, days: Days | None) -> dict[str, Any]:
        path = shown_path(diagnostic.path)
        fix = diagnostic.fix
        line = diagnostic.start.line
        info = catalogue().get(diagnostic.code)
        row = {
            "code": diagnostic.code,
            "name": diagnostic.name,
            "family": _family(info),
            "severity": diagnostic.severity.value,
            "message": escape(diagnostic.message),
            "path": path,
            "folder": "/".join(path.replace(os.sep, "/").split("/")[:-1][:3]) or ".",
            "line": line,
            "column": diagnostic.start.column,
            "source": escape(lines[line - 1].strip()) if line <= len(lines) else "",
            "fix": fix.safety.value if fix and fix.safety and fix.safety is not Safety.DISPLAY else "none",
            "help": escape(fix.message) if fix else "",
        }
        if days is not None:
            day = days.get(line)
            row |= {"age": self._age(day), "date": str(day) if day else "not committed"}
        return row

    def _age(self, day: datetime.date | None) -> str:
        if day is None:
            return AGES[-1]
        old = (self.today - day).days
        return next((age for age, limit in zip(AGES, _DAYS, strict=False) if old <= limit), "older")


def _family(info: RuleInfo | None) -> str:
    return info.family if info is not None else "plugin"

"""`markdown`: tables for a job summary (`>> $GITHUB_STEP_SUMMARY`) or a comment."""

from __future__ import annotations

import re
from collections import Counter
from typing import Iterable, Iterator

from relint.model import Diagnostic
from relint.report import Checked, mark, place
from relint.report.escape import escape
from relint.report.style import Style

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")
_LIMIT = 200
"""Rows of the second table: job summaries are cut at 1 MiB."""


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """Counts a rule, then the findings."""
    found = [diagnostic for _text, diagnostics in files for diagnostic in diagnostics]
    if not found:
        yield "### relint: no findings\n"
        return
    yield f"### relint: {len(found)} finding{'s' if len(found) > 1 else ''}\n\n"
    yield "| Rule | Findings | Fixable |\n|---|--:|--:|\n"
    fixable = Counter(each.code for each in found if mark(each))
    for (code, name, url), count in sorted(Counter((each.code, each.name, each.url) for each in found).items()):
        yield f"| {_link(f'{code} {name}', url)} | {count} | {fixable[code]} |\n"
    yield "\n| Place | Rule | Message |\n|---|---|---|\n"
    for diagnostic in found[:_LIMIT]:
        yield _row(diagnostic)
    if len(found) > _LIMIT:
        yield f"\n{len(found) - _LIMIT} more are not listed.\n"


def _row(diagnostic: Diagnostic) -> str:
    return f"| {_text(place(diagnostic))} | {_link(diagnostic.code, diagnostic.url)} | {_text(diagnostic.message)} |\n"


def _link(text: str, url: str) -> str:
    return f"[{_text(text)}]({url})" if url else _text(text)


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", escape(text))

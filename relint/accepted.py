"""Which findings do not count in this run: those of a baseline, and those on lines that did not change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from relint.model import Diagnostic

if TYPE_CHECKING:
    from relint.baseline import Baseline, Entry
    from relint.git import Changes
    from relint.result import FileResult


@dataclass(eq=False)
class Accepted:
    """A baseline, the changed lines, both, or neither."""

    baseline: Baseline | None = None
    changes: Changes | None = None
    met: int = 0
    """How many findings the baseline accepted so far."""

    @classmethod
    def of(cls, baseline: Path | None, diff_base: str | None, folder: Path) -> Accepted:
        """Read the baseline file and ask git, whichever is wanted; raises ConfigError."""
        accepted = cls()
        if baseline:
            from relint.baseline import load

            accepted.baseline = load(baseline)
        if diff_base:
            from relint.git import changes_since

            accepted.changes = changes_since(diff_base, folder)
        return accepted

    def concerns(self, path: Path) -> bool:
        """Whether the file can have a finding that counts."""
        return self.changes is None or self.changes.touch(str(path))

    def judge(self, result: FileResult) -> FileResult:
        """The result without findings on unchanged lines, and with accepted ones marked so."""
        if self.changes is None and self.baseline is None:
            return result
        found = result.diagnostics
        if self.changes is not None:
            found = tuple(each for each in found if self._is_on_changed_lines(each))
        if self.baseline is not None:
            self.baseline.checked(result.path)
            found = tuple(map(self._marked, found))
        return replace(result, diagnostics=found)

    def stale(self) -> list[Entry]:
        """Entries of the baseline whose findings are gone."""
        return self.baseline.stale() if self.baseline is not None else []

    def _is_on_changed_lines(self, diagnostic: Diagnostic) -> bool:
        assert self.changes is not None
        first = min(diagnostic.start.line, diagnostic.reach[0] or diagnostic.start.line)
        last = max(diagnostic.end.line, diagnostic.reach[1])
        return self.changes.meet(diagnostic.path, first, last)

    def _marked(self, diagnostic: Diagnostic) -> Diagnostic:
        assert self.baseline is not None
        if diagnostic.state == "new" and self.baseline.accepts(diagnostic):
            self.met += 1
            return replace(diagnostic, state="baseline")
        return diagnostic

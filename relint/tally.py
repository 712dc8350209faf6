"""What a run found and fixed, and the exit code that follows from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from relint.engine_rules import INTERNAL_ERROR, UNCHECKED
from relint.model import Severity
from relint.options import CLEAN, ERROR, FINDINGS, Options
from relint.report import mark
from relint.result import FileResult


@dataclass(eq=False)
class Tally:
    """What a run found and fixed, counted while the results pass by."""

    found: Counter[Severity] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    safe: int = 0
    unsafe: int = 0
    fixed: dict[str, Counter[str]] = field(default_factory=dict)
    failed: bool = False
    failed_baseline: bool = False
    fail_on: str = "warning"

    def add(self, result: FileResult) -> None:
        """Count one file."""
        for diagnostic in (each for each in result.diagnostics if each.state == "new"):
            self.found[diagnostic.severity] += 1
            self.codes.add(diagnostic.code)
            self.safe += mark(diagnostic) == "[*]"
            self.unsafe += mark(diagnostic) == "[!]"
        if result.fixed:
            self.fixed[result.path] = Counter(result.fixed)
        self.failed |= result.error is not None

    @property
    def total_fixed(self) -> int:
        """How many findings were fixed."""
        return sum(counts.total() for counts in self.fixed.values())

    def exit_code(self, options: Options) -> int:
        """0, 1 or 2; `--exit-zero` only hides findings."""
        if self.failed or INTERNAL_ERROR in self.codes:
            return ERROR
        if options.exit_zero:
            return CLEAN
        would_change = options.diff or options.exit_non_zero_on_fix
        if would_change and self.fixed:
            return FINDINGS
        if options.only_fixes:
            return FINDINGS if self.codes & UNCHECKED else CLEAN
        if self.failed_baseline:
            return FINDINGS
        warnings = 0 if self.fail_on == "error" else self.found[Severity.WARNING]
        return FINDINGS if self.found[Severity.ERROR] or warnings else CLEAN

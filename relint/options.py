"""What the command line asks of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relint.formats import WITH_STATES
from relint.result import Task

if TYPE_CHECKING:
    from relint.config import SettingsFinder

CLEAN, FINDINGS, ERROR = 0, 1, 2
"""Exit codes. ERROR is for usage, configuration, internal errors and fixes that could not be written."""


@dataclass(frozen=True, eq=False)
class Options:
    """What the command line asks of one check."""

    finder: SettingsFinder
    paths: tuple[str, ...] = (".",)
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    fix_only: bool = False
    show_fixes: bool = False
    output_format: str | None = None
    output_file: str | None = None
    statistics: bool = False
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    ignore_noqa: bool = False
    stdin_filename: str | None = None
    baseline: str | None = None
    strict_baseline: bool = False
    diff_base: str | None = None
    fail_on: str | None = None
    color: str = "auto"
    jobs: int | None = None
    no_cache: bool = False
    cache_dir: str | None = None
    scheduler: str | None = None
    show_files: bool = False
    quiet: bool = False
    verbose: bool = False

    @property
    def task(self) -> Task:
        """What is done with each file."""
        fix = self.fix or self.fix_only or self.diff
        suppressed = self.output_format in WITH_STATES
        return Task(fix=fix, unsafe=self.unsafe_fixes, noqa=not self.ignore_noqa, suppressed=suppressed)

    @property
    def only_fixes(self) -> bool:
        """Whether findings that stay are left out of the output."""
        return self.fix_only or self.diff

"""Which files a command checks, what comes of them, and which of their findings count."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

from relint.accepted import Accepted
from relint.errors import ConfigError
from relint.options import Options
from relint.output import say_error
from relint.report.escape import escape
from relint.result import File, FileResult
from relint.run import run
from relint.tally import Tally


def discovered(options: Options, tally: Tally) -> list[File]:
    """The files to check; configurations that are unusable are said, and fail the run."""
    from relint.discover import discover

    def unusable(error: ConfigError) -> None:
        tally.failed = True
        say_error(escape(str(error)))

    return list(discover([Path(path) for path in options.paths], options.finder, unusable))


def results_of(files: list[File], options: Options) -> Iterator[FileResult]:
    """What comes of each file, in order."""
    return run(files, options.task, jobs=options.jobs)


def accepted_of(options: Options, files: list[File]) -> Accepted:
    """What does not count: the baseline of the command line or of the settings, and unchanged lines."""
    configured = files[0][1].baseline if files else None
    baseline = Path(options.baseline) if options.baseline else configured
    return Accepted.of(baseline, options.diff_base, options.finder.cwd)

"""`relint check`: from the options to the exit code. Findings go to `out`, everything else to stderr."""

from __future__ import annotations

import sys
import time
from typing import Iterator

from relint.checked_files import accepted_of, discovered, results_of
from relint.formats import STDIN
from relint.options import Options
from relint.output import chosen_format, plural, report, say, say_accepted
from relint.report import shown_path
from relint.report.escape import escape
from relint.result import File, FileResult
from relint.tally import Tally


def check(options: Options) -> int:
    """Check, report, fix; returns the exit code.

    Raises ConfigError for stdin's configuration, and OSError for an unusable `--output-file`. Files with an unusable
    configuration are left out, and the exit code says so.
    """
    began = time.monotonic()
    if options.paths == (STDIN,):
        from relint.commands.check_stdin import check_stdin

        return check_stdin(options)

    tally = Tally()
    files = discovered(options, tally)
    if options.show_files:
        sys.stdout.writelines(f"{shown_path(str(path))}\n" for path, _ in files)
        return tally.exit_code(options)
    tally.fail_on = options.fail_on or (files[0][1].fail_on if files else tally.fail_on)
    accepted = accepted_of(options, files)
    files = [file for file in files if accepted.concerns(file[0])]
    if not files and not tally.failed and options.diff_base is None:
        say(options, "warning: no Python files found under " + ", ".join(map(escape, options.paths)))
    results = results_of(files, options)
    if sys.stderr.isatty() and not options.quiet:
        from relint.report.progress import watched

        # All results first: a bar and findings on one terminal would overwrite each other.
        results = iter(list(watched(results, len(files))))
    if options.task.fix and not options.diff:
        results = _written(list(results), files, options)
    results = map(accepted.judge, results)
    report(results, options, chosen_format(options, files), sys.stdout, tally)
    tally.failed_baseline = say_accepted(accepted, options)
    if options.verbose:
        _say_verbose(files, time.monotonic() - began, options)
    return tally.exit_code(options)


def _written(results: list[FileResult], files: list[File], options: Options) -> Iterator[FileResult]:
    """Results with the fixes on disk. The whole run is checked before: what a rule reads of other files must not
    depend on which of them is fixed already."""
    from relint.writing import write_fixes

    for result, (_path, settings) in zip(results, files, strict=True):
        yield write_fixes(result, settings, options.task)


def _say_verbose(files: list[File], seconds: float, options: Options) -> None:
    sources = sorted({str(settings.source or "(defaults)") for _, settings in files})
    for source in sources:
        sys.stderr.write(f"configuration: {shown_path(source)}\n")
    sys.stderr.write(f"checked {plural(len(files), 'file')} in {seconds:.2f} s\n")

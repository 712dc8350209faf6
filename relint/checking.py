"""`relint check`: from the options to the exit code. Findings go to `out`, everything else to stderr."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

from relint.checked_files import accepted_of, discovered, results_of
from relint.formats import STDIN
from relint.options import Options
from relint.output import chosen_format, plural, report, say, say_error
from relint.report import shown_path
from relint.report.escape import escape
from relint.result import File, FileResult
from relint.source import Unreadable, decode
from relint.tally import Tally
from relint.worker import check_source, unreadable_result
from relint.writing import write_fixes

if TYPE_CHECKING:
    from relint.accepted import Accepted
    from relint.settings import Settings


def check(options: Options) -> int:
    """Check, report, fix; returns the exit code.

    Raises ConfigError for stdin's configuration, and OSError for an unusable `--output-file`. Files with an unusable
    configuration are left out, and the exit code says so.
    """
    began = time.monotonic()
    if options.paths == (STDIN,):
        return _check_stdin(options)

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
    tally.failed_baseline = _say_accepted(accepted, options)
    if options.verbose:
        _say_verbose(files, time.monotonic() - began, options)
    return tally.exit_code(options)


def _check_stdin(options: Options) -> int:
    """Check what comes on stdin. With --fix the fixed text goes to stdout and everything else to stderr."""
    name = options.stdin_filename or STDIN
    settings = options.finder.for_file(Path(name))
    data = sys.stdin.buffer.read()
    result, text = FileResult(name), data
    if not (options.stdin_filename and _excluded(Path(name), settings)):
        result, text = _stdin_result(name, data, settings, options)
    passes_through = options.task.fix and not options.diff
    if passes_through:
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    tally = Tally(fail_on=options.fail_on or settings.fail_on)
    output_format = chosen_format(options, [(Path(name), settings)])
    accepted = accepted_of(options, [(Path(name), settings)])
    judged = map(accepted.judge, [result])
    report(judged, options, output_format, sys.stderr if passes_through else sys.stdout, tally)
    tally.failed_baseline = _say_accepted(accepted, options)
    return tally.exit_code(options)


def _stdin_result(name: str, data: bytes, settings: Settings, options: Options) -> tuple[FileResult, bytes]:
    """The result, and the bytes that --fix puts out: those that came in when nothing can be fixed."""
    try:
        source = decode(name, data)
    except Unreadable as error:
        return unreadable_result(name, str(error)), data
    result = check_source(source, settings, options.task)
    if result.create:
        unfixed = check_source(source, settings, replace(options.task, fix=False))
        return replace(unfixed, error="fixes that create files are not applied on stdin"), data
    return result, data if result.source is None else source.encode(result.fixed_text)


def _excluded(path: Path, settings: Settings) -> bool:
    """Like a file named on the command line: excludes count under --force-exclude only."""
    if not settings.force_exclude:
        return False
    from relint.discover import excluded

    return excluded(path, settings)


def _written(results: list[FileResult], files: list[File], options: Options) -> Iterator[FileResult]:
    """Results with the fixes on disk. The whole run is checked before: what a rule reads of other files must not
    depend on which of them is fixed already."""
    for result, (_path, settings) in zip(results, files, strict=True):
        yield write_fixes(result, settings, options.task)


def _say_accepted(accepted: Accepted, options: Options) -> bool:
    """Say what the baseline did; returns whether the run fails for entries that are stale."""
    stale = accepted.stale()
    if accepted.met:
        say(options, f"{plural(accepted.met, 'finding')} in the baseline not shown.")
    if stale:
        for one in stale if options.strict_baseline else ():
            say_error(f"stale in the baseline: {escape(one.path)}: {one.code} {escape(one.scope)}".rstrip())
        say(options, f"{plural(len(stale), 'finding')} of the baseline gone: relint baseline --shrink drops them.")
    return bool(stale) and options.strict_baseline


def _say_verbose(files: list[File], seconds: float, options: Options) -> None:
    sources = sorted({str(settings.source or "(defaults)") for _, settings in files})
    for source in sources:
        sys.stderr.write(f"configuration: {shown_path(source)}\n")
    sys.stderr.write(f"checked {plural(len(files), 'file')} in {seconds:.2f} s\n")

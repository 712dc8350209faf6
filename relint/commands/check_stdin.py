"""`relint check -`: what comes on stdin is checked like a file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from relint.checked_files import accepted_of
from relint.formats import STDIN
from relint.options import Options
from relint.output import chosen_format, report, say_accepted
from relint.result import FileResult
from relint.source import Unreadable, decode
from relint.tally import Tally
from relint.worker import check_source, unreadable_result

if TYPE_CHECKING:
    from relint.settings import Settings


def check_stdin(options: Options) -> int:
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
    tally.failed_baseline = say_accepted(accepted, options)
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

"""`--add-ignore` and `--add-noqa`: a comment for every finding of today."""

from __future__ import annotations

from relint.annotate import Style, annotated
from relint.checked_files import accepted_of, discovered, results_of
from relint.options import CLEAN, ERROR, Options
from relint.output import plural, say, say_error
from relint.report import shown_path
from relint.report.escape import escape
from relint.source import ChangedOnDisk, Unreadable, read, write
from relint.tally import Tally


def add_comments(options: Options, style: Style, reason: str) -> int:
    """Write a suppression comment for every finding that counts; returns the exit code."""
    tally = Tally()
    files = discovered(options, tally)
    accepted = accepted_of(options, files)
    comments = changed = 0
    for result in map(accepted.judge, list(results_of(files, options))):
        found = [each for each in result.diagnostics if each.state == "new"]
        text, count = annotated(result.text, found, style, " ".join(reason.split()))
        if not count:
            continue
        try:
            source = read(result.path)
            if source.text != result.text:
                raise ChangedOnDisk("it changed while it was checked")
            write(source, text)
        except (OSError, Unreadable, ChangedOnDisk, UnicodeEncodeError) as error:
            tally.failed = True
            say_error(f"{shown_path(result.path)}: comments not written: {escape(str(error))}")
            continue
        comments, changed = comments + count, changed + 1
    say(options, f"Silenced {plural(comments, 'finding')} in {plural(changed, 'file')}.")
    return ERROR if tally.failed else CLEAN

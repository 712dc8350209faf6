"""`relint report`: one HTML page of the findings of today."""

from __future__ import annotations

import datetime
from pathlib import Path

from relint import git
from relint.checked_files import accepted_of, discovered, results_of
from relint.engine_rules import INTERNAL_ERROR
from relint.options import CLEAN, ERROR, Options
from relint.output import counted, plural, say
from relint.report import shown_path
from relint.report.html import Page
from relint.tally import Tally


def write_page(options: Options, file: Path) -> int:
    """Write the HTML report of the findings of today; returns the exit code, 0 whatever is found."""
    tally = Tally()
    files = discovered(options, tally)
    accepted = accepted_of(options, files)
    results = list(counted(map(accepted.judge, results_of(files, options)), options, tally))
    shown = [(result.text, [each for each in result.diagnostics if each.state == "new"]) for result in results]
    blame = git.days_of_lines if git.head(options.finder.cwd) else None
    file.write_text(Page(datetime.date.today(), blame).render(shown), "utf-8", newline="\n")
    say(options, f"{plural(tally.found.total(), 'finding')} in {shown_path(str(file))}.")
    return ERROR if tally.failed or INTERNAL_ERROR in tally.codes else CLEAN

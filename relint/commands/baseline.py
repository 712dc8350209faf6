"""`relint baseline`: the findings of today are accepted."""

from __future__ import annotations

from pathlib import Path

from relint import baseline as baselines
from relint.checked_files import discovered, results_of
from relint.engine_rules import INTERNAL_ERROR
from relint.options import CLEAN, ERROR, Options
from relint.output import counted, plural, say, say_error
from relint.report import shown_path
from relint.tally import Tally


def write_baseline(options: Options, file: Path, *, shrink: bool) -> int:
    """Write the findings of today as the baseline; with `shrink` only drop those that are gone. Returns exit code."""
    tally = Tally()
    files = discovered(options, tally)
    results = list(counted(results_of(files, options), options, tally))
    if tally.failed or INTERNAL_ERROR in tally.codes:
        say_error("the baseline was not written: some files were not checked")
        return ERROR
    found = [diagnostic for result in results for diagnostic in result.diagnostics]
    entries = baselines.entries(found, file)
    if shrink:
        entries &= baselines.load(file).entries
    count = baselines.write(file, entries)
    say(options, f"{plural(count, 'finding')} accepted in {shown_path(str(file))}.")
    if files and not any(settings.baseline == file.absolute() for _, settings in files):
        name = shown_path(str(file))
        say(options, f'To use it: relint check --baseline {name}, or baseline = "{name}" in the configuration.')
    return CLEAN

"""`relint check`: from the options to the exit code. Findings go to `out`, everything else to stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Iterable, Iterator, TextIO

from relint.accepted import Accepted
from relint.engine_rules import INTERNAL_ERROR, UNCHECKED
from relint.errors import ConfigError
from relint.model import Severity
from relint.report import FOR_MACHINES, FOR_PEOPLE, FORMATS, STDIN, WITH_STATES, mark, renderer, shown_path
from relint.report.escape import escape
from relint.report.style import Style, wants_color
from relint.run import File, FileResult, Task, check_source, run, unreadable_result, write_fixes
from relint.source import ChangedOnDisk, Unreadable, decode, read, write

if TYPE_CHECKING:
    from relint.annotate import Style as CommentStyle
    from relint.config import Settings, SettingsFinder

CLEAN, FINDINGS, ERROR = 0, 1, 2
"""Exit codes. ERROR is for usage, configuration, internal errors and fixes that could not be written."""


@dataclass(frozen=True)
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


@dataclass
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


def check(options: Options) -> int:
    """Check, report, fix; returns the exit code.

    Raises ConfigError for stdin's configuration, and OSError for an unusable `--output-file`. Files with an unusable
    configuration are left out, and the exit code says so.
    """
    began = time.monotonic()
    if options.paths == (STDIN,):
        return _check_stdin(options)

    tally = Tally()
    files = _discovered(options, tally)
    if options.show_files:
        sys.stdout.writelines(f"{shown_path(str(path))}\n" for path, _ in files)
        return tally.exit_code(options)
    tally.fail_on = options.fail_on or (files[0][1].fail_on if files else tally.fail_on)
    accepted = _accepted(options, files)
    files = [file for file in files if accepted.concerns(file[0])]
    if not files and not tally.failed and options.diff_base is None:
        _say(options, "warning: no Python files found under " + ", ".join(map(escape, options.paths)))
    results = run(files, options.task, jobs=options.jobs)
    if sys.stderr.isatty() and not options.quiet:
        from relint.report.progress import watched

        # All results first: a bar and findings on one terminal would overwrite each other.
        results = iter(list(watched(results, len(files))))
    if options.task.fix and not options.diff:
        results = _written(list(results), files, options)
    results = map(accepted.judge, results)
    _report(results, options, _output_format(options, files), sys.stdout, tally)
    tally.failed_baseline = _say_accepted(accepted, options)
    if options.verbose:
        _say_verbose(files, time.monotonic() - began, options)
    return tally.exit_code(options)


def _discovered(options: Options, tally: Tally) -> list[File]:
    """The files to check; configurations that are unusable are said, and fail the run."""
    from relint.discover import discover

    def unusable(error: ConfigError) -> None:
        tally.failed = True
        _say_error(escape(str(error)))

    return list(discover([Path(path) for path in options.paths], options.finder, unusable))


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
    output_format = _output_format(options, [(Path(name), settings)])
    accepted = _accepted(options, [(Path(name), settings)])
    judged = map(accepted.judge, [result])
    _report(judged, options, output_format, sys.stderr if passes_through else sys.stdout, tally)
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


def _output_format(options: Options, files: list[File]) -> str:
    """The command line decides, then the settings of the first file."""
    configured = files[0][1].output_format if files else None
    if configured is not None and configured not in FORMATS:
        raise ConfigError(f'{files[0][1].source}: output-format: "{configured}" is none of {", ".join(FORMATS)}')
    return options.output_format or configured or "full"


def _also_in_file(results: list[FileResult], options: Options, output_format: str) -> list[FileResult]:
    assert options.output_file is not None
    with open(options.output_file, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(_rendered(results, options, output_format, Style(wants_color(options.color, stream))))
    return results


def _report(results: Iterator[FileResult], options: Options, output_format: str, out: TextIO, tally: Tally) -> None:
    style = Style(wants_color(options.color, out))
    counted = _counted(results, options, tally)
    if options.output_file is not None:
        counted = iter(list(counted) if options.only_fixes else _also_in_file(list(counted), options, output_format))
        # The file has the format that was asked for; people at the terminal still get theirs.
        output_format = output_format if output_format in FOR_PEOPLE else "full"
    if options.only_fixes:
        changes = 0
        for result in counted:
            changes += result.source is not None
            if options.diff:
                out.writelines(_diff(result, style))
        _finish_only_fixes(options, changes, tally)
        return
    out.writelines(_rendered(counted, options, output_format, style))
    machine = output_format in FOR_MACHINES
    if options.show_fixes:
        (sys.stderr if machine else out).writelines(_shown_fixes(tally))
    if not machine and not options.quiet:
        out.writelines(_summary(tally, style))


def _counted(results: Iterable[FileResult], options: Options, tally: Tally) -> Iterator[FileResult]:
    for result in results:
        tally.add(result)
        if result.error:
            _say_error(f"{shown_path(result.path)}: {escape(result.error)}")
        for note in result.notes:
            _say(options, f"warning: {shown_path(result.path)}: {escape(note)}")
        if options.only_fixes:
            from relint.report.concise import render

            broken = [diagnostic for diagnostic in result.diagnostics if diagnostic.code in UNCHECKED]
            sys.stderr.writelines(render([(result.text, broken)], Style(wants_color(options.color, sys.stderr))))
        yield result


def _rendered(results: Iterable[FileResult], options: Options, output_format: str, style: Style) -> Iterator[str]:
    render = renderer(output_format, statistics=options.statistics)
    states = ("new", "baseline", "suppressed") if output_format in WITH_STATES and not options.statistics else ("new",)
    return render(
        ((result.text, [each for each in result.diagnostics if each.state in states]) for result in results), style
    )


def _accepted(options: Options, files: list[File]) -> Accepted:
    configured = files[0][1].baseline if files else None
    baseline = Path(options.baseline) if options.baseline else configured
    return Accepted.of(baseline, options.diff_base, options.finder.cwd)


def _say_accepted(accepted: Accepted, options: Options) -> bool:
    """Say what the baseline did; returns whether the run fails for entries that are stale."""
    stale = accepted.stale()
    if accepted.met:
        _say(options, f"{_plural(accepted.met, 'finding')} in the baseline not shown.")
    if stale:
        for one in stale if options.strict_baseline else ():
            _say_error(f"stale in the baseline: {escape(one.path)}: {one.code} {escape(one.scope)}".rstrip())
        _say(options, f"{_plural(len(stale), 'finding')} of the baseline gone: relint baseline --shrink drops them.")
    return bool(stale) and options.strict_baseline


def add_comments(options: Options, style: CommentStyle, reason: str) -> int:
    """Write a suppression comment for every finding that counts; returns the exit code."""
    from relint.annotate import annotated

    tally = Tally()
    files = _discovered(options, tally)
    accepted = _accepted(options, files)
    comments = changed = 0
    for result in map(accepted.judge, list(run(files, options.task, jobs=options.jobs))):
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
            _say_error(f"{shown_path(result.path)}: comments not written: {escape(str(error))}")
            continue
        comments, changed = comments + count, changed + 1
    _say(options, f"Silenced {_plural(comments, 'finding')} in {_plural(changed, 'file')}.")
    return ERROR if tally.failed else CLEAN


def write_page(options: Options, file: Path) -> int:
    """Write the HTML report of the findings of today; returns the exit code, 0 whatever is found."""
    import datetime

    from relint import git
    from relint.report.html import Page

    tally = Tally()
    files = _discovered(options, tally)
    accepted = _accepted(options, files)
    results = list(_counted(map(accepted.judge, run(files, options.task, jobs=options.jobs)), options, tally))
    shown = [(result.text, [each for each in result.diagnostics if each.state == "new"]) for result in results]
    blame = git.days_of_lines if git.head(options.finder.cwd) else None
    file.write_text(Page(datetime.date.today(), blame).render(shown), "utf-8", newline="\n")
    _say(options, f"{_plural(tally.found.total(), 'finding')} in {shown_path(str(file))}.")
    return ERROR if tally.failed or INTERNAL_ERROR in tally.codes else CLEAN


def write_baseline(options: Options, file: Path, *, shrink: bool) -> int:
    """Write the findings of today as the baseline; with `shrink` only drop those that are gone. Returns exit code."""
    from relint import baseline as baselines

    tally = Tally()
    files = _discovered(options, tally)
    results = list(_counted(run(files, options.task, jobs=options.jobs), options, tally))
    if tally.failed or INTERNAL_ERROR in tally.codes:
        _say_error("the baseline was not written: some files were not checked")
        return ERROR
    found = [diagnostic for result in results for diagnostic in result.diagnostics]
    entries = baselines.entries(found, file)
    if shrink:
        entries &= baselines.load(file).entries
    count = baselines.write(file, entries)
    _say(options, f"{_plural(count, 'finding')} accepted in {shown_path(str(file))}.")
    return CLEAN


def _diff(result: FileResult, style: Style) -> Iterator[str]:
    if result.source is None:
        return
    from relint.report.diff import created, unified

    yield from unified(_plain(result.path), result.source.text, result.fixed_text, style)
    for file in result.create:
        yield from created(file, _plain(file.path), style)


def _plain(path: str) -> str:
    return "stdin" if path == STDIN else shown_path(path)


def _finish_only_fixes(options: Options, changes: int, tally: Tally) -> None:
    did = "Would fix" if options.diff else "Fixed"
    if options.show_fixes:
        sys.stderr.writelines(_shown_fixes(tally))
    _say(options, f"{did} {_plural(tally.total_fixed, 'finding')} in {_plural(changes, 'file')}.")


def _shown_fixes(tally: Tally) -> Iterator[str]:
    from relint.registry import catalogue

    if tally.fixed:
        yield f"Fixed {_plural(tally.total_fixed, 'finding')}:\n"
    for path, counts in tally.fixed.items():
        yield f"- {shown_path(path)}:\n"
        for code, count in sorted(counts.items()):
            rule = catalogue().get(code)
            yield f"    {count} x {code}{f' ({rule.name})' if rule else ''}\n"


def _summary(tally: Tally, style: Style) -> Iterator[str]:
    total, fixed = tally.found.total(), tally.total_fixed
    if not total and not fixed:
        if not tally.failed:
            yield style("green", "All checks passed!") + "\n"
        return
    parts = [f"{fixed} fixed", f"{total} remaining"] if fixed else []
    if tally.found[Severity.INFO]:
        parts.append(f"{tally.found[Severity.INFO]} for information only")
    yield f"Found {_plural(total + fixed, 'finding')}{' (' + ', '.join(parts) + ')' if parts else ''}.\n"
    if tally.safe:
        more = f" ({tally.unsafe} more with --unsafe-fixes)" if tally.unsafe else ""
        yield f"{style('cyan', '[*]')} {tally.safe} fixable with --fix{more}.\n"
    elif tally.unsafe:
        yield f"{style('cyan', '[!]')} {tally.unsafe} fixable with --fix --unsafe-fixes.\n"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _say(options: Options, message: str) -> None:
    if not options.quiet:
        sys.stderr.write(message + "\n")


def _say_error(message: str) -> None:
    sys.stderr.write(f"error: {message}\n")


def _say_verbose(files: list[File], seconds: float, options: Options) -> None:
    sources = sorted({str(settings.source or "(defaults)") for _, settings in files})
    for source in sources:
        sys.stderr.write(f"configuration: {shown_path(source)}\n")
    sys.stderr.write(f"checked {_plural(len(files), 'file')} in {seconds:.2f} s\n")

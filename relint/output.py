"""What a run prints: findings to `out`, everything else to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Iterable, Iterator, TextIO

from relint.engine_rules import UNCHECKED
from relint.errors import ConfigError
from relint.formats import FOR_MACHINES, FOR_PEOPLE, FORMATS, STDIN, WITH_STATES
from relint.model import Severity
from relint.options import Options
from relint.report import renderer, shown_path
from relint.report.escape import escape
from relint.report.style import Style, wants_color
from relint.result import File, FileResult
from relint.tally import Tally

if TYPE_CHECKING:
    from relint.accepted import Accepted


def report(results: Iterator[FileResult], options: Options, output_format: str, out: TextIO, tally: Tally) -> None:
    """Print the results as they come, then the summary; everything is counted in `tally`."""
    style = Style(wants_color(options.color, out))
    passing = counted(results, options, tally)
    if options.output_file is not None:
        passing = iter(list(passing) if options.only_fixes else _also_in_file(list(passing), options, output_format))
        # The file has the format that was asked for; people at the terminal still get theirs.
        output_format = output_format if output_format in FOR_PEOPLE else "full"
    if options.only_fixes:
        changes = 0
        for result in passing:
            changes += result.source is not None
            if options.diff:
                out.writelines(_diff(result, style))
        _finish_only_fixes(options, changes, tally)
        return
    out.writelines(_rendered(passing, options, output_format, style))
    machine = output_format in FOR_MACHINES
    if options.show_fixes:
        (sys.stderr if machine else out).writelines(_shown_fixes(tally))
    if not machine and not options.quiet:
        out.writelines(_summary(tally, style))


def chosen_format(options: Options, files: list[File]) -> str:
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


def counted(results: Iterable[FileResult], options: Options, tally: Tally) -> Iterator[FileResult]:
    """The results, counted as they pass by; what went wrong with them is said."""
    for result in results:
        tally.add(result)
        if result.error:
            say_error(f"{shown_path(result.path)}: {escape(result.error)}")
        for note in result.notes:
            say(options, f"warning: {shown_path(result.path)}: {escape(note)}")
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
    say(options, f"{did} {plural(tally.total_fixed, 'finding')} in {plural(changes, 'file')}.")


def _shown_fixes(tally: Tally) -> Iterator[str]:
    from relint.registry import catalogue

    if tally.fixed:
        yield f"Fixed {plural(tally.total_fixed, 'finding')}:\n"
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
    yield f"Found {plural(total + fixed, 'finding')}{' (' + ', '.join(parts) + ')' if parts else ''}.\n"
    if tally.safe:
        more = f" ({tally.unsafe} more with --unsafe-fixes)" if tally.unsafe else ""
        yield f"{style('cyan', '[*]')} {tally.safe} fixable with --fix{more}.\n"
    elif tally.unsafe:
        yield f"{style('cyan', '[!]')} {tally.unsafe} fixable with --fix --unsafe-fixes.\n"


def say_accepted(accepted: Accepted, options: Options) -> bool:
    """Say what the baseline did; returns whether the run fails for entries that are stale."""
    stale = accepted.stale()
    if accepted.met:
        say(options, f"{plural(accepted.met, 'finding')} in the baseline not shown.")
    if stale:
        for one in stale if options.strict_baseline else ():
            say_error(f"stale in the baseline: {escape(one.path)}: {one.code} {escape(one.scope)}".rstrip())
        say(options, f"{plural(len(stale), 'finding')} of the baseline gone: relint baseline --shrink drops them.")
    return bool(stale) and options.strict_baseline


def plural(count: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def say(options: Options, message: str) -> None:
    """A line on stderr, unless --quiet."""
    if not options.quiet:
        sys.stderr.write(message + "\n")


def say_error(message: str) -> None:
    """An error on stderr. The message must be escaped."""
    sys.stderr.write(f"error: {message}\n")

"""One file: text -> diagnostics. Start here to read the engine.

funnel (words) -> suppression comments -> examine (parse, one walk, listeners, fixes) -> suppress
Nothing here imports libcst: a file without triggers costs a word search.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Mapping, Sequence

from relint.engine_rules import ENGINE_RULES, INTERNAL_ERROR, UNREADABLE_FILE
from relint.funnel import Funnel
from relint.model import PLUGIN_FAMILY, Diagnostic, Position, Safety
from relint.project import Project
from relint.registry import catalogue
from relint.sql_files import is_sql
from relint.sql_funnel import matching_sql

if TYPE_CHECKING:
    from relint.earlier import Earlier
    from relint.model import RuleInfo
    from relint.narrow import Narrowed
    from relint.settings import Settings
    from relint.source import Source


_TOP = Position(1, 1)
_FUNNELS = 64
_funnels: dict[tuple[frozenset[str], tuple[str, ...], str], Funnel] = {}
"""Built once for all files with the same live rules and options, of which a project has a few kinds."""


def check(
    source: Source,
    settings: Settings,
    *,
    fixes: bool = True,
    noqa: bool = True,
    host_noqa: bool = False,
    funnel: bool = True,
    suppressed: bool = False,
    parse: bool = False,
    project: Project | None = None,
    earlier: Earlier | None = None,
) -> list[Diagnostic]:
    """The findings of one file, sorted; with `fixes`, each carries its fix where there is one.

    `noqa=False` ignores suppression comments; with `host_noqa` the caller obeys `# noqa`, and only `# relint:` counts
    here; `funnel=False` runs every live rule, which finds the same, slowly.
    `suppressed` keeps what comments silence, marked so; `parse` finds a syntax error also where no rule is concerned.
    `project` is the door to other files, and knows afterwards what was asked; without it they are read from disk.
    `earlier` is what the check of an earlier version of the text has left, and then what this one leaves.
    Never raises for what the file holds.
    """
    rules = catalogue(settings.plugins)
    live = settings.live(Path(source.path))
    mine = [rules[code] for code in sorted(live) if rules[code].module]
    if is_sql(source.path):
        found = _check_sql(source, settings, [rule for rule in mine if rule.sql], fixes, funnel, project)
    else:
        triggers = _funnel(settings, live, mine) if funnel else None
        found = _check_python(source, settings, mine, fixes, triggers, project, parse, earlier)
    if noqa and _may_be_silenced(source.text, found):
        from relint import suppress

        found = suppress.apply(source, found, live, rules, host_noqa=host_noqa, require_reason=settings.require_reason)
    wanted = (d for d in found if d.code in live and (suppressed or d.state != "suppressed"))
    return sorted((_as_configured(d, settings) for d in wanted), key=lambda d: d.sort_key)


def _may_be_silenced(text: str, found: Sequence[Diagnostic]) -> bool:
    """Whether a text holds what may be a comment that silences, or that is of no use."""
    return "relint:" in text or ("noqa" in text.lower() and bool(found or "REL" in text))


def _check_sql(
    source: Source, settings: Settings, rules: list[RuleInfo], fixes: bool, funnel: bool, project: Project | None
) -> list[Diagnostic]:
    concerned = matching_sql(source.text, rules) if funnel else rules
    if not concerned:
        return []
    from relint.examine_sql import examine

    return examine(source, settings, concerned, fixes=fixes, project=project)


def _check_python(
    source: Source,
    settings: Settings,
    rules: list[RuleInfo],
    fixes: bool,
    funnel: Funnel | None,
    project: Project | None,
    parse: bool,
    earlier: Earlier | None,
) -> list[Diagnostic]:
    project = project or Project(settings)
    concerned = rules if funnel is None else _concerned(source, funnel, project)
    if not (concerned or parse):
        return []
    narrowed = None
    # A plugin's rule may not know that functions are left out of what it sees.
    if funnel is not None and not any(rule.family == PLUGIN_FAMILY for rule in concerned):
        narrowed = _narrowed(source, funnel.of(concerned), project, earlier)
        if narrowed is not None:
            concerned = [rule for rule in concerned if rule.code in narrowed.concerned]
            if not concerned and narrowed.pieces.shallow:
                return []  # read by Python's own parser, which is fast, and that was all
    from relint import quick_libcst  # noqa: F401 - before what imports libcst
    from relint.examine import examine

    return examine(source, settings, concerned, fixes=fixes, project=project, narrowed=narrowed, earlier=earlier)


def _concerned(source: Source, funnel: Funnel, project: Project) -> list[RuleInfo]:
    concerned = funnel.matching(source.text)
    if likely := funnel.likely(source.text):
        from relint.leads import shared_names

        words = frozenset().union(*shared_names(project, source.path, source.text).values())
        concerned += (rule for rule in likely if not words.isdisjoint(rule.imports))
    return concerned


def _narrowed(source: Source, funnel: Funnel, project: Project, earlier: Earlier | None) -> Narrowed | None:
    """What of a file has to be seen, and by which rules; None for one that this interpreter cannot read."""
    from relint import deep
    from relint.narrow import narrow

    def imported() -> Mapping[str, frozenset[str]]:
        from relint.leads import shared_names

        return shared_names(project, source.path, source.text)

    return deep.run(lambda: narrow(source.text, funnel, imported, earlier))


def _funnel(settings: Settings, live: frozenset[str], rules: Sequence[RuleInfo]) -> Funnel:
    key = (live, settings.plugins, repr(settings.rules))
    funnel = _funnels.get(key)
    if funnel is None:
        if len(_funnels) >= _FUNNELS:
            _funnels.clear()
        funnel = _funnels[key] = Funnel(rules, settings.rules)
    return funnel


def _as_configured(diagnostic: Diagnostic, settings: Settings) -> Diagnostic:
    """The diagnostic with the severity of the settings, and its fix a mere suggestion where they forbid it."""
    severity = settings.severity_of(diagnostic.code, diagnostic.severity)
    if severity is not diagnostic.severity:
        diagnostic = replace(diagnostic, severity=severity)
    if diagnostic.fix is None or settings.may_fix(diagnostic.code):
        return diagnostic
    return replace(diagnostic, fix=replace(diagnostic.fix, safety=Safety.DISPLAY))


def unreadable(path: str, message: str) -> Diagnostic:
    """REL002 for a file that could not be read or decoded."""
    return engine_diagnostic(path, UNREADABLE_FILE, f"`{path}` {message}")


def crash(path: str, who: str, error: Exception) -> Diagnostic:
    """REL000 for what `who` (a rule, relint itself) raised while it checked a file."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return engine_diagnostic(path, INTERNAL_ERROR, f"{who} crashed on this file ({what}, {where}): please report it")


def engine_diagnostic(path: str, code: str, message: str, at: Position = _TOP) -> Diagnostic:
    """A finding of the engine itself."""
    info = ENGINE_RULES[code]
    return Diagnostic(path, at, at, code, info.name, message, info.severity, info.url, (at.line, at.line))

"""One file: text -> diagnostics. Start here to read the engine.

funnel (words) -> suppression comments -> examine (parse, one walk, listeners, fixes) -> suppress
Nothing here imports libcst: a file without triggers costs a word search.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relint import suppress
from relint.engine_rules import ENGINE_RULES, UNREADABLE_FILE
from relint.funnel import matching
from relint.model import Diagnostic, Position
from relint.registry import catalogue

if TYPE_CHECKING:
    from relint.settings import Settings
    from relint.source import Source


_TOP = Position(1, 1)


def check(
    source: Source, settings: Settings, *, fixes: bool = True, noqa: bool = True, funnel: bool = True
) -> list[Diagnostic]:
    """The findings of one file, sorted; with `fixes`, each carries its fix where there is one.

    `noqa=False` ignores suppression comments; `funnel=False` runs every live rule, which finds the same, slowly.
    Never raises for what the file holds.
    """
    rules = catalogue(settings.plugins)
    live = settings.live(Path(source.path))
    concerned = [rules[code] for code in sorted(live) if rules[code].module]
    if funnel:
        concerned = matching(source.text, concerned)
    found: list[Diagnostic] = []
    if concerned:
        from relint.examine import examine

        found = examine(source, settings, concerned, fixes=fixes)
    if noqa:
        found = suppress.apply(source, found, live, rules)
    return sorted((d for d in found if d.code in live), key=lambda d: d.sort_key)


def unreadable(path: str, message: str) -> Diagnostic:
    """REL002 for a file that could not be read or decoded."""
    return engine_diagnostic(path, UNREADABLE_FILE, f"`{path}` {message}")


def engine_diagnostic(path: str, code: str, message: str, at: Position = _TOP) -> Diagnostic:
    """A finding of the engine itself."""
    info = ENGINE_RULES[code]
    return Diagnostic(path, at, at, code, info.name, message, info.severity, info.url, (at.line, at.line))

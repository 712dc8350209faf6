"""Run every rule and every fix on a text, and say what they did wrong."""

from __future__ import annotations

import ast
import re
import traceback
import warnings
from dataclasses import replace
from typing import Iterable, Iterator
from unittest import mock

from pyflakes import checker, messages

from relint import fix as fixing
from relint.check import check
from relint.fix import fix
from relint.lines import Lines, position
from relint.model import Edit
from relint.project import Project
from relint.registry import catalogue
from relint.settings import Settings
from relint.source import Source

EVERYTHING = Settings(
    select=("ALL",),
    check_tests=True,
    rules={
        code: {name: True for name, value in rule.options.items() if value is False}
        for code, rule in catalogue().items()
    },
)
"""All rules, and all that their options bring."""
DEFAULT = Settings(check_tests=True)
_CRASHED = frozenset({"REL000"})
_NEVER_CHECKED = frozenset({"REL001", "REL002"})


def violations(source: Source, settings: Settings = EVERYTHING, *, notes: bool = True) -> list[str]:
    """What went wrong in a check and in two rounds of all fixes; empty when nothing did.

    With `notes`, fixes that were taken back because they broke the file count as well.
    """
    try:
        return list(_violations(source, settings, notes))
    except Exception:  # noqa: BLE001 - that is what we are looking for
        return [f"{source.path}: {traceback.format_exc()}"]


def lost_by_the_funnel(source: Source, settings: Settings) -> list[str]:
    """Each finding, and fix, that a check with the funnel and one without it do not share.

    Of a file that is no Python only the rules' findings count: without a trigger nobody notices.
    """
    project = Project(settings)
    near, far = (check(source, settings, funnel=funnel, project=project) for funnel in (True, False))
    if any(d.code in _NEVER_CHECKED for d in far):
        near, far = ([d for d in found if not d.code.startswith("REL00")] for found in (near, far))
    lost, added = [d for d in far if d not in near], [d for d in near if d not in far]
    return [
        f"{d.path}:{d.start.line}: {d.code} {how} with the funnel: {d.message}"
        for how, findings in (("is missing", lost), ("is found only", added))
        for d in findings
    ]


def _violations(source: Source, settings: Settings, notes: bool) -> Iterator[str]:
    found = check(source, settings)
    yield from (f"{d.path}:{d.start.line}: {d.message}" for d in found if d.code in _CRASHED)
    if not any(d.fix for d in found):
        return
    touched = _Watched(source.path)
    with mock.patch.object(fixing, "apply_edits", touched):
        fixed = fix(source, settings, unsafe=True)
    yield from touched.wrong
    yield from fixed.notes if notes else ()
    if fixed.text == source.text:
        return
    yield from (f"{d.path}: after fixing: {d.message}" for d in fixed.remaining if d.code in _CRASHED | _NEVER_CHECKED)
    if (error := _compile_error(fixed.text)) and not _compile_error(source.text):
        yield f"{source.path}: the fixed text does not compile: {error}"
    if undefined := undefined_names(fixed.text) - undefined_names(source.text):
        yield f"{source.path}: nothing binds what the fixed text reads: {', '.join(sorted(undefined))}"
    if _line_ends(source.text) != _line_ends(fixed.text) and len(_line_ends(source.text)) == 1:
        yield f"{source.path}: line ends changed: {_line_ends(source.text)} to {_line_ends(fixed.text)}"
    again = fix(replace(source, text=fixed.text), settings, unsafe=True)
    if again.text != fixed.text:
        yield f"{source.path}: a second fix changes more: {dict(again.fixed)}"


class _Watched:
    """`apply_edits`, compared with what it may change: the lines that an edit touches."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.wrong: list[str] = []
        self._apply = fixing.apply_edits

    def __call__(self, text: str, edits: Iterable[Edit]) -> str:
        edits = list(edits)
        after = self._apply(text, edits)
        lines = Lines(text)
        changed: set[int] = set()
        for edit in edits:
            first, last = position(lines.starts, edit.start).line, position(lines.starts, edit.end).line
            changed.update(range(first, last + 1))
        remaining = iter(Lines(after))
        for number, line in enumerate(lines, 1):
            if number not in changed and not any(line == other for other in remaining):
                self.wrong.append(f"{self.path}:{number}: changed, although no edit touches it")
                break
        return after


def _compile_error(text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "fixed.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"{type(error).__name__}: {error}"
    return None


def undefined_names(text: str) -> set[str]:
    """The names that a text reads and nothing in it binds, as pyflakes sees it; none where it does not compile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set()
    found = checker.Checker(tree).messages
    return {message.message_args[0] for message in found if isinstance(message, messages.UndefinedName)}


def _line_ends(text: str) -> set[str]:
    return set(re.findall(r"\r\n|\r|\n", text))

"""Apply fixes to one text: choose, merge, check again, and take back whatever breaks it."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Collection, Iterable, Iterator, Mapping, Sequence

from relint.check import check
from relint.engine_rules import UNCHECKED, UNUSED_SUPPRESSION
from relint.lines import line_starts
from relint.model import Diagnostic, Edit, NewFile, Safety
from relint.project import Project
from relint.registry import catalogue
from relint.source import decode

if TYPE_CHECKING:
    from relint.settings import Settings
    from relint.source import Source

MAX_PASSES = 10


@dataclass(frozen=True)
class Fixed:
    """What came of fixing one text. `notes` say which fixes were taken back, and why."""

    text: str
    fixed: Mapping[str, int]
    remaining: list[Diagnostic]
    notes: tuple[str, ...] = ()
    create: tuple[NewFile, ...] = ()


def fix(
    source: Source,
    settings: Settings,
    *,
    unsafe: bool,
    noqa: bool = True,
    project: Project | None = None,
    codes: Collection[str] | None = None,
) -> Fixed:
    """Apply the safe fixes (and the unsafe ones) until none is left, 10 passes at most. Writes nothing.

    `noqa=False` ignores suppression comments; `project` is the door to other files; `codes` are the rules whose fixes
    are wanted (None: all).
    """
    return _Fixing(source, settings, unsafe, noqa, project, codes).run()


def fix_one(
    source: Source,
    settings: Settings,
    found: Sequence[Diagnostic],
    chosen: Diagnostic,
    *,
    project: Project | None = None,
) -> Fixed:
    """Apply the fix of one of the findings in a text, whatever its safety; the text stays where it does no good."""
    return _Fixing(source, settings, True, True, project).only(found, chosen)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with non-overlapping edits applied; insertions at one place keep their order, `once` ones first."""
    newline = newline_of(text)
    parts: list[str] = []
    at = 0
    for edit in _ordered(edits):
        parts += [text[at : edit.start], edit.text.replace("\n", newline)]
        at = edit.end
    return "".join([*parts, text[at:]])


def newline_of(text: str) -> str:
    """The line ending of a text: the one its first line has."""
    starts = line_starts(text)
    if len(starts) < 2:
        return "\n"
    first = text[: starts[1]]
    return "\r\n" if first.endswith("\r\n") else first[-1]


def compatible(chosen: Sequence[Diagnostic], candidate: Diagnostic) -> bool:
    """Whether a fix touches no character that the chosen fixes touch."""
    taken = [edit for diagnostic in chosen if diagnostic.fix for edit in diagnostic.fix.edits]
    wanted = candidate.fix.edits if candidate.fix else ()
    return not any(_overlap(a, b) for a in taken for b in wanted)


def _overlap(a: Edit, b: Edit) -> bool:
    if a.start == b.start:
        # Two insertions at one place would depend on their order, unless it does not matter for one of them.
        return not (a.once or b.once) or (a.end > a.start and b.end > b.start)
    return a.start < b.end and b.start < a.end


def _ordered(edits: Iterable[Edit]) -> list[Edit]:
    """Sorted by place; equal `once` edits are applied once; at one place imports come first, functions last."""
    edits = list(edits)
    once = {edit for edit in edits if edit.once}
    shared = sorted(once, key=lambda edit: (not _imports(edit), _set_apart(edit), edit.text))
    found = sorted([*shared, *(edit for edit in edits if not edit.once)], key=lambda edit: (edit.start, not edit.once))
    for index, (edit, behind) in enumerate(pairwise(found)):
        if not (edit.once and behind.once and edit.start == behind.start):
            continue
        if (_set_apart(edit) and _set_apart(behind)) or (_is_new_group(edit) and _is_new_group(behind)):
            # Functions: the blank lines between them are those before the second one. Imports: one group.
            found[index] = replace(edit, text=edit.text.rstrip("\n") + "\n")
    return found


def _set_apart(edit: Edit) -> bool:
    """Whether an edit is a function: two blank lines stand before it, and it comes after values."""
    return edit.text.startswith("\n\n")


def _is_new_group(edit: Edit) -> bool:
    """Whether an edit is an import that stands above those that are there, with a blank line between."""
    return _imports(edit) and edit.text.endswith("\n\n")


def _imports(edit: Edit) -> bool:
    return edit.text.lstrip().startswith(("import ", "from "))


class _Fixing:
    """The passes over one file."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        unsafe: bool,
        noqa: bool,
        project: Project | None,
        codes: Collection[str] | None = None,
    ) -> None:
        self.source = source
        self.settings = settings
        self.noqa = noqa
        self.project = project
        self.codes = codes
        self.wanted = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
        self.fixed: Counter[str] = Counter()
        self.create: list[NewFile] = []
        self.notes: list[str] = []
        self.rejected: set[tuple[str, str]] = set()

    def run(self) -> Fixed:
        text = self.source.text
        found = self._check(text)
        for _ in range(MAX_PASSES):
            chosen = self._choose(found)
            if not chosen:
                break
            text, found = self._apply(text, found, chosen)
        else:
            if self._choose(found):
                self.notes.append(f"stopped after {MAX_PASSES} passes with fixes left to apply")
        return Fixed(text, dict(self.fixed), found, tuple(self.notes), tuple(self.create))

    def only(self, found: Sequence[Diagnostic], chosen: Diagnostic) -> Fixed:
        text, remaining = self._apply(self.source.text, list(found), [chosen])
        return Fixed(text, dict(self.fixed), remaining, tuple(self.notes), tuple(self.create))

    def _check(self, text: str, *, parse: bool = False, create: Sequence[NewFile] = ()) -> list[Diagnostic]:
        project = self._project(text, create) if create else self.project
        return check(replace(self.source, text=text), self.settings, noqa=self.noqa, parse=parse, project=project)

    def _project(self, text: str, create: Sequence[NewFile]) -> Project:
        """The project with the fixed text and the new files in it."""
        there = {os.path.abspath(file.path): file.text for file in create}
        there[os.path.abspath(self.source.path)] = text
        return (self.project or Project(self.settings)).overlaid(there)

    def _choose(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """What this pass applies: the earlier start first, then the lower code; overlaps wait for the next pass."""
        chosen: list[Diagnostic] = []
        creating = False
        for diagnostic in found:
            fix = diagnostic.fix
            if fix is None or fix.safety not in self.wanted:
                continue
            if self.codes is not None and diagnostic.code not in self.codes:
                continue
            if _key(diagnostic) in self.rejected or not compatible(chosen, diagnostic):
                continue
            if fix.create and creating:
                continue
            creating = creating or bool(fix.create)
            chosen.append(diagnostic)
        return chosen

    def _apply(self, text: str, found: list[Diagnostic], chosen: list[Diagnostic]) -> tuple[str, list[Diagnostic]]:
        """The text and findings after the fixes that hold; those that break the file are rejected for good."""
        after = _merged(text, chosen)
        create = [*self.create, *_created(text, chosen)]
        # The words that made the engine parse the file may be gone with the fix. A comment's fix needs no parsing.
        parse = any(diagnostic.code != UNUSED_SUPPRESSION for diagnostic in chosen)
        result = self._check(after, parse=parse, create=create)
        why = self._complaint(found, chosen, result) or self._complaint_of_new(after, create)
        if why is None:
            self.fixed += _gone(found, chosen, result)
            self.create = create
            return after, result
        if len(chosen) == 1:
            bad = chosen[0]
            self.rejected.add(_key(bad))
            self.notes.append(f"line {bad.start.line}: the fix of {bad.code} was not applied: {why}")
            return text, found
        # Bisect: apply the first half, then choose again on the new text.
        return self._apply(text, found, chosen[: len(chosen) // 2])

    def _complaint(
        self, before: Sequence[Diagnostic], chosen: Sequence[Diagnostic], after: Sequence[Diagnostic]
    ) -> str | None:
        """Why the fixes must not stay: the file broke, a finding is still there, or a new one appeared."""
        for diagnostic in after:
            if diagnostic.code in UNCHECKED:
                return f"the result fails with {diagnostic.code} ({diagnostic.message})"
        rules = catalogue(self.settings.plugins)
        was, now, gone = _count(before), _count(after), _count(chosen)
        for code in sorted(now):
            allowed = was[code] - gone[code]
            if now[code] <= allowed or code == UNUSED_SUPPRESSION:
                continue
            if gone[code]:
                return f"the result still has this {code}"
            if not rules[code].yields:
                return f"the result has a new {code}"
        return None

    def _complaint_of_new(self, after: str, create: Sequence[NewFile]) -> str | None:
        """Why a new file must not be written: a fix makes nothing that the same run would complain about."""
        for file in create[len(self.create) :]:
            source = decode(file.path, file.text.encode("utf-8"))
            project = self._project(after, create)
            for diagnostic in check(source, self.settings, fixes=False, noqa=self.noqa, parse=True, project=project):
                return f"the new file {os.path.basename(file.path)} has {diagnostic.code} ({diagnostic.message})"
        return None


def _gone(before: Sequence[Diagnostic], chosen: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> Counter[str]:
    """How many findings the chosen fixes have removed: one may remove more than its own."""
    was, now, own = _count(before), _count(after), _count(chosen)
    return Counter({code: max(number, was[code] - now[code]) for code, number in own.items()})


def _created(text: str, chosen: Iterable[Diagnostic]) -> Iterator[NewFile]:
    """The files that fixes create, with the line ends of the text that they were made for."""
    newline = newline_of(text)
    for diagnostic in chosen:
        for file in diagnostic.fix.create if diagnostic.fix else ():
            yield replace(file, text=file.text.replace("\n", newline))


def _count(diagnostics: Iterable[Diagnostic]) -> Counter[str]:
    return Counter(diagnostic.code for diagnostic in diagnostics)


def _key(diagnostic: Diagnostic) -> tuple[str, str]:
    """What a rejected fix is known by on the next pass, when lines have moved."""
    edits = diagnostic.fix.edits if diagnostic.fix else ()
    return diagnostic.code, repr([edit.text for edit in edits]) + diagnostic.message


def _merged(text: str, chosen: Sequence[Diagnostic]) -> str:
    return apply_edits(text, [edit for diagnostic in chosen if diagnostic.fix for edit in diagnostic.fix.edits])

"""What a process does with the files it is given: read, check, compute fixes. It writes nothing."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Iterator, Sequence

from relint.check import check, crash, unreadable
from relint.digests import digest
from relint.errors import ConfigError
from relint.memory import give_back
from relint.project import Files, Project, Seen
from relint.result import Checked, FileResult, Task, applicable, visible
from relint.source import Source, Unreadable, decode, read

if TYPE_CHECKING:
    from relint.settings import Settings

_COLLECT_AFTER = 300_000
"""Bytes of source between two collections: a tree takes a few hundred times the size of its text."""


@dataclass(frozen=True, eq=False)
class Work:
    """One file: its absolute path, and what it holds where the disk is out of reach."""

    path: str
    settings: Settings
    data: bytes | None = None


def start() -> None:
    """What a process does before its first batch.

    Ctrl-C ends it, without a traceback of its own. What it has imported is never garbage, and of what it makes little
    is in cycles: `one_by_one` says when they are looked for.
    """
    import signal  # which only pools need

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.collect()
    gc.freeze()
    gc.disable()


def run_batch(batch: Sequence[Work], task: Task, files: Files | None = None) -> list[Checked]:
    """The results of a batch. `files` is where other files come from (None: the disk)."""
    return list(one_by_one(batch, task, files))


def one_by_one(batch: Sequence[Work], task: Task, files: Files | None = None) -> Iterator[Checked]:
    """The results of a batch as they come. Files near each other share one look at other files.

    Where the garbage collector is off, garbage is collected now and then.
    """
    read_since = 0
    seen = Seen(files or Files())
    for work in batch:
        yield check_file(work, task, seen)
        read_since += len(work.data) if work.data is not None else _size(work.path)
        if read_since > _COLLECT_AFTER:
            seen, read_since = Seen(files or Files()), 0
            if not gc.isenabled():
                gc.collect(1)  # what was kept until now is kept on, and not looked at again
                give_back()


def check_file(work: Work, task: Task, files: Files | None = None) -> Checked:
    """Read and check one file; one that cannot be read is a REL002 diagnostic."""
    try:
        source = read(work.path) if work.data is None else decode(work.path, work.data)
    except Unreadable as error:
        return Checked(unreadable_result(work.path, str(error)))
    return _checked(source, work.settings, task, Project(work.settings, files))


def unreadable_result(path: str, message: str) -> FileResult:
    """The result of a file that cannot be read."""
    return FileResult(path, diagnostics=(unreadable(path, message),))


def check_source(source: Source, settings: Settings, task: Task, project: Project | None = None) -> FileResult:
    """Check one text and, if the task says so, compute its fixes. Nothing is written.

    What crashes is a REL000 diagnostic. ConfigError (an unusable plugin) is raised.
    """
    return _checked(source, settings, task, project or Project(settings)).result


def _checked(source: Source, settings: Settings, task: Task, project: Project) -> Checked:
    try:
        found, consulted = _found(source, settings, task, project), dict(project.consulted)
        fixes = task.fix and applicable(found.diagnostics, task)
        result = _fixed(source, settings, task, project) if fixes else found
        return Checked(visible(result, task), found, digest(source.data), consulted)
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - the findings of the other files must still be printed
        return Checked(FileResult(source.path, source.text, (crash(source.path, "relint", error),)))


def _found(source: Source, settings: Settings, task: Task, project: Project) -> FileResult:
    """What comments silence is always found: so one entry of a cache serves every output format."""
    found = tuple(check(source, settings, noqa=task.noqa, suppressed=True, project=project))
    return FileResult(source.path, source.text if found else "", found)


def _fixed(source: Source, settings: Settings, task: Task, project: Project) -> FileResult:
    from relint.fix import fix

    fixed = fix(source, settings, unsafe=task.unsafe, noqa=task.noqa, project=project)
    remaining = tuple(fixed.remaining)
    result = FileResult(source.path, fixed.text if remaining else "", remaining, notes=tuple(fixed.notes))
    if fixed.text == source.text and not fixed.create:
        return result
    return replace(result, source=source, fixed_text=fixed.text, fixed=dict(fixed.fixed), create=tuple(fixed.create))


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:  # reported when it is read
        return 0

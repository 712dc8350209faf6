"""One check of what is open: snapshot -> findings to show. Runs in the worker thread and touches no shared state."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Mapping

from relint import baseline as baselines
from relint.check import check, crash
from relint.earlier import Earlier
from relint.engine_rules import SYNTAX_ERROR
from relint.errors import ConfigError
from relint.hosts.lsp.changes import moved
from relint.hosts.lsp.documents import Snapshot
from relint.hosts.lsp.workspace import Folder
from relint.model import Diagnostic
from relint.project import Files, Project
from relint.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Result:
    """What a check found in a snapshot. `consulted` is the record of the other files that the findings rest on.

    `settings` is None where nothing was checked: the file is excluded, too large, or its configuration is unusable
    (`error` says so). `broken` says that the text could not be parsed: then `found` are the last findings that could
    be made, moved to where they are now, and `good` is the result that they come from.
    """

    snapshot: Snapshot
    settings: Settings | None = None
    found: tuple[Diagnostic, ...] = ()
    consulted: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False
    good: Result | None = None
    error: ConfigError | None = None


def analyse(
    snapshot: Snapshot, folder: Folder, files: Files, before: Result | None, wanted: Callable[[], bool]
) -> Result:
    """Check a snapshot; `before` is the last result of the document.

    What crashes is a REL000 finding; raises Cancelled when `wanted` says that nobody waits any more.
    """
    if not folder.options.enable or len(snapshot.text) > folder.options.max_file_size:
        return Result(snapshot)
    try:
        if folder.leaves_out(snapshot.path):
            return Result(snapshot)
        return _analyse(snapshot, folder, Project(folder.settings(snapshot.path), files, wanted=wanted), before)
    except ConfigError as error:
        return Result(snapshot, error=error)
    except Exception as error:
        crashed = crash(snapshot.path, "relint", error)
        known = before is not None and any(each.message == crashed.message for each in before.found)
        if not known:  # not at every keystroke
            log.error("checking %s failed", snapshot.path, exc_info=error)
        return Result(snapshot, found=(crashed,))


def _analyse(snapshot: Snapshot, folder: Folder, project: Project, before: Result | None) -> Result:
    settings = project.settings
    found = tuple(check(snapshot.source, settings, project=project, earlier=_earlier(snapshot.path)))
    if any(each.code == SYNTAX_ERROR for each in found):
        shown = found if folder.options.show_syntax_errors else ()
        good = before.good if before is not None and before.broken else before
        if good is not None and good.settings is not None:
            shown += tuple(moved(good.found, good.snapshot.text, snapshot.text))
        return Result(snapshot, settings, shown, project.consulted, broken=True, good=good)
    if folder.options.baseline and settings.baseline is not None:
        found = _new(found, snapshot.path, settings.baseline, folder)
    return Result(snapshot, settings, found, project.consulted)


_checked: dict[str, Earlier] = {}
"""What the checks of the last texts have left for their next versions, by path."""
_KEPT = 3
"""Of how many: a tree takes some hundred times the memory of its text."""


def _earlier(path: str) -> Earlier:
    found = _checked[path] = _checked.pop(path) if path in _checked else Earlier()
    while len(_checked) > _KEPT:
        del _checked[next(iter(_checked))]
    return found


def _new(found: tuple[Diagnostic, ...], path: str, file: Path, folder: Folder) -> tuple[Diagnostic, ...]:
    """The findings that the project's baseline does not accept."""
    if not found or not os.path.exists(file):
        return found
    accepted = baselines.Baseline(file, folder.accepted(file, path))
    return tuple(each for each in found if not accepted.accepts(each))

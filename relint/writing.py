"""Writing what fixes change and create: all of a file or nothing, by the parent process alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from relint.model import NewFile
from relint.result import FileResult, Task, respelled
from relint.source import ChangedOnDisk, write
from relint.worker import check_source

if TYPE_CHECKING:
    from relint.settings import Settings


def write_fixes(result: FileResult, settings: Settings, task: Task) -> FileResult:
    """Write what the fixes of a file change and create.

    Everything of a file is written or nothing: when it cannot be written (read-only, changed meanwhile) or a new file
    cannot be created (there is one already, it lies outside the project), the result holds the findings of the text
    that was read and an `error`.
    """
    if result.source is None:
        return result
    created: list[Path] = []
    try:
        for file in result.create:
            _create(file, settings.root, created)
        if result.fixed_text != result.source.text:
            write(result.source, result.fixed_text)
    except BaseException as error:
        for path in created:
            path.unlink()
        if not isinstance(error, OSError | UnicodeEncodeError | ChangedOnDisk | _Refused):
            raise
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        absolute = replace(result.source, path=os.path.abspath(result.path))
        unfixed = respelled(check_source(absolute, settings, replace(task, fix=False)), result.path)
        return replace(unfixed, error=f"fixes not written: {reason}", notes=result.notes)
    return result


class _Refused(Exception):
    """A fix wants to create a file where it must not."""


def _create(file: NewFile, root: Path, created: list[Path]) -> None:
    path = Path(os.path.abspath(file.path))
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise _Refused(f"{file.path} lies outside the project in {root}")
    try:
        with open(path, "x", encoding="utf-8", newline="") as stream:
            created.append(path)
            stream.write(file.text)
    except FileExistsError as error:
        raise _Refused(f"{file.path} exists already") from error

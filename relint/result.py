"""What is asked of a file and what comes of it: plain data that crosses processes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Iterable, Mapping

from relint.model import Diagnostic, NewFile, Safety

if TYPE_CHECKING:
    from relint.settings import Settings
    from relint.source import Source

File = tuple[Path, "Settings"]


@dataclass(frozen=True)
class Task:
    """What to do with each file: find, or find and compute fixes (`unsafe` ones too); `noqa` obeys suppressions.

    `suppressed` reports what they silence too, marked so.
    """

    fix: bool = False
    unsafe: bool = False
    noqa: bool = True
    suppressed: bool = False


@dataclass(frozen=True)
class FileResult:
    """What came of one file.

    `text` is the text that the positions of `diagnostics` refer to; it is empty when there are none. `source` is what
    was read, and is set when fixes change the file (to `fixed_text`) or create others. `error` says why they could
    not be written.
    """

    path: str
    text: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    source: Source | None = None
    fixed_text: str = ""
    fixed: Mapping[str, int] | None = None
    create: tuple[NewFile, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Checked:
    """A result, and what it rests on.

    `found` is what was found before any fix, what comments silence included. `digest` is that of the bytes that were
    checked, None when they could not be read; `consulted` is the record of other files (see `relint.project`).
    """

    result: FileResult
    found: FileResult | None = None
    digest: str | None = None
    consulted: Mapping[str, str] = field(default_factory=dict)


def applicable(diagnostics: Iterable[Diagnostic], task: Task) -> bool:
    """Whether the task would apply the fix of one of them."""
    wanted = {Safety.SAFE, Safety.UNSAFE} if task.unsafe else {Safety.SAFE}
    return any(each.state == "new" and each.fix is not None and each.fix.safety in wanted for each in diagnostics)


def visible(result: FileResult, task: Task) -> FileResult:
    """The result with what comments silence only where the task wants it."""
    if (task.suppressed and not task.fix) or not any(each.state == "suppressed" for each in result.diagnostics):
        return result
    found = tuple(each for each in result.diagnostics if each.state != "suppressed")
    return replace(result, text=result.text if found else "", diagnostics=found)


def respelled(result: FileResult, path: str) -> FileResult:
    """The result with the file's path as the user has spelled it: files are checked under their absolute paths."""
    if not result.diagnostics and result.source is None:
        return result if result.path == path else replace(result, path=path)
    was = f"`{result.path}` "
    diagnostics = tuple(
        replace(
            each,
            path=path,
            message=f"`{path}` {each.message[len(was) :]}" if each.message.startswith(was) else each.message,
        )
        for each in result.diagnostics
    )
    source = replace(result.source, path=path) if result.source else None
    return replace(result, path=path, diagnostics=diagnostics, source=source)

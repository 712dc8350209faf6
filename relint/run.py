"""Many files: which process checks which, results in input order, and writing the fixes.

Workers only read and compute; every file is written by the parent, so that a fix which creates files can be refused
before anything of it is written.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

from relint.check import check, crash, engine_diagnostic, unreadable
from relint.engine_rules import INTERNAL_ERROR
from relint.errors import ConfigError
from relint.fix import fix
from relint.model import Diagnostic, NewFile
from relint.source import ChangedOnDisk, Source, Unreadable, read, write

if TYPE_CHECKING:
    from relint.config import Settings

File = tuple[Path, "Settings"]

POOL_FROM = 2_000_000
"""Bytes of files below which starting processes costs more than it saves."""

_BATCHES_A_WORKER = 16
_SMALLEST_BATCH = 64_000


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


def run(files: Iterable[File], task: Task = Task(), *, jobs: int | None = None) -> Iterator[FileResult]:
    """The result of each file, in the order of `files` whatever the number of processes (None: one a CPU)."""
    pending = list(files)
    sizes = [_size(path) for path, _ in pending]
    workers = min(jobs if jobs is not None else os.cpu_count() or 1, len(pending))
    if workers > 1 and sum(sizes) >= POOL_FROM:
        yield from _run_in_pool(_batches(pending, sizes, workers), task, workers)
    else:
        for path, settings in pending:
            yield check_path(path, settings, task)


def check_path(path: Path, settings: Settings, task: Task) -> FileResult:
    """Read and check one file; one that cannot be read is a REL002 diagnostic."""
    try:
        source = read(str(path))
    except Unreadable as error:
        return unreadable_result(str(path), str(error))
    return check_source(source, settings, task)


def unreadable_result(path: str, message: str) -> FileResult:
    """The result of a file that cannot be read."""
    return FileResult(path, diagnostics=(unreadable(path, message),))


def check_source(source: Source, settings: Settings, task: Task) -> FileResult:
    """Check one text and, if the task says so, compute its fixes. Nothing is written.

    What crashes is a REL000 diagnostic. ConfigError (an unusable plugin) is raised.
    """
    try:
        return _checked(source, settings, task)
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - the findings of the other files must still be printed
        return FileResult(source.path, source.text, (crash(source.path, "relint", error),))


def _checked(source: Source, settings: Settings, task: Task) -> FileResult:
    if not task.fix:
        found = tuple(check(source, settings, noqa=task.noqa, suppressed=task.suppressed))
        return FileResult(source.path, source.text if found else "", found)

    fixed = fix(source, settings, unsafe=task.unsafe, noqa=task.noqa)
    remaining = tuple(fixed.remaining)
    result = FileResult(source.path, fixed.text if remaining else "", remaining, notes=tuple(fixed.notes))
    if fixed.text == source.text and not fixed.create:
        return result
    return replace(result, source=source, fixed_text=fixed.text, fixed=dict(fixed.fixed), create=tuple(fixed.create))


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
    except (OSError, UnicodeEncodeError, ChangedOnDisk, _Refused) as error:
        for path in created:
            path.unlink()
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        unfixed = check_source(result.source, settings, replace(task, fix=False))
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # reported when it is read
        return 0


def _batches(files: Sequence[File], sizes: Sequence[int], workers: int) -> list[list[File]]:
    """Neighbouring files, about the same number of bytes a batch."""
    limit = max(sum(sizes) // (workers * _BATCHES_A_WORKER), _SMALLEST_BATCH)
    batches: list[list[File]] = [[]]
    filled = 0
    for file, size in zip(files, sizes, strict=True):
        if batches[-1] and filled + size > limit:
            batches.append([])
            filled = 0
        batches[-1].append(file)
        filled += size
    return batches


def _run_batch(batch: Sequence[File], task: Task) -> list[FileResult]:
    return [check_path(path, settings, task) for path, settings in batch]


def _run_in_pool(batches: Sequence[Sequence[File]], task: Task, workers: int) -> Iterator[FileResult]:
    """Results of the batches in order. After a worker died, the first batch without a result goes file by file."""
    done: dict[int, list[FileResult]] = {}
    at = 0
    while at < len(batches):
        with _pool(workers) as pool:
            futures = {
                index: pool.submit(_run_batch, batches[index], task)
                for index in range(at, len(batches))
                if index not in done
            }
            try:
                while at < len(batches):
                    yield from done.pop(at) if at in done else futures.pop(at).result()
                    at += 1
            except BrokenProcessPool:
                done |= {index: future.result() for index, future in futures.items() if _succeeded(future)}
            else:
                return
        yield from _one_by_one(batches[at], task)
        at += 1


def _succeeded(future: Future[list[FileResult]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _one_by_one(batch: Sequence[File], task: Task) -> Iterator[FileResult]:
    for file in batch:
        with _pool(1) as pool:
            try:
                yield from pool.submit(_run_batch, [file], task).result()
            except BrokenProcessPool:
                path = str(file[0])
                died = engine_diagnostic(
                    path, INTERNAL_ERROR, "the process that checked this file died: please report it"
                )
                yield FileResult(path, diagnostics=(died,))


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that share nothing with this one: `fork` is unsafe beside threads."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    pool = ProcessPoolExecutor(
        workers, context, initializer=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    )
    try:
        yield pool
    except BaseException:
        # The consumer stopped early, or a process died: what has not started is not started any more.
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    # Processes that still end while the interpreter does would be complained about.
    pool.shutdown()

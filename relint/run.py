"""Many files: what the cache knows, what has to be checked, by which processes, and all results in input order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Generator, Iterable, Iterator, Sequence

from relint.result import Checked, File, FileResult, Task, respelled, visible

if TYPE_CHECKING:
    from relint.cache import Cache
    from relint.settings import Settings
    from relint.worker import Work

    Elsewhere = Callable[[Sequence[Work], Sequence[int], Task], Iterator[Checked]]

FIND = Task()

POOL_FROM = 2_000_000
"""Bytes of files below which starting processes costs more than it saves."""

_BATCHES_A_WORKER = 16
_SMALLEST_BATCH = 64_000


def run(
    files: Iterable[File],
    task: Task = FIND,
    *,
    jobs: int | None = None,
    cache: Cache | None = None,
    elsewhere: Elsewhere | None = None,
) -> Iterator[FileResult]:
    """The result of each file, in the order of `files` whatever the number of processes (None: one a CPU).

    `cache` answers for files that nothing has changed for, and learns of the others. `elsewhere` checks what is left
    on other machines: given the works, their sizes in bytes and the task, it gives the results in order.
    """
    here = os.getcwd()
    pending = [(_absolute(path, here), path, settings) for path, settings in files]
    known = cache.look_up([(path, settings) for path, _, settings in pending], task) if cache else {}
    left = [(path, settings) for path, _, settings in pending if path not in known]
    checked = _checked(left, task, jobs, elsewhere)
    try:
        for path, spelled, settings in pending:
            result = known.get(path)
            if result is not None and not result.diagnostics:
                yield FileResult(str(spelled))
                continue
            if result is None:
                one = next(checked)
                if cache:
                    cache.learn(one, settings, task)
                result = one.result
            yield respelled(visible(result, task), str(spelled))
    finally:
        checked.close()
        if cache:
            cache.close()


def _absolute(path: Path, here: str) -> str:
    text = str(path)
    if os.sep == "/" and ".." not in text and text != ".":  # then pathlib has normalised it, at a tenth of the cost
        return os.path.join(here, text)
    return os.path.abspath(text)


def _checked(
    files: Sequence[tuple[str, Settings]], task: Task, jobs: int | None, elsewhere: Elsewhere | None
) -> Generator[Checked, None, None]:
    """The files one after the other, by several processes where that pays, or `elsewhere`."""
    if not files:
        return
    from relint.worker import Work, one_by_one

    works = [Work(path, settings) for path, settings in files]
    sizes = [_size(path) for path, _ in files]
    workers = min(jobs if jobs is not None else os.cpu_count() or 1, len(works))
    if elsewhere is not None:
        yield from elsewhere(works, sizes, task)
    elif workers > 1 and sum(sizes) >= POOL_FROM:
        from relint import dispatch
        from relint.pool import processes

        limit = max(sum(sizes) // (workers * _BATCHES_A_WORKER), _SMALLEST_BATCH)
        yield from dispatch.in_order(dispatch.batches(works, sizes, limit), task, processes, workers)
    else:
        yield from one_by_one(works, task)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:  # reported when it is read
        return 0

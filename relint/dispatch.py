"""Batches of files on an executor: results in order, and what happens when a process dies."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Callable, Iterator, Sequence

from relint.check import engine_diagnostic
from relint.engine_rules import INTERNAL_ERROR
from relint.result import Checked, FileResult, Task
from relint.worker import Work, run_batch

Batch = Sequence[Work]
Open = Callable[[int], AbstractContextManager[Executor]]
"""Opens an executor of so many processes."""


def batches(works: Sequence[Work], sizes: Sequence[int], limit: int) -> list[list[Work]]:
    """Neighbouring files, about `limit` bytes a batch."""
    made: list[list[Work]] = [[]]
    filled = 0
    for work, size in zip(works, sizes, strict=True):
        if made[-1] and filled + size > limit:
            made.append([])
            filled = 0
        made[-1].append(work)
        filled += size
    return made


def in_order(made: Sequence[Batch], task: Task, open_executor: Open, workers: int) -> Iterator[Checked]:
    """The results of all batches, in order. After a process died, the first batch without a result is done again,
    file by file, and the rest as before."""
    done: dict[int, list[Checked]] = {}
    at = 0
    while at < len(made):
        with open_executor(workers) as executor:
            futures = {
                index: executor.submit(run_batch, made[index], task)
                for index in range(at, len(made))
                if index not in done
            }
            try:
                while at < len(made):
                    yield from done.pop(at) if at in done else futures.pop(at).result()
                    at += 1
                return
            except BrokenExecutor:
                done |= {index: future.result() for index, future in futures.items() if _succeeded(future)}
        yield from _again(made[at], task, open_executor)
        at += 1


def died(path: str) -> Checked:
    """The result of a file that ends every process which checks it."""
    message = "the process that checked this file died, twice: please report it"
    return Checked(FileResult(path, diagnostics=(engine_diagnostic(path, INTERNAL_ERROR, message),)))


def _succeeded(future: Future[list[Checked]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _again(batch: Batch, task: Task, open_executor: Open) -> Iterator[Checked]:
    """The results of a batch, one file at a time in a process of their own, which is replaced when it dies."""
    waiting = list(batch)
    note = f"a process died: this file and {len(batch) - 1} after it were checked again"
    while waiting:
        with open_executor(1) as executor:
            try:
                while waiting:
                    (checked,) = executor.submit(run_batch, waiting[:1], task).result()
                    yield _noted(checked, note) if len(waiting) == len(batch) else checked
                    waiting.pop(0)
            except BrokenExecutor:
                yield died(waiting.pop(0).path)


def _noted(checked: Checked, note: str) -> Checked:
    return replace(checked, result=replace(checked.result, notes=(*checked.result.notes, note)))

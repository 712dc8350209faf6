"""Processes on this machine that share nothing with this one: `fork` is unsafe beside threads."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Iterator

from relint import worker

# What every process needs, imported once: the fork server hands it on. `relint.cli` is what `__main__` imports.
_PRELOADED = ["relint.cli", "relint.worker", "relint.fix", "relint.examine"]


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """An executor of `count` processes. When the block is left by an exception they are ended at once."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    context.set_forkserver_preload(_PRELOADED)
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, context, initializer=worker.start)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        # Waits for the thread of the pool, which is done at once then: while the interpreter ends it would find its
        # pipe closed.
        pool.shutdown(cancel_futures=True)
        raise
    # Processes that still end while the interpreter does would be complained about.
    pool.shutdown()

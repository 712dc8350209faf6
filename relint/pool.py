"""Processes on this machine that share nothing with this one: `fork` is unsafe beside threads."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Iterator

from relint import worker

# What every process needs, imported once: the fork server hands it on. `relint.cli` is what `__main__` imports.
_PRELOADED = ["relint.quick_libcst", "relint.cli", "relint.worker", "relint.fix", "relint.examine"]

_AT_MOST = 2.0
"""Seconds that an end by force may take."""


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """An executor of `count` processes. When the block is left by an exception they are ended at once."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    context.set_forkserver_preload(_PRELOADED)
    others, threads = set(multiprocessing.active_children()), set(threading.enumerate())
    pool = ProcessPoolExecutor(count, context, initializer=worker.start)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        # The pool's thread is done at once then; while the interpreter ends it would find its pipe closed.
        for thread in set(threading.enumerate()) - threads:
            if not thread.daemon:
                thread.join(_AT_MOST)
        raise
    # Processes that still end while the interpreter does would be complained about.
    pool.shutdown()

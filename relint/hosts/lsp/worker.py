"""One thread that checks, most urgent first, so that the protocol is answered meanwhile.

It has the large stack that libcst needs: a deeply nested file must not kill the server.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import queue
from concurrent.futures import Future
from typing import Callable, TypeVar

from relint import deep, project, remembered
from relint.memory import give_back

_Result = TypeVar("_Result")

log = logging.getLogger(__name__)

NOW, SOON, LATER = 0, 1, 2
"""What somebody looks at, what follows from it, and what runs over the whole workspace."""

_FORGET_AFTER = 200
"""Jobs after which the engine's caches are emptied: they are made for one run, and every keystroke adds to them."""

_IDLE = 0.2
"""Seconds without a job after which garbage is collected: not between a keystroke and its findings if it can wait."""

_SOME_GARBAGE, _TOO_MUCH_GARBAGE = 20_000, 40_000
"""Objects that may be garbage: worth a collection when there is nothing else to do, and at once (some 4 MB)."""


class Token:
    """Says whether anybody still waits for a job."""

    def __init__(self) -> None:
        self.wanted = True

    def cancel(self) -> None:
        """Nobody waits any more."""
        self.wanted = False


class Worker:
    """Runs jobs one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], None]]] = queue.PriorityQueue()
        self._serial = itertools.count()
        self._started = False
        self.done = 0
        """How many jobs were done."""

    async def run(self, function: Callable[[], _Result], token: Token, priority: int = NOW) -> _Result:
        """The result of `function()`; raises what it raises, and `project.Cancelled` when the token says so."""
        if not self._started:
            self._started = True
            deep.start(self._work, "relint-worker")
        future: Future[_Result] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            if not token.wanted:
                future.set_exception(project.Cancelled())
                return
            try:
                future.set_result(function())
            except BaseException as error:  # noqa: BLE001 - carried over to who waits for it
                future.set_exception(error)

        self._jobs.put((priority, next(self._serial), job))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            token.cancel()
            raise

    def _work(self) -> None:
        while True:
            try:
                _, _, job = self._jobs.get(timeout=_IDLE if gc.get_count()[0] > _SOME_GARBAGE else None)
            except queue.Empty:
                gc.collect()
                continue
            try:
                job()
            except Exception:
                log.exception("a job failed")
            del job
            self.done += 1
            if self.done == 1:
                gc.collect()
                gc.freeze()  # what was imported stays: looking at it again and again would be most of the work
            # relint's command line turns the collector off, which would run in the midst of a parse.
            elif gc.get_count()[0] > _TOO_MUCH_GARBAGE:
                gc.collect()
            if self.done % _FORGET_AFTER == 0:
                remembered.forget()
                give_back()

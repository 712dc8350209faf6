"""One thread that checks, most urgent first, so that the protocol is answered meanwhile.

It has the large stack that libcst needs: a deeply nested file must not kill the server.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import queue
from concurrent.futures import Future
from typing import Callable, TypeVar

from relint import deep, project, remembered

_Result = TypeVar("_Result")

log = logging.getLogger(__name__)

NOW, SOON, LATER = 0, 1, 2
"""What somebody looks at, what follows from it, and what runs over the whole workspace."""

_FORGET_AFTER = 200
"""Jobs after which the engine's caches are emptied: they are made for one run, and every keystroke adds to them."""


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
        # relint: ignore[REL303] a document waits for one check at a time, and who asks waits for the answer
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
            _, _, job = self._jobs.get()
            try:
                job()
            except Exception:
                log.exception("a job failed")
            self.done += 1
            if self.done % _FORGET_AFTER == 0:
                remembered.forget()

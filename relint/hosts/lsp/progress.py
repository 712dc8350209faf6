"""A progress bar in the editor, where it has one."""

from __future__ import annotations

import time
import uuid
from types import TracebackType

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from relint.hosts.lsp.session import Session
from relint.hosts.lsp.worker import Token

_EVERY = 0.1
"""Seconds between two reports."""


class Progress:
    """`async with Progress(...)`; `step` says what is done next, and whether to go on."""

    def __init__(self, session: Session, title: str, total: int) -> None:
        self.token = Token()
        self._session = session
        self._title = title
        self._total = total
        self._done = 0
        self._reported = 0.0
        self._name: str | None = None

    async def __aenter__(self) -> Progress:
        if self._session.client.progress:
            name = str(uuid.uuid4())
            try:
                await self._session.server.work_done_progress.create_async(name)
            except JsonRpcException:  # then there is no bar
                return self
            self._name = name
            begin = types.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0)
            self._session.server.work_done_progress.begin(name, begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._name is not None:
            self._session.server.work_done_progress.end(self._name, types.WorkDoneProgressEnd())
            self._session.server.work_done_progress.tokens.pop(self._name, None)

    async def step(self, what: str) -> bool:
        """Say what is done next; False when the person has called it off."""
        bar = self._session.server.work_done_progress
        if self._name is not None:
            if bar.tokens[self._name].cancelled():
                self.token.cancel()
            elif time.monotonic() - self._reported >= _EVERY:
                self._reported = time.monotonic()
                percentage = 100 * self._done // max(self._total, 1)
                bar.report(self._name, types.WorkDoneProgressReport(message=what, percentage=percentage))
        self._done += 1
        return self.token.wanted

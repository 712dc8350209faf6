"""What one client has open, and when it is checked: debounced, the newest text only, dependants after it.

Everything here runs on the event loop; checks run in the worker. A result is shown only for the snapshot that it was
made of.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Coroutine, Iterable

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from relint.check import crash
from relint.errors import ConfigError
from relint.hosts.lsp.analysis import Result, analyse
from relint.hosts.lsp.changes import moved
from relint.hosts.lsp.client import Client
from relint.hosts.lsp.diagnostics import diagnostics
from relint.hosts.lsp.documents import Part, Snapshot, is_configuration, on_disk, uri_of
from relint.hosts.lsp.options import Options, Told
from relint.hosts.lsp.problems import Problems, shown
from relint.hosts.lsp.worker import NOW, SOON, Token, Worker
from relint.hosts.lsp.workspace import Workspace
from relint.project import Cancelled, Overlay

log = logging.getLogger(__name__)

_DEBOUNCE = (0.005, 0.3)
"""Seconds: the shortest and the longest wait after a keystroke, where the client does not set one."""

_REFRESH = 0.05
"""Seconds in which several reasons to ask a client for its diagnostics again become one request."""


@dataclass(eq=False)
class Open:
    """One thing that is open and checked: a document, or a notebook with all its cells."""

    uri: str
    snapshot: Snapshot
    checked: bool = True
    saved: Snapshot | None = None
    result: Result | None = None
    fresh: bool = False
    """Whether `result` still holds: its text is the snapshot's, and what it consulted has not changed."""

    cost: float = 0.0
    """Seconds that the last check took."""

    answers: dict[str, str] = field(default_factory=dict)
    """What other files were when they made this one be checked again: once for each answer, whatever is recorded."""

    token: Token = field(default_factory=Token)
    running: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    shown: Result | None = None


class Session:
    """The state of one client's session."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server
        self.client = Client()
        self.told = Told()
        self.workspace = Workspace()
        self.problems = Problems()
        self.worker = Worker()
        self.open: dict[str, Open] = {}
        self.parts: dict[str, Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.scratch: tempfile.TemporaryDirectory[str] | None = None
        """Where pages and suggestions lie that the editor opens; gone with the server."""

        self.seen: dict[str, int] = {}
        """When configuration files were changed, for clients that do not tell it."""

        self._refreshing = False
        self._said: set[str] = set()

    # -- what is open ------------------------------------------------------------------------------------------------

    def show(self, uri: str, snapshot: Snapshot, *, checked: bool = True, wait: bool = True) -> Open:
        """Take a document's text, new or changed, and see to its diagnostics; `wait` lets more keystrokes come."""
        held = self.open.get(uri)
        if held is None:
            held = self.open[uri] = Open(uri, snapshot, checked, saved=snapshot)
            if is_configuration(snapshot):
                self.spawn(self._read_configuration([held]))
        for part in held.snapshot.parts:
            self.parts.pop(part.uri, None)
        held.snapshot, held.fresh = snapshot, False
        held.answers.clear()
        held.token.cancel()
        self.parts.update({part.uri: held for part in snapshot.parts})
        on_save = self.options_of(held).run == "onSave"
        if not (on_save and wait):
            self._after(held, self._debounce(held) if wait else 0.0)
        return held

    def saved(self, uri: str) -> None:
        """A document was saved: where checks wait for that, it is checked now."""
        held = self.open.get(uri)
        if held is not None:
            held.saved = held.snapshot
            self._after(held, 0.0)

    def as_saved(self, held: Open) -> Result | None:
        """The findings of the text that was saved, moved to where they are now; None where checks do not wait."""
        on_save = self.options_of(held).run == "onSave"
        before = held.result
        if not on_save or held.saved is held.snapshot or before is None:
            return None
        found = tuple(moved(before.found, before.snapshot.text, held.snapshot.text))
        return replace(before, snapshot=held.snapshot, found=found, broken=True)

    def close(self, uri: str) -> None:
        """Forget a document, and clear what is shown of it."""
        held = self.open.pop(uri, None)
        if held is None:
            return
        held.token.cancel()
        self._note(held, None)
        if held.timer is not None:
            held.timer.cancel()
        for part in held.snapshot.parts:
            self.parts.pop(part.uri, None)
            if held.checked and not self.client.pull:
                self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part.uri, []))
        self.changed([held.snapshot.path])

    def of(self, uri: str) -> Open | None:
        """What is open under a URI: a document, or the notebook of a cell."""
        return self.parts.get(uri)

    def changed(self, paths: Iterable[str]) -> None:
        """Check again what rests on these files, which are different now (or may be)."""
        paths = list(paths)
        touched = set(paths) | {str(Path(path).parent) for path in paths}
        overlay = self.overlay()
        now: dict[str, str] = {}
        for held in self.open.values():
            if held.result is None or not held.fresh:
                continue
            for path in touched.intersection(held.result.consulted):
                if path not in now:
                    now[path] = overlay.answer(path)
                if now[path] not in (held.result.consulted[path], held.answers.get(path)):
                    held.answers[path] = now[path]
                    self.recheck([held])
                    break

    def recheck(self, what: Iterable[Open] | None = None) -> None:
        """Check again what is open (all of it by default): its findings may be others now."""
        for held in list(self.open.values()) if what is None else what:
            held.fresh = False
            held.token.cancel()
            if self.client.pull:
                self._refresh_soon()
            else:
                self._after(held, 0.0, SOON)

    def overlay(self) -> Overlay:
        """The disk with what is open over it."""
        return Overlay(
            {each.snapshot.path: each.snapshot.text for each in self.open.values() if not each.snapshot.notebook}
        )

    # -- checking ----------------------------------------------------------------------------------------------------

    async def result(self, held: Open, priority: int = NOW) -> Result:
        """The findings in the newest text, checked now unless they are known."""
        while True:
            if held.result is not None and held.fresh:
                return held.result
            if held.running is None or held.running.done():
                held.running = asyncio.ensure_future(self._check(held, priority))
            await asyncio.shield(held.running)

    async def _check(self, held: Open, priority: int) -> None:
        snapshot, before = held.snapshot, held.result
        token = held.token = Token()
        folder, overlay = self.workspace.folder_of(snapshot.path), self.overlay()

        def job() -> tuple[Result, float]:
            began = time.perf_counter()
            result = analyse(snapshot, folder, overlay, before, lambda: token.wanted)
            return result, time.perf_counter() - began

        try:
            result, held.cost = await self.worker.run(job, token, priority)
        except Cancelled:
            return
        except Exception as error:
            log.exception("checking %s failed", snapshot.path)
            result = Result(snapshot, found=(crash(snapshot.path, "relint", error),))
        if held.snapshot is snapshot and held.token is token and token.wanted:
            held.result, held.fresh = result, True
            self._note(held, result.error)

    def _debounce(self, held: Open) -> float:
        wanted = self.options_of(held).debounce
        if wanted is not None:
            return wanted / 1000
        shortest, longest = _DEBOUNCE
        return min(max(held.cost / 2, shortest), longest)

    def _after(self, held: Open, seconds: float, priority: int = NOW) -> None:
        """See to a document's diagnostics in a moment; another call meanwhile starts the wait again."""
        if held.timer is not None:
            held.timer.cancel()
        loop = asyncio.get_running_loop()
        held.timer = loop.call_later(seconds, lambda: self.spawn(self._attend(held, priority)))

    async def _attend(self, held: Open, priority: int) -> None:
        if held.checked and not self.client.pull:
            result = await self.result(held, priority)
            self._publish(held, result)
        if self.open.get(held.uri) is held:
            self.changed([held.snapshot.path])

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end; what it raises is logged."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed", exc_info=error)

    # -- showing -----------------------------------------------------------------------------------------------------

    def _publish(self, held: Open, result: Result) -> None:
        if self.open.get(held.uri) is not held or result.snapshot is not held.snapshot or held.shown is result:
            return
        held.shown = result
        self.say_once(result.error)
        versions = {part.uri: part.version for part in result.snapshot.parts}
        for uri, found in diagnostics(result, self.client).items():
            self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, versions[uri]))

    async def _read_configuration(self, what: Iterable[Open]) -> None:
        """See whether the configuration of documents can be used, and show what is wrong in its files."""
        of_folder = [(held, self.workspace.folder_of(held.snapshot.path)) for held in what]
        met = await self.worker.run(
            lambda: [folder.problem(held.snapshot.path) for held, folder in of_folder], Token(), SOON
        )
        for (held, folder), error in zip(of_folder, met, strict=True):
            if self.open.get(held.uri) is held and self.workspace.folder_of(held.snapshot.path) is folder:
                self._note(held, error)

    def _note(self, held: Open, error: ConfigError | None) -> None:
        for file in self.problems.note(held.uri, error):
            self._show_problems(file)

    def _show_problems(self, file: Path) -> None:
        """Show what is wrong in a configuration file, in it: pushed, for it need not be open."""
        held = next((each for each in self.open.values() if each.snapshot.path == str(file)), None)
        snapshot = held.snapshot if held is not None else on_disk(file)
        if snapshot is None:
            snapshot = Snapshot(str(file), "", (Part(uri_of(str(file)), None),))
        found = [shown(each, snapshot, self.client.encoding) for each in self.problems.of(file)]
        params = types.PublishDiagnosticsParams(snapshot.parts[0].uri, found)
        self.server.text_document_publish_diagnostics(params)

    def failed(self, held: Open | None, error: Exception) -> None:
        """Log what a handler raised, and show it as REL000 in the document until that is checked again."""
        log.error("relint failed", exc_info=error)
        if held is None or held.result is None:
            return
        found = (*held.result.found, crash(held.snapshot.path, "relint", error))
        held.result = replace(held.result, found=found)
        if not self.client.pull:
            self._publish(held, held.result)

    def options_of(self, held: Open) -> Options:
        """The editor's settings for a document."""
        return self.workspace.folder_of(held.snapshot.path).options

    def inform(self, message: str) -> None:
        """Tell the person something that is no error."""
        self.server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"relint: {message}"))

    def say_once(self, problem: Exception | str | None) -> None:
        """Show a message to the person, once until settings change."""
        message = str(problem or "")
        if message and message not in self._said:
            self._said.add(message)
            self.server.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"relint: {message}"))

    def end(self) -> None:
        """The client goes: nothing is checked or said any more."""
        for held in self.open.values():
            held.token.cancel()
            if held.timer is not None:
                held.timer.cancel()
        self.open.clear()
        self.parts.clear()

    def reload(self) -> None:
        """Read all settings anew and check everything again."""
        self.workspace.reload()
        self._said.clear()
        self.recheck()
        for file in self.problems.files:  # what is wrong may be the same, at another place
            self._show_problems(file)
        self.spawn(self._read_configuration(list(self.open.values())))

    def _refresh_soon(self) -> None:
        if self._refreshing:
            return
        self._refreshing = True
        asyncio.get_running_loop().call_later(_REFRESH, self._refresh)

    def _refresh(self) -> None:
        self._refreshing = False
        self.server.workspace_diagnostic_refresh(None)

"""The editor's settings and folders: asked for, listened to, and applied without a restart."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any, Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from relint.hosts.lsp.documents import uri_of
from relint.hosts.lsp.options import SECTION, Options, options, told
from relint.hosts.lsp.session import Session
from relint.hosts.lsp.workspace import CONFIGURATION_FILES

log = logging.getLogger("relint.hosts.lsp")

_WATCHED = ("**/*.py", "**/*.pyi", *(f"**/{name}" for name in CONFIGURATION_FILES), "**/relint-baseline.json")
_WATCHED_MORE = ("**/requirements*.txt", "**/alembic.ini", "**/setup.cfg")
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
_KINDS = {
    logging.ERROR: types.MessageType.Error,
    logging.WARNING: types.MessageType.Warning,
    logging.INFO: types.MessageType.Info,
}


class _ToClient(logging.Handler):
    """Sends log lines to the editor's output channel. Only from the event loop's thread: messages must not mix."""

    def __init__(self, server: LanguageServer) -> None:
        super().__init__()
        self._server = server
        self._sending = False

    def emit(self, record: logging.LogRecord) -> None:
        if self._sending:
            return  # what goes wrong while a line is sent must not be sent
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return  # a worker's thread; the line is on stderr
        kind = _KINDS.get(record.levelno, types.MessageType.Log)
        self._sending = True
        try:
            self._server.window_log_message(types.LogMessageParams(kind, self.format(record)))
        finally:
            self._sending = False


def start_logging(server: LanguageServer) -> None:
    """Log to stderr, and to the client."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="relint: %(levelname)s: %(message)s")
    handler = _ToClient(server)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)


def begin(session: Session, params: types.InitializeParams) -> None:
    """Open the folders of `initialize` with the options that came along."""
    given = params.initialization_options
    session.told.initial = told(given)
    root = to_fs_path(params.root_uri) if params.root_uri else params.root_path
    folders = [to_fs_path(each.uri) for each in params.workspace_folders or ()] or [root]
    session.workspace.general = _options(session, given, Path(next((each for each in folders if each), os.getcwd())))
    for folder in folders:
        if folder:
            session.workspace.set(folder, _options(session, given, Path(folder)))


async def register(session: Session) -> None:
    """Ask to be told when files and settings change, where that has to be asked for."""
    client, wanted = session.client, []
    if client.register_watchers:
        watchers = [types.FileSystemWatcher(glob) for glob in (*_WATCHED, *_WATCHED_MORE)]
        wanted.append(
            types.Registration(
                "relint-files",
                types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
        )
    if client.register_configuration:
        wanted.append(
            types.Registration(
                "relint-settings",
                types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                types.DidChangeConfigurationRegistrationOptions(section=SECTION),
            )
        )
    for registration in wanted:
        try:
            await session.server.client_register_capability_async(types.RegistrationParams([registration]))
        except JsonRpcException as error:  # then changes are not told, and the rest works
            log.info("the client refused to register %s: %s", registration.method, error)


async def pull(session: Session, pushed: Any = None) -> None:
    """Take the editor's settings: those that it sent along, and those that it has when asked, for each folder."""
    workspace = session.workspace
    if pushed is not None:
        session.told.pushed = told(pushed)
    folders = [str(each.path) for each in workspace.folders]
    answers = await _asked(session, [*map(uri_of, folders), None])
    *of_folders, general = session.told.with_answers(answers)
    for folder, given in zip(folders, of_folders, strict=True):
        if workspace.is_open(folder):
            workspace.set(folder, _options(session, given, Path(folder)))
    workspace.general = _options(session, general, workspace.first)
    log.setLevel(_LEVELS[workspace.general.log_level])
    session.reload()


async def _asked(session: Session, scopes: Sequence[str | None]) -> Sequence[Any]:
    """The client's settings for each scope; None where it tells none."""
    answers: Sequence[Any] = ()
    if session.client.configuration:
        items = [types.ConfigurationItem(scope, SECTION) for scope in scopes]
        try:
            answers = await session.server.workspace_configuration_async(types.ConfigurationParams(items)) or ()
        except JsonRpcException as error:
            log.info("the client did not tell its settings: %s", error)
    return answers if len(answers) == len(scopes) else [None] * len(scopes)


def files_changed(session: Session, uris: Sequence[str]) -> None:
    """Files are different on the disk: settings are read again if they are meant, and dependants checked."""
    paths = [os.path.abspath(path) for path in map(to_fs_path, uris) if path]
    if any(os.path.basename(path) in CONFIGURATION_FILES or path.endswith("-baseline.json") for path in paths):
        session.reload()
        return
    session.changed(paths)


def look(session: Session) -> None:
    """Read the settings again if their files are others now; for clients that do not watch files."""
    if session.client.register_watchers:
        return
    folders = {Path(each.snapshot.path).parent for each in session.open.values()}
    files = {
        around / name for folder in folders for around in (folder, *folder.parents) for name in CONFIGURATION_FILES
    }
    now = {str(file): _changed_at(file) for file in files}
    before, session.seen = session.seen, now
    if any(now[file] != before[file] for file in now.keys() & before.keys()):
        session.reload()


def _changed_at(file: Path) -> int:
    """When a file was changed, in nanoseconds; 0 where it is not."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


async def folders_changed(session: Session, event: types.WorkspaceFoldersChangeEvent) -> None:
    """Open and close folders of the workspace."""
    for folder in event.removed:
        session.workspace.remove(to_fs_path(folder.uri) or "")
    for folder in event.added:
        path = to_fs_path(folder.uri)
        if path:
            session.workspace.set(path, session.workspace.general)
    await pull(session)


def _options(session: Session, given: Any, folder: Path) -> Options:
    found, wrong = options(given, folder)
    for problem in wrong:
        session.say_once(f"settings: {problem}")
    return found

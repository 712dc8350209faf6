"""The language server: which request goes where. `relint server` runs it on stdin and stdout."""

from __future__ import annotations

import functools
import inspect
import logging
import os
import sys
from typing import Any, Callable

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from relint import __version__
from relint.hosts.lsp import actions, commands, completion, configuration, hover, notebooks
from relint.hosts.lsp.client import Client
from relint.hosts.lsp.diagnostics import diagnostics
from relint.hosts.lsp.documents import is_checkable, plain
from relint.hosts.lsp.protocol import Protocol
from relint.hosts.lsp.session import Open, Session

log = logging.getLogger(__name__)


class RelintServer(LanguageServer):
    """pygls' server with one session, which logs what goes wrong and stays up."""

    def __init__(self) -> None:
        super().__init__(
            "relint",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            notebook_document_sync=notebooks.SYNC,
            protocol_cls=Protocol,
        )
        self.session = Session(self)
        _register(self, self.session)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log it: a box that pops up at every keystroke would not help anybody."""
        log.error("%s: %s", getattr(source, "__name__", source), error)


def serve(tcp: tuple[str, int] | None = None) -> None:
    """Serve one client until it goes: on stdin and stdout, or on a TCP port."""
    server = RelintServer()
    configuration.start_logging(server)
    if tcp is not None:
        server.start_tcp(*tcp)
        return
    # What a plugin prints must not end up between two messages.
    protocol_out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server.start_io(sys.stdin.buffer, protocol_out)


def _register(server: RelintServer, session: Session) -> None:
    """Say which function answers which request."""

    def on(name: str, options: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return lambda handler: server.feature(name, options)(_safely(session, handler))

    @on(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.client = Client.of(params.capabilities, server.workspace.position_encoding or "utf-16")
        configuration.begin(session, params)
        if session.client.pull:  # a client that is not told asks for nothing, and gets its diagnostics pushed
            options = types.DiagnosticOptions(
                inter_file_dependencies=True, workspace_diagnostics=False, identifier="relint"
            )
            on(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(diagnostic)

    @on(types.INITIALIZED)
    async def initialized(_params: types.InitializedParams) -> None:
        await configuration.register(session)
        await configuration.pull(session)

    @on(types.SHUTDOWN)
    def shutdown(_params: None) -> None:
        session.end()

    @on(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        _show(session, document.uri, document.version, document.text, document.language_id)
        configuration.look(session)

    @on(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        held = session.open.get(params.text_document.uri)
        document = server.workspace.get_text_document(params.text_document.uri)
        if held is None or not params.content_changes:
            log.warning("a change of %s, which is not open", params.text_document.uri)
            return
        snapshot = plain(held.uri, params.text_document.version, document.source, session.workspace.first)
        session.show(held.uri, snapshot, checked=held.checked)

    @on(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)
        configuration.look(session)

    @on(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)

    @on(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_did_open(params: types.DidOpenNotebookDocumentParams) -> None:
        notebooks.show(session, params.notebook_document.uri)

    @on(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_did_change(params: types.DidChangeNotebookDocumentParams) -> None:
        notebooks.show(session, params.notebook_document.uri)

    @on(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_did_save(params: types.DidSaveNotebookDocumentParams) -> None:
        session.saved(params.notebook_document.uri)

    @on(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_did_close(params: types.DidCloseNotebookDocumentParams) -> None:
        session.close(params.notebook_document.uri)

    async def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await _pulled(session, params)

    @on(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=list(actions.KINDS), resolve_provider=True),
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await actions.code_actions(session, params)

    @on(types.CODE_ACTION_RESOLVE)
    async def code_action_resolve(params: types.CodeAction) -> types.CodeAction:
        return await actions.resolve(session, params)

    @on(types.TEXT_DOCUMENT_HOVER)
    async def text_hover(params: types.HoverParams) -> types.Hover | None:
        return await hover.hover(session, params)

    @on(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=list(completion.TRIGGERS)))
    async def text_completion(params: types.CompletionParams) -> types.CompletionList | None:
        return await completion.completion(session, params)

    @server.command(actions.COMMAND_FIX_WORKSPACE)
    async def fix_workspace(code: str, *more: Any) -> int:
        return await commands.fix_workspace(session, code, unsafe="unsafe" in more)

    @server.command(actions.COMMAND_FIX_DOCUMENT)
    async def fix_document(uri: str, *more: Any) -> bool:
        return await commands.fix_document(session, uri, unsafe="unsafe" in more)

    @server.command(actions.COMMAND_SHOW_RULE)
    async def show_rule(code: str, *more: Any) -> str | None:
        return await commands.show_rule(session, code, *map(str, more[:1]))

    @server.command(actions.COMMAND_PREVIEW)
    async def preview(uri: str, key: str, *_more: Any) -> dict[str, str] | None:
        return await commands.preview(session, uri, key)

    @server.command(actions.COMMAND_DEBUG)
    def debug_information(*_more: object) -> dict[str, Any]:
        return commands.debug_information(session)

    @on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        await configuration.pull(session, params.settings)

    @on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        configuration.files_changed(session, [each.uri for each in params.changes])

    @on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        await configuration.folders_changed(session, params.event)


def _show(session: Session, uri: str, version: int | None, text: str, language: str | None) -> None:
    snapshot = plain(uri, version, text, session.workspace.first)
    session.show(uri, snapshot, checked=is_checkable(uri, language), wait=False)


async def _pulled(session: Session, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """The report on one document: always on its newest text."""
    held = session.of(params.text_document.uri)
    if held is None or not held.checked:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    result = session.as_saved(held) or await session.result(held)
    session.say_once(result.error)
    found = diagnostics(result, session.client).get(params.text_document.uri, [])
    identity = format(hash(repr(found)) & 0xFFFFFFFFFFFFFFFF, "x")
    if identity == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=identity)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=identity)


def _safely(session: Session, handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, with what it raises logged and shown as REL000 in the document it was about; the answer is None."""

    def failed(params: Any, error: Exception) -> None:
        session.failed(_document(session, params), error)

    if inspect.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def awaited(params: Any) -> Any:
            try:
                return await handler(params)
            except Exception as error:  # noqa: BLE001 - the server stays up, whatever one request meets
                failed(params, error)

        return awaited

    @functools.wraps(handler)
    def called(params: Any) -> Any:
        try:
            return handler(params)
        except Exception as error:  # noqa: BLE001 - as above
            failed(params, error)

    return called


def _document(session: Session, params: Any) -> Open | None:
    document = getattr(params, "text_document", None) or getattr(params, "notebook_document", None)
    return session.of(document.uri) if document is not None else None

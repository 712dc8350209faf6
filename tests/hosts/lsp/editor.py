"""An editor for tests: starts `relint server`, and says and asks what real editors do. It never sleeps to wait."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pygls.uris import from_fs_path
from pytest_lsp import client_capabilities
from pytest_lsp.client import LanguageClient, register_lsp_features

PROFILES = {
    "vscode": "visual_studio_code@v1.65.2",
    "pulling": "visual_studio_code@v1.65.2",
    "neovim": "neovim@v0.11.0",
    "emacs": "emacs@v29.1",
}
"""Real clients; the one that pulls is VS Code as it is from 1.66 on."""

LIMIT = 60.0
"""Seconds after which what is waited for is given up."""


def _converter() -> Any:
    """lsprotocol takes an action that has a command for a bare command."""
    converter = default_converter()

    def structure(value: dict[str, Any], _kind: object) -> types.Command | types.CodeAction:
        kind = types.Command if isinstance(value.get("command"), str) else types.CodeAction
        return converter.structure(value, kind)

    converter.register_structure_hook(types.Command | types.CodeAction, structure)
    return converter


class Editor:
    """One client with one server. Use `editor` of conftest.py, which stops it."""

    def __init__(self, folders: Sequence[Path], client: str, settings: dict[str, Any] | None) -> None:
        self.folders = folders
        self.profile = client
        self.settings = settings
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: list[types.PublishDiagnosticsParams] = []
        self.shown: list[types.ShowDocumentParams] = []
        self.applied: list[types.WorkspaceEdit] = []
        self.registered: list[types.Registration] = []
        self.refreshed = 0
        self.configuration: Any = None
        self._something = asyncio.Condition()
        self.client = LanguageClient(converter_factory=_converter)
        register_lsp_features(self.client)
        self._listen()

    def _listen(self) -> None:
        """Note what the server says."""
        features = self.client.protocol.fm.features

        def on(method: str, handler: Any) -> None:
            features.pop(method, None)
            self.client.feature(method)(handler)

        async def published(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            await self._notify()

        async def refreshed(params: None) -> None:
            self.refreshed += 1
            await self._notify()

        async def shown(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            self.shown.append(params)
            return types.ShowDocumentResult(True)

        async def applied(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.applied.append(params.edit)
            return types.ApplyWorkspaceEditResult(True)

        async def registered(params: types.RegistrationParams) -> None:
            self.registered += params.registrations
            await self._notify()

        async def configuration(params: types.ConfigurationParams) -> list[Any]:
            return [self.configuration for _ in params.items]

        async def said(params: types.ShowMessageParams | types.LogMessageParams) -> None:
            self.client.messages.append(params)  # type: ignore[arg-type]
            await self._notify()

        on(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, published)
        on(types.WORKSPACE_DIAGNOSTIC_REFRESH, refreshed)
        on(types.WINDOW_SHOW_DOCUMENT, shown)
        on(types.WORKSPACE_APPLY_EDIT, applied)
        on(types.CLIENT_REGISTER_CAPABILITY, registered)
        on(types.WORKSPACE_CONFIGURATION, configuration)
        on(types.WINDOW_SHOW_MESSAGE, said)
        on(types.WINDOW_LOG_MESSAGE, said)

    async def _notify(self) -> None:
        async with self._something:
            self._something.notify_all()

    async def until(self, condition: Any) -> None:
        """Wait until something that the server says makes the condition true."""
        async with self._something:
            await asyncio.wait_for(self._something.wait_for(condition), LIMIT)

    async def start(self, change: Any = None) -> types.InitializeResult:
        """Start the server; `change(capabilities)` makes the client another one."""
        capabilities = client_capabilities(PROFILES[self.profile])
        if self.profile == "pulling":
            _pulls(capabilities)
        if change is not None:
            change(capabilities)
        self.capabilities = capabilities
        await self.client.start_io(sys.executable, "-m", "relint", "server")
        folders = [types.WorkspaceFolder(from_fs_path(str(each)) or "", each.name) for each in self.folders]
        params = types.InitializeParams(
            capabilities=capabilities, workspace_folders=folders, initialization_options=self.settings
        )
        self.result = await asyncio.wait_for(self.client.initialize_session(params), LIMIT)
        return self.result

    async def stop(self) -> None:
        """Shut the server down as editors do; it must end by itself."""
        await asyncio.wait_for(self.client.shutdown_session(), LIMIT)
        await self.client.stop()

    @property
    def pulls(self) -> bool:
        """Whether this client asks for diagnostics, as it does where the server says that it answers."""
        return self.result.capabilities.diagnostic_provider is not None

    def uri(self, name: str | Path) -> str:
        """The URI of a file of the first folder."""
        return str(name) if ":" in str(name) else from_fs_path(str(self.folders[0] / name)) or ""

    def open(self, name: str, text: str, language: str = "python") -> None:
        """Open a document, without waiting for anything."""
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        """Replace a document's text, without waiting for anything."""
        uri = self.uri(name)
        self.texts[uri] = text
        self.versions[uri] = self.versions.get(uri, 0) + 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def save(self, name: str) -> None:
        """Say that a document was saved."""
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, name: str) -> None:
        """Close a document."""
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def findings(self, name: str) -> list[types.Diagnostic]:
        """The diagnostics of the newest text."""
        uri = self.uri(name)
        if self.pulls:
            report = await self._pull(uri)
            return list(report.items)
        await self.until(lambda: self.newest(uri) is not None)
        return list(self.newest(uri).diagnostics)  # type: ignore[union-attr]

    async def _pull(self, uri: str) -> Any:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        return await asyncio.wait_for(self.client.text_document_diagnostic_async(params), LIMIT)

    def newest(self, uri: str) -> types.PublishDiagnosticsParams | None:
        """The last diagnostics published for the document's newest text."""
        of_now = (each for each in self.published if each.uri == uri and each.version == self.versions.get(uri))
        return next(reversed(list(of_now)), None)

    async def codes(self, name: str) -> list[str]:
        """The codes found in the newest text."""
        return [str(each.code) for each in await self.findings(name)]

    async def settles(self, name: str, codes: list[str]) -> None:
        """Wait until these codes are found in a document that nobody has edited."""
        uri = self.uri(name)
        while True:
            seen, told = self.refreshed, len(self.published)
            if [str(each.code) for each in await self.findings(uri)] == codes:
                return
            await self.until(lambda: self.refreshed > seen or len(self.published) > told)  # noqa: B023

    async def actions(
        self, name: str, line: int = 0, *, only: list[str] | None = None, about: list[types.Diagnostic] | None = None
    ) -> dict[str, types.CodeAction]:
        """The actions on a line (0-based), by title; `about` are the diagnostics sent along."""
        where = types.Range(types.Position(line, 0), types.Position(line, 0))
        context = types.CodeActionContext(about or [], only=only)  # type: ignore[arg-type]
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), where, context)
        answer = await asyncio.wait_for(self.client.text_document_code_action_async(params), LIMIT)
        assert all(isinstance(each, types.CodeAction) for each in answer or ())
        return {each.title: each for each in answer or ()}  # type: ignore[misc]

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """The action with its edit."""
        if action.edit is not None:
            return action
        return await asyncio.wait_for(self.client.code_action_resolve_async(action), LIMIT)

    async def apply(self, action: types.CodeAction) -> None:
        """Do what a person does who chooses an action that edits."""
        edit = (await self.resolved(action)).edit
        assert edit is not None
        for uri, text in self.edited(edit).items():
            self.change(uri, text)

    def edited(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """The texts after an edit, those of created files included."""
        texts: dict[str, str] = {}
        for uri, edits in (edit.changes or {}).items():
            texts[uri] = self._patched(self.texts[uri], edits)
        for change in edit.document_changes or ():
            if isinstance(change, types.CreateFile):
                texts[change.uri] = ""
            elif isinstance(change, types.TextDocumentEdit):
                uri, version = change.text_document.uri, change.text_document.version
                assert version in (None, self.versions.get(uri))
                before = texts.get(uri, self.texts.get(uri))
                texts[uri] = self._patched(_read(uri) if before is None else before, change.edits)  # type: ignore[arg-type]
        return texts

    def _patched(self, text: str, edits: Sequence[types.TextEdit]) -> str:
        """Apply edits the slow, plain way, in the client's own encoding."""
        lines = _lines(text)
        spans = sorted(
            (self._offset(lines, each.range.start), self._offset(lines, each.range.end), each.new_text)
            for each in edits
        )
        for start, end, new in reversed(spans):
            text = text[:start] + new + text[end:]
        return text

    def _offset(self, lines: list[str], position: types.Position) -> int:
        before = sum(map(len, lines[: position.line]))
        line = lines[position.line] if position.line < len(lines) else ""
        codec, width = self.codec
        return before + len(line.encode(codec)[: position.character * width].decode(codec))

    @property
    def codec(self) -> tuple[str, int]:
        """How this client counts: Python's name of the encoding, and bytes a unit."""
        return {"neovim": ("utf-8", 1), "emacs": ("utf-32-le", 4)}.get(self.profile, ("utf-16-le", 2))

    def text_of(self, name: str, where: types.Range) -> str:
        """The characters in a range."""
        text = self.texts[self.uri(name)]
        lines = _lines(text)
        return text[self._offset(lines, where.start) : self._offset(lines, where.end)]

    async def command(self, name: str, *arguments: Any) -> Any:
        """Run a command of the server."""
        params = types.ExecuteCommandParams(name, list(arguments))
        return await asyncio.wait_for(self.client.workspace_execute_command_async(params), LIMIT)

    async def fails(self, method: str, params: Any) -> str:
        """The message of the error that a request is answered with."""
        try:
            await asyncio.wait_for(self.client.protocol.send_request_async(method, params), LIMIT)
        except JsonRpcException as error:
            return str(error)
        raise AssertionError(f"{method} did not fail")


def _pulls(capabilities: types.ClientCapabilities) -> None:
    assert capabilities.text_document is not None
    assert capabilities.workspace is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities(related_information=True)
    capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)


def _lines(text: str) -> list[str]:
    lines, rest = [], text
    while rest:
        end = min((at for at in (rest.find("\n"), rest.find("\r")) if at >= 0), default=len(rest) - 1)
        end += 2 if rest[end : end + 2] == "\r\n" else 1
        lines.append(rest[:end])
        rest = rest[end:]
    return lines


def _read(uri: str) -> str:
    from pygls.uris import to_fs_path

    with open(to_fs_path(uri) or "", encoding="utf-8", newline="") as file:
        return file.read()

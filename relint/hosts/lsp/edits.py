"""New texts as the protocol's workspace edits."""

from __future__ import annotations

import os
from typing import Iterable, Sequence

from lsprotocol import types

from relint.hosts.lsp.changes import Hunk, hunks
from relint.hosts.lsp.client import Client
from relint.hosts.lsp.documents import Snapshot, uri_of
from relint.model import NewFile


class Unsupported(Exception):
    """The edit cannot be told to this client, or must not be made; the message says why."""


def workspace_edit(
    changes: Iterable[tuple[Snapshot, str]], client: Client, create: Sequence[NewFile] = (), root: str | None = None
) -> types.WorkspaceEdit:
    """The edit that turns each snapshot into its new text and creates files; raises Unsupported.

    Files are created below `root` only, and never over existing ones.
    """
    edits: dict[str, list[types.TextEdit]] = {}
    versions: dict[str, int | None] = {}
    for snapshot, text in changes:
        for uri, edit in text_edits(snapshot, text, client.encoding):
            edits.setdefault(uri, []).append(edit)
        versions.update({part.uri: part.version for part in snapshot.parts})
    if not client.document_changes and not create:
        return types.WorkspaceEdit(changes=dict(edits))
    documents: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for file in create:
        documents += _creation(file, client, root)
    for uri, list_of in edits.items():
        documents.append(
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), list(list_of))
        )
    return types.WorkspaceEdit(document_changes=documents)


def text_edits(snapshot: Snapshot, text: str, encoding: str) -> Iterable[tuple[str, types.TextEdit]]:
    """What turns a snapshot into a new text, each edit with the URI of its part; Unsupported when one spans two."""
    for hunk in hunks(snapshot.text, text):
        hunk = _in_the_cell_above(hunk, snapshot)
        start, end = snapshot.lines.position(hunk.start), snapshot.lines.position(hunk.end)
        if snapshot.part_at(start.line - 1) != snapshot.part_at(end.line - 1):
            raise Unsupported("the fix reaches over the end of a cell")
        part, where = snapshot.range(start, end, encoding)
        yield part.uri, types.TextEdit(where, hunk.text)


def _in_the_cell_above(hunk: Hunk, snapshot: Snapshot) -> Hunk:
    """Indented lines inserted where a cell begins continue the block that the cell above ends in."""
    starts = {snapshot.lines.starts[part.first] for part in snapshot.parts[1:]}
    if hunk.start == hunk.end and hunk.start in starts and hunk.text[:1] in (" ", "\t"):
        end = hunk.start - 1
        return Hunk(end, end, "\n" + hunk.text.removesuffix("\n"))
    return hunk


def _creation(file: NewFile, client: Client, root: str | None) -> list[types.CreateFile | types.TextDocumentEdit]:
    path = os.path.abspath(file.path)
    if not client.create_files:
        raise Unsupported("this editor does not let a server create files")
    if root is None or not os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        raise Unsupported(f"{file.path} lies outside the project")
    if os.path.lexists(path):
        raise Unsupported(f"{file.path} exists already")
    uri = uri_of(path)
    nowhere = types.Range(types.Position(0, 0), types.Position(0, 0))
    return [
        types.CreateFile(uri, options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False)),
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(uri, None), [types.TextEdit(nowhere, file.text)]
        ),
    ]

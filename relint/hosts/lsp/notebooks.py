"""Notebooks: one text made of all code cells, because a name is imported in one cell and used in another.

What IPython adds to Python (`%magic`, `!command`, `name?`) is turned into comments of the same length, so that every
column stays.
"""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.workspace import Workspace as Documents

from relint.hosts.lsp.documents import Part, Snapshot, joined, path_of
from relint.hosts.lsp.session import Session

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            cells=[types.NotebookCellLanguage("python")],
        )
    ],
    save=True,
)

_CELL_MAGIC = re.compile(r"[ \t]*%%(?P<name>\w+)")
_OF_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})
_LINE = re.compile(
    r"^(?P<before>[ \t]*(?:[\w.,* \t]+=[ \t]*)?)(?:%[A-Za-z]|![^\r\n=]|\?)"
    r"|^(?P<asked>[ \t]*[\w.]+)\?+[ \t]*$",
    re.MULTILINE,
)


def show(session: Session, uri: str) -> None:
    """Take the notebook as pygls holds it now."""
    documents = session.server.workspace
    notebook = documents.get_notebook_document(notebook_uri=uri)
    if notebook is None:
        return
    before = session.open.get(uri)
    snapshot = snapshot_of(notebook, documents, path_of(uri, session.workspace.first))
    session.show(uri, snapshot, wait=before is not None)


def snapshot_of(notebook: types.NotebookDocument, documents: Documents, path: str) -> Snapshot:
    """The text of all code cells that the client has sent."""
    open_documents = documents.text_documents
    cells = [
        document
        for cell in notebook.cells
        if cell.kind == types.NotebookCellKind.Code
        for document in [documents.get_text_document(cell.document)]
        if document in open_documents.values() and document.language_id in (None, "python")
    ]
    text, firsts = joined([as_python(cell.source) for cell in cells])
    parts = tuple(Part(cell.uri, cell.version, first) for cell, first in zip(cells, firsts, strict=True))
    return Snapshot(path, text, parts or (Part(notebook.uri, notebook.version),), notebook=True)


def as_python(cell: str) -> str:
    """A cell's text as Python, every character at its place."""
    magic = _CELL_MAGIC.match(cell)
    if magic and magic["name"] not in _OF_PYTHON:
        return re.sub(r"^[^\r\n]", "#", cell, flags=re.MULTILINE)
    if magic:
        at = magic.end() - len(magic["name"]) - 2
        cell = f"{cell[:at]}#{cell[at + 1 :]}"
    return _LINE.sub(_commented, cell)


def _commented(found: re.Match[str]) -> str:
    text = found[0]
    if found["asked"] is not None:
        indent = len(text) - len(text.lstrip())
        return f"{text[:indent]}0#{text[indent + 2 :]}" if len(text.strip()) > 1 else text
    before = found["before"]
    # A value, so that an assignment or a block that holds nothing else stays whole; one character has no room for it.
    return f"{before}0#"[: len(text)] if len(text) - len(before) > 1 else f"{before}#"

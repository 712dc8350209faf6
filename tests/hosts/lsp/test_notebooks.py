"""Notebooks: every cell a document, one text for the rules."""

from __future__ import annotations

from typing import Any

import libcst as cst
import pytest
from lsprotocol import types

from relint.hosts.lsp.notebooks import as_python
from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import Editor

IMPORTS = "import asyncio\nimport requests"
GET = "%%time\nx = '\U0001f40d'; requests.get('https://a')\n!ls"
TASKS = "asyncio.create_task(x())"
NOTEBOOK = "notes.ipynb"


def _cell(number: int) -> str:
    return f"vscode-notebook-cell:/notes.ipynb#c{number}"


def _open(vim: Editor, *cells: str) -> None:
    items = []
    for number, text in enumerate(cells):
        vim.texts[_cell(number)], vim.versions[_cell(number)] = text, 1
        items.append(types.TextDocumentItem(_cell(number), "python", 1, text))
    kinds = [types.NotebookCell(types.NotebookCellKind.Code, item.uri) for item in items]
    kinds.insert(1, types.NotebookCell(types.NotebookCellKind.Markup, _cell(99)))
    notebook = types.NotebookDocument(vim.uri(NOTEBOOK), "jupyter-notebook", 1, kinds)
    vim.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))


def _change(vim: Editor, version: int, change: types.NotebookDocumentCellChanges) -> None:
    identifier = types.VersionedNotebookDocumentIdentifier(version, vim.uri(NOTEBOOK))
    event = types.NotebookDocumentChangeEvent(cells=change)
    vim.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(identifier, event))


def _type(vim: Editor, number: int, text: str, version: int) -> None:
    vim.texts[_cell(number)], vim.versions[_cell(number)] = text, version
    document = types.VersionedTextDocumentIdentifier(version, _cell(number))
    changed = types.NotebookDocumentCellContentChanges(document, [types.TextDocumentContentChangeWholeDocument(text)])
    _change(vim, version, types.NotebookDocumentCellChanges(text_content=[changed]))


def _with_notebooks(capabilities: types.ClientCapabilities) -> None:
    capabilities.notebook_document = types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("client", ["vscode", "pulling"])
async def test_findings_and_fixes_for_each_cell(editor: Start, client: str) -> None:
    vim = await editor(client=client, change=_with_notebooks)
    _open(vim, IMPORTS, GET, TASKS)
    assert await vim.findings(_cell(0)) == []
    (found,) = await vim.findings(_cell(1))
    assert found.code == "REL101"
    assert vim.text_of(_cell(1), found.range) == "requests.get('https://a')"
    (task,) = await vim.findings(_cell(2))
    assert (task.code, task.range.start.line) == ("REL301", 0)
    actions = await vim.actions(_cell(1), 1, about=[found])
    edit = (await vim.resolved(actions["relint (REL101): Add `timeout=10` (unsafe)"])).edit
    assert edit is not None
    assert vim.edited(edit) == {_cell(1): GET.replace("'https://a')", "'https://a', timeout=10)")}
    assert await vim.actions(_cell(2), only=["source.fixAll"]) == {}  # clients ask for every cell at once
    every: Any = await vim.actions(_cell(2), only=["notebook.source.fixAll"])
    edit = (await vim.resolved(every["relint: Fix all safe findings in the notebook"])).edit
    assert edit is not None
    assert vim.edited(edit)[_cell(2)].startswith("task = asyncio.create_task(x())")
    _type(vim, 1, "requests.get('https://a', timeout=3)", 2)
    assert await vim.findings(_cell(1)) == []
    assert [each.code for each in await vim.findings(_cell(2))] == ["REL301"]
    vim.client.notebook_document_did_close(
        types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(vim.uri(NOTEBOOK)), [])
    )
    if not vim.pulls:
        await vim.until(lambda: all(not each.diagnostics for each in vim.published[-3:]))


@pytest.mark.asyncio
async def test_cells_come_and_go(editor: Start) -> None:
    vim = await editor(change=_with_notebooks)
    _open(vim, IMPORTS, GET)
    assert [each.code for each in await vim.findings(_cell(1))] == ["REL101"]
    new = types.TextDocumentItem(_cell(7), "python", 1, TASKS)
    vim.texts[_cell(7)], vim.versions[_cell(7)] = TASKS, 1
    array = types.NotebookCellArrayChange(1, 0, [types.NotebookCell(types.NotebookCellKind.Code, _cell(7))])
    structure = types.NotebookDocumentCellChangeStructure(array, did_open=[new])
    _change(vim, 2, types.NotebookDocumentCellChanges(structure=structure))
    assert [each.code for each in await vim.findings(_cell(7))] == ["REL301"]
    gone = types.NotebookCellArrayChange(0, 1)
    structure = types.NotebookDocumentCellChangeStructure(gone, did_close=[types.TextDocumentIdentifier(_cell(0))])
    _change(vim, 3, types.NotebookDocumentCellChanges(structure=structure))
    await vim.until(lambda: not vim.published[-1].diagnostics)  # without the imports nothing is known


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\n", "x = 1\n"),
        ("%matplotlib inline\nx", "0#atplotlib inline\nx"),
        ("!ls -l\r\nx", "0#s -l\r\nx"),
        ("if x:\n    !ls\n", "if x:\n    0#s\n"),
        ("files = !ls\n", "files = 0#s\n"),
        ("x, y = %time f()\n", "x, y = 0#ime f()\n"),
        ("print?\n", "0#int?\n"),
        ("?print\n", "#print\n"),
        ("a.b??", "0#b??"),
        ("%%bash\nls | wc\nrm -r x\n", "#%bash\n#s | wc\n#m -r x\n"),
        ("%%timeit -n 1\nf()\n", "#%timeit -n 1\nf()\n"),
        ("x = 7 % 3\ny != z\n", "x = 7 % 3\ny != z\n"),
        ("x = (7\n% 3)\n", "x = (7\n% 3)\n"),
        ("%", "%"),
        ("x = a if b else '?'\n", "x = a if b else '?'\n"),
    ],
)
def test_what_ipython_adds_becomes_python_of_the_same_length(cell: str, python: str) -> None:
    assert as_python(cell) == python
    assert len(as_python(cell)) == len(cell)
    if cell != "%":
        cst.parse_module(as_python(cell))

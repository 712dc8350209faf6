"""The pages and words that an editor shows at the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import Editor

pytestmark = pytest.mark.asyncio

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')  # \U0001f40d\n"


def _cursor(vim: Editor, name: str, marked: str, language: str = "python") -> types.TextDocumentPositionParams:
    """Open a text without its `|`, and say where that was."""
    before, _, after = marked.partition("|")
    uri = vim.uri(name)
    if uri in vim.texts:
        vim.change(name, before + after)
    else:
        vim.open(name, before + after, language)
    line = before.rpartition("\n")[2]
    codec, width = vim.codec
    at = types.Position(before.count("\n"), len(line.encode(codec)) // width)
    return types.TextDocumentPositionParams(types.TextDocumentIdentifier(uri), at)


async def _hover(vim: Editor, name: str, marked: str, language: str = "python") -> str | None:
    where = _cursor(vim, name, marked, language)
    params = types.HoverParams(where.text_document, where.position)
    found = await vim.client.text_document_hover_async(params)
    if found is None:
        return None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


async def _complete(vim: Editor, name: str, marked: str, language: str = "python") -> dict[str, str]:
    """Label -> the text after choosing it."""
    where = _cursor(vim, name, marked, language)
    params = types.CompletionParams(where.text_document, where.position)
    found = await vim.client.text_document_completion_async(params)
    if found is None:
        return {}
    assert isinstance(found, types.CompletionList)
    texts = {}
    for item in found.items:
        assert isinstance(item.text_edit, types.TextEdit)
        edit = types.WorkspaceEdit(changes={vim.uri(name): [item.text_edit]})
        texts[item.label] = vim.edited(edit)[vim.uri(name)]
    return texts


async def test_hover_on_a_finding_is_the_page_of_its_rule(editor: Start) -> None:
    vim = await editor()
    page = await _hover(vim, "app.py", SMTP.replace("SMTP('", "SM|TP('"))
    assert page is not None
    assert page.startswith("# socket-without-timeout (REL102)")
    assert "## Use instead" in page
    assert "https://" in page
    assert await _hover(vim, "app.py", SMTP.replace("import", "im|port")) is None
    assert await _hover(vim, "app.py", "|") is None


async def test_hover_on_a_code_in_a_comment(editor: Start) -> None:
    vim = await editor(client="emacs")
    for marked in (
        "x = '\U0001f40d'  # relint: ignore[REL101, RE|L103] why\n",
        "# relint: disable[request-with|out-timeout]\n",
        "x = 1  # noqa: E501, REL10|1\n",
    ):
        page = await _hover(vim, "app.py", marked)
        assert page is not None
        assert page.startswith(("# request-without-timeout", "# connection-without"))
    assert await _hover(vim, "app.py", "x = '# relint: ignore[REL1|01]'\n") is None


async def test_completion_in_a_suppression_comment(editor: Start) -> None:
    vim = await editor(client="neovim")
    vim.open("app.py", SMTP)
    await vim.findings("app.py")
    items = await _complete(vim, "app.py", SMTP.replace("# \U0001f40d", "# relint: ignore[REL|]"))
    assert next(iter(items)) == "REL000"
    assert "# relint: ignore[REL102]" in items["REL102"]
    assert "# relint: ignore[socket-without-timeout]" in items["socket-without-timeout"]
    items = await _complete(vim, "app.py", SMTP.replace("# \U0001f40d", "# relint: ignore[REL102, |"))
    assert "REL102" not in items
    assert "# relint: ignore[REL102, REL101" in items["REL101"]
    assert set(await _complete(vim, "app.py", "x = 1  # relint: |\n")) == {
        "ignore",
        "file-ignore",
        "disable",
        "enable",
    }
    assert await _complete(vim, "app.py", "x = '# relint: ignore[|'\n") == {}
    assert await _complete(vim, "app.py", "x = [|]\n") == {}


TABLE, SANCTIONED, RULE = "[tool.relint]\n", "[tool.relint.sanctioned]\n", "[tool.relint.rules.REL101]\n"
IN_PYPROJECT = [
    (f"{TABLE}sel|\n", "select", f"{TABLE}select\n"),
    (f"{TABLE}select = ['RE|']\n", "REL101", f"{TABLE}select = ['REL101']\n"),
    (f"{TABLE}select = [\n  'REL101',\n  |\n]\n", '"http"', f"{TABLE}select = [\n  'REL101',\n  \"http\"\n]\n"),
    (f"{TABLE}check-tests = |\n", "true", f"{TABLE}check-tests = true\n"),
    (f"{TABLE}sanctioned.|\n", "max-delay", f"{TABLE}sanctioned.max-delay\n"),
    (f"{SANCTIONED}|\n", "timeout", f"{SANCTIONED}timeout\n"),
    (f"{SANCTIONED}retry = |\n", '"tenacity"', f'{SANCTIONED}retry = "tenacity"\n'),
    (f"{RULE}|\n", "extra-calls", f"{RULE}extra-calls\n"),
]
NOT_OURS = ["[tool.relint.rules.|]\n", "[tool.ruff]\nsel|\n", "[project]\n|\n", f"{TABLE}select = []  # |\n", "|"]


async def test_completion_in_pyproject(editor: Start) -> None:
    vim = await editor()
    for marked, wanted, after in IN_PYPROJECT:
        items = await _complete(vim, "pyproject.toml", marked, "toml")
        assert items.get(wanted) == after, marked
    for marked in NOT_OURS:
        assert await _complete(vim, "pyproject.toml", marked, "toml") == {}, marked


async def test_configuration_files_explain_themselves(editor: Start, tmp_path: Path) -> None:
    vim = await editor()
    assert "list of selectors" in str(await _hover(vim, "relint.toml", "igno|re = ['REL604', 'http']\n", "toml"))
    assert "REL604" in str(await _hover(vim, "relint.toml", "ignore = ['REL6|04', 'http']\n", "toml"))
    assert "REL102" in str(await _hover(vim, "relint.toml", "ignore = ['REL604', 'ht|tp']\n", "toml"))
    assert "seconds" in str(await _hover(vim, "relint.toml", "[sanctioned]\ntime|out = 10\n", "toml"))
    assert await _hover(vim, "relint.toml", "[sanc|tioned]\ntimeout = 10\n", "toml") is None
    assert "seconds" in str(await _hover(vim, "pyproject.toml", "[tool.relint.sanctioned]\ntime|out = 1\n", "toml"))
    assert await _hover(vim, "pyproject.toml", "[tool.black]\nline-l|ength = 1\n", "toml") is None
    items = await _complete(vim, "relint.toml", "|", "toml")
    assert {"select", "sanctioned", "rules"} <= set(items)

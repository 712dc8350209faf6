"""What is wrong with a configuration file is shown in that file, and goes when it is mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from relint.config import ConfigError, load
from relint.hosts.lsp.documents import Part, Snapshot
from relint.hosts.lsp.problems import shown
from tests.hosts.lsp.conftest import Start

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"
WRONG = "[project]\nname = 'x'\n\n[tool.relint]\ntarget-version = 'py311'\nselct = ['REL1']\n"
RIGHT = WRONG.replace("selct", "select")


@pytest.mark.parametrize(
    ("text", "line", "marked", "says"),
    [
        ("select = [\n  'REL101',\n  'REL9',\n]\n", 3, "REL9", 'unknown selector "REL9"'),
        ("ignore = ['REL9']  # REL9\n", 1, "REL9", "unknown selector"),
        ("check-tests = 1\nselect = ['REL1']\n", 1, "check-tests", "check-tests: must be true or false"),
        ("[sanctioned]\ntimeout = 3\nqueue-size = 0\n", 3, "queue-size", "must be an integer above 0"),
        ("sanctioned = { timeot = 3 }\n", 1, "timeot", 'did you mean "timeout"?'),
        ("sanctioned.timeot = 3\n", 1, "sanctioned.timeot", "unknown key"),
        ("[rules.REL101]\nmethods = 1\n", 2, "methods", "unknown option"),
        ("[rules.REL999]\n", 1, "rules.REL999", "unknown rule"),
        ("[per-file-ignores]\n'a/*.py' = ['REL1']\n\"b.py\" = ['x']\n", 3, "x", "unknown selector"),
        ("[severity]\nREL1 = 'error'\nREL9 = 'error'\n", 3, "REL9", "unknown selector"),
        ("ignore = ['REL1'\nselect = ['\U0001f40d']\n", 2, "select = ['\U0001f40d']", "not TOML"),
        ("ignore = [", 1, "ignore = [", "not TOML"),
        ("plugins = ['nothing']\n", 1, "plugins", "neither a path nor an entry point"),
        ("extend = 'base.toml'\n", 1, "extend", "does not exist"),
        ("[tool.relint]\nselect = []\n", 1, "tool.relint", "the keys stand at the top"),
        (WRONG, 6, "selct", 'did you mean "select"?'),
        ("[tool.other]\nselect = 1\n[tool.relint.rules.REL9]\na = 1\n", 3, "tool.relint.rules.REL9", "unknown rule"),
        ("[tool.other]\nrules = 1\n[tool.relint.sanctioned]\ntimeout = -1", 4, "timeout", "above 0"),
        ("[tool.other]\n[tool]\nrelint = 3\n", 3, "relint", "must be a table"),
    ],
)
def test_the_line_and_the_word(tmp_path: Path, text: str, line: int, marked: str, says: str) -> None:
    name = "pyproject.toml" if text.startswith(("[project]", "[tool.other]")) else "relint.toml"
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        load(file)
    found = shown(error.value, Snapshot(str(file), text, (Part("file:///x", None),)), "utf-32")
    where = found.range
    assert says in found.message
    assert not found.message.startswith(str(tmp_path))
    assert where.start.line == where.end.line == line - 1
    assert text.splitlines()[line - 1][where.start.character : where.end.character] == marked


@pytest.mark.asyncio
@pytest.mark.parametrize("client", ["vscode", "pulling", "neovim"])
async def test_it_is_shown_in_the_file_and_cleared(editor: Start, tmp_path: Path, client: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(WRONG)
    vim = await editor(client=client)
    uri = vim.uri("pyproject.toml")

    def now() -> list[tuple[int, str]] | None:
        told = [each.diagnostics for each in vim.published if each.uri == uri]
        return [(each.range.start.line, each.message) for each in told[-1]] if told else None

    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == []
    await vim.until(now)
    assert now() == [(5, 'unknown key "selct"; did you mean "select"?')]
    changed = types.DidChangeWatchedFilesParams([types.FileEvent(uri, types.FileChangeType.Changed)])
    file.write_text("\n" + WRONG)  # the same, a line further down
    vim.client.workspace_did_change_watched_files(changed)
    await vim.until(lambda: now() == [(6, 'unknown key "selct"; did you mean "select"?')])
    file.write_text(RIGHT)
    vim.client.workspace_did_change_watched_files(changed)
    await vim.until(lambda: now() == [])
    if vim.pulls:
        assert await vim.codes("app.py") == ["REL102"]
    else:
        await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)


@pytest.mark.asyncio
async def test_a_file_that_is_opened_is_read_without_any_code_and_again_when_it_is_saved(
    editor: Start, tmp_path: Path
) -> None:
    def plain(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.workspace is not None
        capabilities.workspace.did_change_watched_files = None

    file = tmp_path / "pyproject.toml"
    file.write_text(WRONG)
    vim = await editor(change=plain)
    uri = vim.uri("pyproject.toml")
    vim.open("pyproject.toml", WRONG, "toml")
    await vim.until(lambda: any(each.uri == uri and each.diagnostics for each in vim.published))
    vim.change("pyproject.toml", RIGHT)
    file.write_text(RIGHT)
    vim.save("pyproject.toml")
    await vim.until(lambda: vim.published[-1].uri == uri and not vim.published[-1].diagnostics)


@pytest.mark.asyncio
async def test_a_client_that_watches_no_files_is_looked_after_when_something_is_saved(
    editor: Start, tmp_path: Path
) -> None:
    def plain(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.workspace is not None
        capabilities.workspace.did_change_watched_files = None

    vim = await editor(change=plain)
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    (tmp_path / "relint.toml").write_text("ignore = ['REL102']\n")
    vim.save("app.py")
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)

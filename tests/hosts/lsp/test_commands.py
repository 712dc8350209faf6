"""What actions start that is no edit of one document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.uris import to_fs_path

from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import Editor

pytestmark = pytest.mark.asyncio

TASK = "import asyncio\n\n\nasync def main():\n    asyncio.create_task(main())\n"
IDENTIFIER = """\
import psycopg


def rows(conn, table):
    return conn.execute(f"SELECT id FROM {table}")
"""


def _fixed(vim: Editor) -> dict[str, str]:
    (edit,) = vim.applied
    return {Path(to_fs_path(uri) or "").name: text for uri, text in vim.edited(edit).items()}


@pytest.mark.parametrize("client", ["vscode", "neovim", "emacs"])
async def test_fix_all_of_a_rule_in_the_workspace(editor: Start, tmp_path: Path, client: str) -> None:
    for name in ("a", "b", "opened"):
        (tmp_path / f"{name}.py").write_text(TASK.replace("main", name))
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text(f"{TASK}def half(:\n")
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "c.py").write_text(TASK)
    vim = await editor(client=client)
    vim.open("opened.py", TASK.replace("main", "buffer"))
    action = (await vim.actions("opened.py", 4))["relint (REL301): Fix all REL301 in the workspace"]
    assert action.command is not None
    assert await vim.command(action.command.command, *(action.command.arguments or ())) == 3
    fixed = _fixed(vim)
    assert set(fixed) == {"a.py", "b.py", "opened.py"}
    assert "task = asyncio.create_task(buffer())" in fixed["opened.py"]
    assert (tmp_path / "a.py").read_text() == TASK.replace("main", "a")  # the editor writes, not the server
    first, *_, last = next(iter(vim.client.progress_reports.values()))
    assert isinstance(first, types.WorkDoneProgressBegin)
    assert first.cancellable
    assert isinstance(last, types.WorkDoneProgressEnd)


async def test_it_stops_when_the_person_says_so(editor: Start, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"a{number}.py").write_text(TASK)
    vim = await editor()

    async def cancel(params: types.WorkDoneProgressCreateParams) -> None:
        vim.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(params.token))
        vim.client.progress_reports.setdefault(params.token, [])

    vim.client.protocol.fm.features.pop(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    vim.client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(cancel)
    begun: list[Any] = []

    async def progress(params: types.ProgressParams) -> None:
        begun.append(params)
        if len(begun) == 1:
            vim.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(params.token))

    vim.client.protocol.fm.features.pop(types.PROGRESS)
    vim.client.feature(types.PROGRESS)(progress)
    assert await vim.command("relint.fixAllInWorkspace", "REL301") == 0
    assert vim.applied == []


async def test_a_suggestion_is_shown_as_a_diff_and_never_applied(editor: Start, tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("extend-select = ['REL402']\n")
    vim = await editor()
    vim.open("app.py", IDENTIFIER)
    (found,) = await vim.findings("app.py")
    assert found.code == "REL402"
    actions = await vim.actions("app.py", found.range.start.line)
    (action,) = (each for title, each in actions.items() if "Show suggestion" in title)
    assert action.edit is None
    assert action.command is not None
    shown = await vim.command(action.command.command, *(action.command.arguments or ()))
    assert shown["before"] == IDENTIFIER
    assert shown["after"] != IDENTIFIER
    (params,) = vim.shown
    text = Path(to_fs_path(params.uri) or "").read_text()
    assert '-    return conn.execute(f"SELECT id FROM {table}")' in text
    assert vim.applied == []


async def test_the_page_of_a_rule_is_shown(editor: Start) -> None:
    vim = await editor()
    text = await vim.command("relint.showRule", "REL101")
    assert text.startswith("# request-without-timeout (REL101)")
    assert Path(to_fs_path(vim.shown[0].uri) or "").read_text() == text
    assert await vim.command("relint.showRule", "REL999") is None
    without = await editor(client="emacs")  # it cannot show documents
    assert await without.command("relint.showRule", "dangling-task") is not None
    await without.until(lambda: any("dangling-task (REL301)" in each.message for each in without.client.messages))


@pytest.mark.parametrize("about", [(), ("file:///not/open.py",), ("git:/app.py?ref",), ("nonsense",)])
async def test_a_client_that_shows_pages_itself_is_left_to_it(editor: Start, about: tuple[str, ...]) -> None:
    vim = await editor(settings={"previewInClient": True})
    assert (await vim.command("relint.showRule", "REL101", *about)).startswith("# request-without-timeout")
    assert vim.shown == []


async def test_fix_all_as_a_command_and_debug_information(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", TASK)
    assert await vim.command("relint.fixAll", vim.uri("app.py")) is True
    assert "task = asyncio.create_task" in _fixed(vim)["app.py"]
    assert await vim.command("relint.fixAll", "file:///nowhere.py") is False
    information = await vim.command("relint.debugInformation")
    assert information["open"][vim.uri("app.py")]["findings"] == 1

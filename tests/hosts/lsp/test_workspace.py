"""Settings, folders, trust, and files that rest on each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.hosts.lsp.conftest import Start
from tests.plugins import plugin, replacement

pytestmark = pytest.mark.asyncio

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"
DB = "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n"
SAVE = """\
from sqlalchemy import select
from db import SessionLocal


def save(order):
    session = SessionLocal()
    session.add(order)
    session.commit()
"""


def _watched(*uris: str) -> types.DidChangeWatchedFilesParams:
    return types.DidChangeWatchedFilesParams([types.FileEvent(uri, types.FileChangeType.Changed) for uri in uris])


def _silent(capabilities: types.ClientCapabilities) -> None:
    """A client that pushes its settings, and is not asked."""
    assert capabilities.workspace is not None
    capabilities.workspace.configuration = False


async def test_a_buffer_counts_before_the_file_and_dependants_are_checked_again(editor: Start, tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("")
    (tmp_path / "db.py").write_text("SessionLocal = object\n")
    vim = await editor()
    vim.open("app.py", SAVE)
    assert await vim.codes("app.py") == []
    vim.open("db.py", DB)
    await vim.until(lambda: [each.code for each in vim.newest(vim.uri("app.py")).diagnostics] == ["REL201"])
    vim.change("db.py", "SessionLocal = dict\n")
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)
    vim.change("db.py", DB)
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)
    vim.close("db.py")  # unsaved: the file says something else
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)
    (tmp_path / "db.py").write_text(DB)
    vim.client.workspace_did_change_watched_files(_watched(vim.uri("db.py")))
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)


async def test_a_client_that_pulls_is_asked_to_pull_again(editor: Start, tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("")
    (tmp_path / "db.py").write_text("SessionLocal = object\n")
    vim = await editor(client="pulling")
    vim.open("app.py", SAVE)
    assert await vim.codes("app.py") == []
    before = vim.refreshed
    vim.open("db.py", DB)
    await vim.until(lambda: vim.refreshed > before)
    assert await vim.codes("app.py") == ["REL201"]


@pytest.mark.parametrize(("client", "pulls"), [("pulling", True), ("neovim", False), ("vscode", False)])
async def test_only_clients_that_can_be_asked_to_pull_again_are_told_to_pull(
    editor: Start, client: str, pulls: bool
) -> None:
    """Neovim 0.11 pulls when a buffer is edited, and at no other time."""
    vim = await editor(client=client)
    assert (vim.result.capabilities.diagnostic_provider is not None) is pulls
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    assert bool([each for each in vim.published if each.diagnostics]) is not pulls


async def test_project_files_are_read_again_when_they_change(editor: Start, tmp_path: Path) -> None:
    vim = await editor()
    await vim.until(lambda: any(each.id == "relint-files" for each in vim.registered))
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    (tmp_path / "pyproject.toml").write_text("[tool.relint]\nignore = ['REL102']\n")
    vim.client.workspace_did_change_watched_files(_watched(vim.uri("pyproject.toml")))
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)
    (tmp_path / "pyproject.toml").write_text("[tool.relint]\nignor = ['REL102']\n")
    vim.client.workspace_did_change_watched_files(_watched(vim.uri("pyproject.toml")))
    await vim.until(lambda: any('did you mean "ignore"?' in each.message for each in vim.client.messages))
    (tmp_path / "pyproject.toml").unlink()
    vim.client.workspace_did_change_watched_files(_watched(vim.uri("pyproject.toml")))
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)


async def test_the_editors_settings_lie_over_the_projects_and_change_without_a_restart(
    editor: Start, tmp_path: Path
) -> None:
    (tmp_path / "relint.toml").write_text("ignore = ['REL102']\n")
    vim = await editor(settings={"settings": {"select": ["REL102"]}})
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    vim.configuration = {"enable": False, "nonsense": 1}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)
    await vim.until(lambda: any("unknown setting nonsense" in each.message for each in vim.client.messages))
    vim.configuration = {"enable": True, "configuration": {"severity": {"REL102": "error"}, "select": ["REL102"]}}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)
    (found,) = await vim.findings("app.py")
    assert found.severity == types.DiagnosticSeverity.Error


async def test_settings_that_are_pushed(editor: Start) -> None:
    """As Neovim and Emacs do it."""

    vim = await editor(change=_silent)
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    settings = {"relint": {"ignore": ["http"]}}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)


@pytest.mark.parametrize("cleared", [{}, {"ignore": None}])
async def test_a_setting_that_is_cleared_is_at_its_default_again(editor: Start, cleared: dict[str, None]) -> None:
    """As VS Code does it: what it says at the start it says again when asked."""
    vim = await editor(settings={"trusted": True, "ignore": ["http"]})
    vim.configuration = {"trusted": True, "ignore": ["http"]}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == []
    vim.configuration = {"trusted": True, **cleared}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)
    information = await vim.command("relint.debugInformation")
    assert [(each["trusted"], each["overrides"]) for each in information["folders"].values()] == [(True, {})]


@pytest.mark.parametrize("cleared", [{}, {"run": "onType"}, {"ignore": None}])
async def test_a_pushed_setting_that_is_left_out_is_at_its_default_again(
    editor: Start, cleared: dict[str, Any]
) -> None:
    vim = await editor(change=_silent, settings={"trusted": True})
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    vim.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams({"relint": {"ignore": ["http"], "run": "onType"}})
    )
    await vim.until(lambda: not vim.newest(vim.uri("app.py")).diagnostics)
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"relint": cleared}))
    await vim.until(lambda: vim.newest(vim.uri("app.py")).diagnostics)
    information = await vim.command("relint.debugInformation")
    assert [each["trusted"] for each in information["folders"].values()] == [True]


async def test_each_folder_has_its_own_settings(editor: Start, tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    for folder in (one, two, three):
        folder.mkdir()
    (one / "relint.toml").write_text("ignore = ['REL102']\n")
    vim = await editor(one, two)
    vim.open("app.py", SMTP)
    other = (two / "app.py").as_uri()
    vim.open(other, SMTP)
    assert await vim.codes("app.py") == []
    assert await vim.codes(other) == ["REL102"]
    outside = (three / "app.py").as_uri()
    vim.open(outside, SMTP)
    assert await vim.codes(outside) == ["REL102"]
    event = types.WorkspaceFoldersChangeEvent(
        added=[types.WorkspaceFolder(three.as_uri(), "three")], removed=[types.WorkspaceFolder(two.as_uri(), "two")]
    )
    vim.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    vim.change(outside, SMTP + "\n")
    assert await vim.codes(outside) == ["REL102"]
    information = await vim.command("relint.debugInformation")
    assert sorted(information["folders"]) == [str(one), str(three)]


@pytest.mark.parametrize("trusted", [True, False, None])
async def test_plugins_from_a_path_are_run_where_the_client_trusts_the_workspace(
    editor: Start, tmp_path: Path, trusted: bool | None
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    trap = plugin(tools, "ABC001", "zebra", replacement("horse"))
    trap.write_text(trap.read_text() + f"\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    (tmp_path / "relint.toml").write_text("plugins = ['tools']\nextend-select = ['ABC001']\n")
    vim = await editor(settings={} if trusted is None else {"trusted": trusted})
    vim.open("app.py", f"zebra  # relint: ignore[REL102]\n{SMTP}")
    assert await vim.codes("app.py") == (["ABC001", "REL003", "REL102"] if trusted else ["REL003", "REL102"])
    await vim.actions("app.py")
    assert (tmp_path / "ran").exists() is bool(trusted)


async def test_a_trusted_workspace_does_not_vouch_for_files_outside_of_it(editor: Start, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    (outside / "tools").mkdir(parents=True)
    plugin(outside / "tools", "ABC001", "zebra")
    (outside / "relint.toml").write_text("plugins = ['tools']\n")
    vim = await editor(inside, settings={"trusted": True})
    uri = (outside / "app.py").as_uri()
    vim.open(uri, f"zebra\n{SMTP}")
    assert await vim.codes(uri) == ["REL102"]


async def test_excluded_files_and_other_documents_have_no_findings(editor: Start, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("generated/\n")
    vim = await editor()
    for name in ("venv/app.py", "generated/app.py"):
        vim.open(name, SMTP)
        assert await vim.codes(name) == []
    vim.open("git:/app.py?ref", SMTP)
    vim.open("notes.md", SMTP, language="markdown")
    vim.open("untitled:Untitled-1", SMTP)
    assert await vim.codes("untitled:Untitled-1") == ["REL102"]
    assert {each.uri for each in vim.published if each.diagnostics} == {"untitled:Untitled-1"}


async def test_findings_that_the_baseline_accepts_are_not_shown(editor: Start, tmp_path: Path) -> None:
    from relint.cli import main

    (tmp_path / "app.py").write_text(SMTP)
    (tmp_path / "relint.toml").write_text("baseline = 'relint-baseline.json'\n")
    config = ["--config", str(tmp_path / "relint.toml")]
    main(["baseline", str(tmp_path / "app.py"), "--baseline", str(tmp_path / "relint-baseline.json"), *config])
    vim = await editor()
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == []
    vim.change("app.py", SMTP + "smtplib.SMTP('other')\n")
    (found,) = await vim.findings("app.py")
    assert found.range.start.line == 3
    vim.configuration = {"baseline": False}
    vim.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await vim.until(lambda: len(vim.newest(vim.uri("app.py")).diagnostics) == 2)


async def test_checks_on_save_only(editor: Start) -> None:
    vim = await editor(settings={"run": "onSave"})
    vim.open("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]
    vim.change("app.py", SMTP * 2)
    vim.save("app.py")
    assert len(await vim.findings("app.py")) == 2
    pulling = await editor(client="pulling", settings={"run": "onSave"})
    pulling.open("app.py", SMTP)
    assert len(await pulling.findings("app.py")) == 1
    pulling.change("app.py", f"\n{SMTP}smtplib.SMTP('other')\n")
    (found,) = await pulling.findings("app.py")
    assert found.range.start.line == 3
    pulling.save("app.py")
    assert len(await pulling.findings("app.py")) == 2

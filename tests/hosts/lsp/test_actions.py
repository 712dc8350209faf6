"""What an editor offers to do about a finding, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import PROFILES
from tests.plugins import plugin

pytestmark = pytest.mark.asyncio

CLIENTS = pytest.mark.parametrize("client", PROFILES)
APP = """\
import asyncio

import requests


def rate(url):
    return requests.get(url).json()["\U0001f40d"]


async def main():
    asyncio.create_task(rate("x"))
"""
HELD = """\
background_tasks = set()


def rate(url):"""
ADD, ADD_UNSAFE = "relint (REL101): Add `timeout=10`", "relint (REL101): Add `timeout=10` (unsafe)"
IGNORE, ALL = "relint (REL101): Ignore on this line", "relint: Fix all safe findings"


@CLIENTS
async def test_a_quick_fix_says_what_it_is_and_does_it(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("app.py", APP)
    found = await vim.findings("app.py")
    unsafe = (await vim.actions("app.py", 6, about=[each for each in found if each.code == "REL101"]))[ADD_UNSAFE]
    assert not unsafe.is_preferred
    await vim.apply(unsafe)
    assert vim.texts[vim.uri("app.py")] == APP.replace("(url).", "(url, timeout=10).")
    assert await vim.codes("app.py") == ["REL301"]
    safe = (await vim.actions("app.py", 10))["relint (REL301): Keep the task in `background_tasks` until it is done"]
    assert safe.is_preferred
    await vim.apply(safe)
    assert HELD in vim.texts[vim.uri("app.py")]
    assert await vim.findings("app.py") == []


@CLIENTS
async def test_all_safe_fixes_on_save(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("app.py", APP)
    for only in (["source.fixAll"], ["source.fixAll.relint"], ["source"], [""]):
        assert ALL in await vim.actions("app.py", only=only)
    assert ALL not in await vim.actions("app.py", only=["source.fixAll.ruff"])
    assert ALL not in await vim.actions("app.py", only=["quickfix"])
    assert list(await vim.actions("app.py", only=["source.organizeImports"])) == []
    await vim.apply((await vim.actions("app.py", only=["source.fixAll"]))[ALL])
    assert await vim.codes("app.py") == ["REL101"]
    assert await vim.actions("app.py", only=["source.fixAll"]) == {}


@CLIENTS
async def test_ignore_on_this_line_leaves_a_place_for_the_reason(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("app.py", APP)
    await vim.apply((await vim.actions("app.py", 6))[IGNORE])
    ignored = '["\U0001f40d"]  # relint: ignore[REL101] <why this is right here>\n'
    assert ignored in vim.texts[vim.uri("app.py")]
    assert await vim.codes("app.py") == ["REL301"]


async def test_edits_wait_for_resolve_only_where_the_client_resolves(editor: Start) -> None:
    for client, inline in (("vscode", False), ("neovim", False), ("emacs", True)):
        vim = await editor(client=client)
        vim.open("app.py", APP)
        action = (await vim.actions("app.py", 6))[ADD_UNSAFE]
        assert (action.edit is not None) is inline
        edit = (await vim.resolved(action)).edit
        assert edit is not None
        assert edit.document_changes is not None


async def test_a_client_without_document_changes_gets_plain_ones(editor: Start) -> None:
    def plain(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.workspace is not None
        capabilities.workspace.workspace_edit = None

    vim = await editor(change=plain)
    vim.open("app.py", APP)
    edit = (await vim.resolved((await vim.actions("app.py", 6))[ADD_UNSAFE])).edit
    assert edit is not None
    assert edit.document_changes is None
    assert vim.edited(edit) == {vim.uri("app.py"): APP.replace("(url).", "(url, timeout=10).")}


async def test_the_finding_is_known_by_its_key_not_by_its_columns(editor: Start) -> None:
    """Neovim 0.7 sends ranges back in bytes; other servers' diagnostics come along; some clients drop `data`."""
    vim = await editor()
    text = "import smtplib\nx = '漢字'; smtplib.SMTP('a'); smtplib.SMTP('b', 25)\n"
    vim.open("app.py", text)
    first, second = await vim.findings("app.py")
    second.range.start.character += 40
    foreign = types.Diagnostic(range=first.range, message="other", source="ruff", code="F401", data=["odd"])
    odd = types.Diagnostic(range=first.range, message="odd", source="relint", code="REL102", data={"key": 3})
    named = await vim.actions("app.py", 1, about=[foreign, odd, second])
    (fix,) = (action for title, action in named.items() if title.endswith("(unsafe)") and "workspace" not in title)
    await vim.apply(fix)
    assert "smtplib.SMTP('a'); smtplib.SMTP('b', 25, timeout=10)" in vim.texts[vim.uri("app.py")]
    assert len(await vim.actions("app.py", 1, about=[foreign, odd])) >= 3


async def test_an_action_of_an_older_text_does_what_it_meant(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", APP)
    action = (await vim.actions("app.py", 6))[ADD_UNSAFE]
    moved = "# one line more\n" + APP
    vim.change("app.py", moved)
    await vim.apply(action)
    assert vim.texts[vim.uri("app.py")] == moved.replace("(url).", "(url, timeout=10).")
    gone = await vim.resolved(types.CodeAction(action.title, data=action.data))
    assert gone.edit is None


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
async def test_line_endings_stay(editor: Start, ending: str) -> None:
    vim = await editor()
    text = APP.replace("\n", ending)
    vim.open("app.py", text)
    await vim.apply((await vim.actions("app.py", only=["source.fixAll"]))[ALL])
    await vim.apply((await vim.actions("app.py", 8))[IGNORE])
    after = vim.texts[vim.uri("app.py")]
    assert "background_tasks.add(task)" in after
    assert "\n" not in after.replace(ending, "")


async def test_settings_say_what_is_offered(editor: Start) -> None:
    vim = await editor(settings={"unsafeFixes": False, "fixAll": False, "disableRuleComment": False})
    vim.open("app.py", APP)
    assert list(await vim.actions("app.py", 6)) == ["relint (REL101): Show the rule request-without-timeout"]


async def test_sanctioned_values_make_a_fix_safe(editor: Start, tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("[sanctioned]\ntimeout = 7\n")
    vim = await editor()
    vim.open("app.py", APP)
    await vim.apply((await vim.actions("app.py", only=["source.fixAll"]))[ALL])
    assert await vim.findings("app.py") == []
    assert "timeout=7" in vim.texts[vim.uri("app.py")]


CREATES = """
from pathlib import Path
new = NewFile(str(Path(ctx.path).parent / ctx.option_path), "made = '\N{SNAKE}'\\n")
return Fix("split", (Edit(start, end, "y"),), create=(new,))
"""


def _creating(folder: Path, target: str) -> dict[str, Any]:
    """A rule whose fix creates `target`; returns the editor's settings that run it."""
    tools = folder / "tools"
    tools.mkdir()
    plugin(tools, "ABC001", "zebra", CREATES.replace("ctx.option_path", repr(target)))
    return {"configuration": {"plugins": [str(tools)]}, "trusted": True}


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_a_fix_creates_files(editor: Start, tmp_path: Path, client: str) -> None:
    vim = await editor(client=client, settings=_creating(tmp_path, "made.py"))
    vim.open("app.py", "zebra\n")
    assert await vim.codes("app.py") == ["ABC001"]
    edit = (await vim.resolved((await vim.actions("app.py"))["relint (ABC001): split"])).edit
    assert edit is not None
    assert vim.edited(edit) == {vim.uri("app.py"): "y\n", vim.uri("made.py"): "made = '\N{SNAKE}'\n"}
    assert isinstance((edit.document_changes or ())[0], types.CreateFile)


@pytest.mark.parametrize(("client", "target"), [("emacs", "made.py"), ("vscode", "app2.py"), ("vscode", "../made.py")])
async def test_no_file_is_created_where_it_must_not(editor: Start, tmp_path: Path, client: str, target: str) -> None:
    """The client cannot; there is one already; it lies outside the project."""
    (tmp_path / "app2.py").write_text("precious\n")
    vim = await editor(client=client, settings=_creating(tmp_path, target))
    vim.open("app.py", "zebra\n")
    action = (await vim.actions("app.py")).get("relint (ABC001): split")
    if client == "emacs":
        assert action is None
    else:
        assert action is not None
        resolved = await vim.resolved(action)
        assert resolved.edit is None
        assert resolved.disabled is not None


async def test_nothing_is_offered_for_the_fix_of_an_unparsable_text(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", APP)
    before: Any = await vim.findings("app.py")
    vim.change("app.py", APP + "def half(:\n")
    assert [each.range for each in await vim.findings("app.py")] == [each.range for each in before]
    titles = list(await vim.actions("app.py", 6))
    assert titles == [IGNORE, "relint (REL101): Show the rule request-without-timeout"]
    assert await vim.actions("app.py", only=["source.fixAll"]) == {}


async def test_a_migration_in_sql_becomes_three_files(editor: Start, tmp_path: Path) -> None:
    (tmp_path / "relint.toml").write_text("[migrations]\ndatabase = 'postgresql'\n")
    migrations = tmp_path / "db" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "V1__a.sql").write_text("CREATE TABLE invoice (id bigint PRIMARY KEY);\n")
    vim = await editor()
    name = "db/migrations/V2__b.sql"
    vim.open(name, "ALTER TABLE invoice ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n", "sql")
    (action,) = (each for title, each in (await vim.actions(name)).items() if "in three steps" in title)
    edit = (await vim.resolved(action)).edit
    assert edit is not None
    created = [
        each.uri.rpartition("/")[2] for each in edit.document_changes or () if isinstance(each, types.CreateFile)
    ]
    steps = ("V3__backfill_b.sql", "V4__b_not_null.sql")
    assert sorted(created) == sorted([*steps, *(f"{step}.conf" for step in steps)])

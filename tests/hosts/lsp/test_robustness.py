"""Nothing that a client says, and nothing that a file holds, ends the server."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future
from pathlib import Path

import pytest
from lsprotocol import types

from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import LIMIT, Editor
from tests.plugins import plugin

pytestmark = pytest.mark.asyncio

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"


async def _lives(vim: Editor) -> None:
    vim.open("alive.py", SMTP)
    assert await vim.codes("alive.py") == ["REL102"]


def _raw(vim: Editor, body: bytes) -> None:
    server = vim.client._server
    assert server is not None
    assert server.stdin is not None
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


async def test_malformed_messages(editor: Start) -> None:
    vim = await editor()
    for body in (b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b"{}", b'{"jsonrpc": "1.0", "method": "x"}'):
        _raw(vim, body)
    for params in ({}, None, {"textDocument": None}, {"textDocument": {"uri": 7}}, []):
        for method in ("textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "$/cancelRequest"):
            _raw(vim, json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())
    _raw(vim, json.dumps({"jsonrpc": "2.0", "method": "no/such/thing", "params": {}}).encode())
    await _lives(vim)


async def test_a_malformed_request_is_answered(editor: Start) -> None:
    vim = await editor()
    answer: Future[object] = Future()
    vim.client.protocol._request_futures["odd"] = answer
    _raw(vim, b'{"jsonrpc": "2.0", "id": "odd", "method": "textDocument/hover", "params": {"textDocument": 3}}')
    with pytest.raises(Exception, match="Invalid"):
        await asyncio.wait_for(asyncio.wrap_future(answer), LIMIT)
    with pytest.raises(Exception, match="not defined"):
        await vim.command("no.such.command")
    with pytest.raises(Exception, match="arguments"):
        await vim.command("relint.fixAllInWorkspace")
    await _lives(vim)


async def test_requests_about_documents_that_are_not_open(editor: Start) -> None:
    vim = await editor(client="pulling")
    for uri in ("file:///nowhere/app.py", "untitled:x", "file://", "", "::", "http://[/x.py"):
        document = types.TextDocumentIdentifier(uri)
        at = types.Position(7, 7)
        assert await vim.client.text_document_hover_async(types.HoverParams(document, at)) is None
        assert await vim.client.text_document_completion_async(types.CompletionParams(document, at)) is None
        context = types.CodeActionContext([])
        params = types.CodeActionParams(document, types.Range(at, at), context)
        assert not await vim.client.text_document_code_action_async(params)
        report = await vim.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        assert not report.items  # type: ignore[union-attr]
        vim.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
        vim.open(uri, SMTP)
        vim.change(uri, SMTP)
        vim.close(uri)
    await _lives(vim)


async def test_a_document_that_is_changed_after_it_was_closed(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", SMTP)
    vim.close("app.py")
    vim.change("app.py", SMTP + SMTP)
    vim.save("app.py")
    vim.close("app.py")
    await _lives(vim)
    assert [each for each in vim.published if each.uri == vim.uri("app.py") and each.diagnostics] == []


async def test_positions_outside_of_the_text(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", SMTP)
    document = types.TextDocumentIdentifier(vim.uri("app.py"))
    for at in (types.Position(0, 10**6), types.Position(10**6, 0), types.Position(3, 5)):
        await vim.client.text_document_hover_async(types.HoverParams(document, at))
        await vim.client.text_document_completion_async(types.CompletionParams(document, at))
        context = types.CodeActionContext([])
        await vim.client.text_document_code_action_async(types.CodeActionParams(document, types.Range(at, at), context))
    await _lives(vim)


DEEP = (
    f"{SMTP}x = {'(' * 1500}{')' * 1500}\n",
    f"{SMTP}x = {'f(' * 190}{')' * 190}\n",
    f"{SMTP}x = a{'.b' * 10_000}\n",
    f"{SMTP}x = {'1 + ' * 10_000}1\n",
    SMTP + "".join("  " * depth + "if x:\n" for depth in range(150)) + "  " * 150 + "pass\n",
    f"{SMTP}x = {'[' * 50_000}\n",
)


async def test_deeply_nested_files(editor: Start) -> None:
    vim = await editor()
    for number, text in enumerate(DEEP):
        vim.open(f"app{number}.py", SMTP)
        await vim.findings(f"app{number}.py")
        vim.change(f"app{number}.py", text)
        await vim.findings(f"app{number}.py")
    await _lives(vim)


async def test_a_huge_file_is_left_alone_until_it_is_small(editor: Start) -> None:
    vim = await editor(settings={"maxFileSize": 50_000})
    vim.open("app.py", SMTP + "x = 1\n" * 10_000)
    assert await vim.codes("app.py") == []
    vim.change("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]


async def test_what_crashes_is_a_finding_and_a_log_line(editor: Start, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    plugin(tools, "ABC001", "zebra", "raise ValueError('no fixer today')")
    (tmp_path / "relint.toml").write_text("plugins = ['tools']\n")
    vim = await editor(settings={"trusted": True})
    vim.open("app.py", f"zebra\n{SMTP}")
    found = await vim.findings("app.py")
    assert sorted(str(each.code) for each in found) == ["REL000", "REL102"]
    assert "no fixer today" in next(each.message for each in found if each.code == "REL000")
    await _lives(vim)


async def test_what_a_plugin_prints_does_not_end_up_between_messages(editor: Start, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    noisy = plugin(tools, "ABC001", "zebra")
    noisy.write_text(noisy.read_text() + "\nimport os\nprint('noise', flush=True)\nos.write(1, b'more noise')\n")
    (tmp_path / "relint.toml").write_text("plugins = ['tools']\n")
    vim = await editor(settings={"trusted": True})
    vim.open("app.py", "zebra\n")
    assert await vim.codes("app.py") == ["ABC001"]
    await _lives(vim)


async def test_a_thousand_open_documents(editor: Start) -> None:
    vim = await editor()
    for number in range(1000):
        vim.open(f"app{number}.py", SMTP)
    await vim.until(lambda: len(vim.published) >= 1000)
    vim.change("app7.py", "x = 1\n")
    assert await vim.findings("app7.py") == []


async def test_fast_typing_shows_the_newest_text_and_never_an_older_one(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", SMTP)
    for number in range(100):
        vim.change("app.py", "\n" * number + SMTP)
    (found,) = await vim.findings("app.py")
    assert found.range.start.line == 99 + 2
    assert (await vim.command("relint.debugInformation"))["pending"] < 10  # nothing is kept of a keystroke
    versions = [each.version for each in vim.published if each.uri == vim.uri("app.py")]
    assert versions == sorted(versions)
    for each in vim.published:
        for one in each.diagnostics:
            assert one.range.start.line == max((each.version or 0) - 2, 0) + 2


async def test_the_server_ends_with_its_client_whatever_it_is_doing(editor: Start) -> None:
    vim = await editor()
    for number in range(50):  # in folders that are not on the disk
        vim.open(f"db{number}/migrations/0001_a.py", f"from django.db import migrations\n{SMTP}")
    await _lives(vim)
    server = vim.client._server
    assert server is not None
    assert server.stdin is not None
    vim.change("alive.py", SMTP * 50)
    server.stdin.close()
    assert await asyncio.wait_for(server.wait(), LIMIT) == 0
    vim.client.capabilities = None  # there is nothing left to shut down


async def test_documents_that_rest_on_each_other_come_to_rest(editor: Start, tmp_path: Path) -> None:
    """A record that never agrees with what is there must not make the server check for ever."""
    vim = await editor()
    header = "from django.db import migrations, models\n"
    for name in ("0001_a", "0002_b"):
        vim.open(f"shop/migrations/{name}.py", f"{header}migrations.AddField('a', 'b', models.TextField(default=''))\n")
    await vim.findings("shop/migrations/0002_b.py")
    before = await vim.command("relint.debugInformation")
    await _lives(vim)
    after = await vim.command("relint.debugInformation")
    assert after["checks"] - before["checks"] <= 4


@pytest.mark.parametrize("client", ["vscode", "pulling"])
async def test_names_that_must_be_escaped(editor: Start, tmp_path: Path, client: str) -> None:
    folder = tmp_path / "a b%20ü#?"
    folder.mkdir()
    (folder / "db.py").write_text("SessionLocal = object\n")
    vim = await editor(folder, client=client)
    vim.open("ü #%41.py", SMTP)
    assert await vim.codes("ü #%41.py") == ["REL102"]
    assert "relint (REL102): Show the rule socket-without-timeout" in await vim.actions(
        "ü #%41.py", SMTP.count("\n") - 1
    )


async def test_a_request_that_is_called_off(editor: Start) -> None:
    vim = await editor(client="pulling")
    vim.open("app.py", SMTP * 300)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(vim.uri("app.py")))
    vim.client.protocol.send_request("textDocument/diagnostic", params, msg_id="called off")
    vim.client.protocol.notify("$/cancelRequest", types.CancelParams("called off"))
    assert len(await vim.codes("app.py")) == 300
    await _lives(vim)

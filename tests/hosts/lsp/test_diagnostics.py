"""What an editor sees while somebody types."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.hosts.lsp.conftest import Start
from tests.hosts.lsp.editor import PROFILES

pytestmark = pytest.mark.asyncio

SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"
CLIENTS = pytest.mark.parametrize("client", PROFILES)


@CLIENTS
async def test_findings_appear_and_go(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("app.py", SMTP)
    (found,) = await vim.findings("app.py")
    assert (found.code, found.source, found.severity) == ("REL102", "relint", types.DiagnosticSeverity.Warning)
    assert vim.text_of("app.py", found.range) == "smtplib.SMTP('mail')"
    assert found.code_description is not None
    assert found.code_description.href.endswith("/socket-without-timeout/")
    vim.change("app.py", SMTP.replace("'mail'", "'mail', timeout=5"))
    assert await vim.findings("app.py") == []


BEFORE = (
    "x = '\U0001f40d\U0001f40d'; ",
    "x = '漢字かな'; ",
    "\f",
    "x = 'é\u2028\x85\x1c'; ",
    "if 1:\r\ty = '\f'\r\n\t",
)


@CLIENTS
async def test_columns_in_the_clients_own_units(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    for number, before in enumerate(BEFORE):
        name = f"app{number}.py"
        vim.open(name, f"import smtplib\r\n{before}smtplib.SMTP('\U0001f40dmail')\n")
        (found,) = await vim.findings(name)
        assert vim.text_of(name, found.range) == "smtplib.SMTP('\U0001f40dmail')"


async def test_texts_without_anything_in_them(editor: Start) -> None:
    vim = await editor(client="neovim")
    for number, text in enumerate(["", "\n", "\r", "\f", "\ufeff", "x", "\x00", "\ud800 = 1"]):
        name = f"app{number}.py"
        vim.open(name, text)
        assert await vim.findings(name) == []
        vim.change(name, SMTP)
        assert await vim.codes(name) == ["REL102"]


SQL = """\
import psycopg


def search(conn: psycopg.Connection, term: str):
    return conn.execute(f"SELECT id FROM t WHERE a LIKE '{term}'")
"""


@CLIENTS
async def test_what_else_a_diagnostic_says(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("sql.py", SQL)
    (found,) = await vim.findings("sql.py")
    assert found.code == "REL401"
    if client == "emacs":  # it does not say that it can show them
        assert found.related_information is None
    else:
        assert found.related_information is not None
        (related,) = found.related_information
        assert related.message == "executed here"
        assert vim.text_of("sql.py", related.location.range).startswith("conn.execute(f")
    vim.open("unused.py", "x = 1  # relint: ignore[REL101]\n")
    (unused,) = await vim.findings("unused.py")
    assert unused.tags == (types.DiagnosticTag.Unnecessary,)


async def test_sql_files(editor: Start) -> None:
    vim = await editor()
    vim.open("db/migrations/0002_index.sql", "CREATE INDEX i ON orders (id);\n", language="sql")
    assert "REL504" in await vim.codes("db/migrations/0002_index.sql")


@CLIENTS
async def test_what_another_module_says_of_a_name(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    waits = "import requests\n\nsession = requests.Session()\n"
    vim.open("shop/http.py", "session = {}\n")
    vim.open("shop/orders.py", "from .http import session\n\n\ndef load(url):\n    session.get(url)\n")
    assert await vim.codes("shop/orders.py") == []
    for text, codes in ((waits, ["REL101"]), (f"{waits}session.request = limited\n", []), (waits, ["REL101"])):
        vim.change("shop/http.py", text)
        await vim.settles("shop/orders.py", codes)


@CLIENTS
async def test_an_unparsable_text_keeps_the_last_findings_where_they_are_now(editor: Start, client: str) -> None:
    vim = await editor(client=client)
    vim.open("app.py", SMTP)
    await vim.findings("app.py")
    for text, line in (
        (f"def half(:\n{SMTP}", 3),
        (f"x = '\U0001f40d\n{SMTP}y = (", 3),
        (SMTP.replace("smtplib\n\n", "smtplib\n\n\n\nimport ("), 4),
        ("import smtplib\n\nif 1:\n    smtplib.SMTP('mail')\nelse", 3),
    ):
        vim.change("app.py", text)
        (found,) = await vim.findings("app.py")
        assert (found.code, found.range.start.line) == ("REL102", line)
        assert vim.text_of("app.py", found.range) == "smtplib.SMTP('mail')"
    vim.change("app.py", "import smtplib\n\nsmtplib.SMTP('mail', (\n")
    assert await vim.findings("app.py") == []  # what is being edited is not known any more
    vim.change("app.py", "x = (\n")
    assert await vim.findings("app.py") == []
    vim.change("app.py", SMTP)
    assert await vim.codes("app.py") == ["REL102"]


async def test_syntax_errors_are_shown_if_asked_for(editor: Start) -> None:
    broken = f"{SMTP}def half(:\n"
    silent, asked = await editor(), await editor(settings={"showSyntaxErrors": True})
    for vim, codes in ((silent, []), (asked, ["REL001"])):
        vim.open("app.py", broken)
        assert await vim.codes("app.py") == codes


async def test_a_report_that_has_not_changed_is_not_sent_again(editor: Start) -> None:
    vim = await editor(client="pulling")
    vim.open("app.py", SMTP)
    document = types.TextDocumentIdentifier(vim.uri("app.py"))
    first = await vim.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    vim.change("app.py", SMTP + "\n")
    again = types.DocumentDiagnosticParams(document, previous_result_id=first.result_id)
    second = await vim.client.text_document_diagnostic_async(again)
    assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
    vim.change("app.py", "\n" + SMTP)
    third = await vim.client.text_document_diagnostic_async(again)
    assert isinstance(third, types.RelatedFullDocumentDiagnosticReport)


async def test_findings_are_cleared_when_a_document_is_closed(editor: Start) -> None:
    vim = await editor()
    vim.open("app.py", SMTP)
    await vim.findings("app.py")
    vim.close("app.py")
    await vim.until(lambda: vim.published[-1].diagnostics == ())

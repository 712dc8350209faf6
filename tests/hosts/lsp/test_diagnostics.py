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

"""The editor that the tests of this folder use."""

from __future__ import annotations

from pathlib import Path
from typing import Any, AsyncIterator, Awaitable, Callable

import pytest_asyncio

from tests.hosts.lsp.editor import Editor

Start = Callable[..., Awaitable[Editor]]


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[Start]:
    """`await editor()` starts an editor in the test's folder; options: folders, client, settings, change."""
    started: list[Editor] = []

    async def start(
        *folders: Path, client: str = "vscode", settings: dict[str, Any] | None = None, change: Any = None
    ) -> Editor:
        one = Editor(folders or (tmp_path,), client, settings)
        started.append(one)
        await one.start(change)
        return one

    yield start
    for one in started:
        await one.stop()

"""Which handlers wait without a deadline."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.deadlines import waits_without_deadline
from relint.settings import Settings
from tests.asking import context

CODE = """
import asyncio
import aiohttp
import asyncpg
import openai
from fastapi import FastAPI

app = FastAPI()
models = openai.AsyncOpenAI()
quick = openai.AsyncOpenAI(timeout=5)


async def connect():
    return await asyncpg.connect()


async def deep():
    return await models.images.generate(prompt="x")


@app.get("/")
async def handler(given: aiohttp.ClientSession):
    session = aiohttp.ClientSession()
    {}
"""


def found(line: str, code: str = CODE) -> tuple[str, int | None] | None:
    """(call, seconds) of what a handler waits for."""
    ctx = context(code.format(line))
    [function] = [f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "handler"]
    waiting = waits_without_deadline(ctx, function)
    return None if waiting is None else (ctx.source(waiting.call.func), waiting.seconds)


@pytest.mark.parametrize(
    ("line", "waits"),
    [
        ("await session.get('x')", ("session.get", 300)),
        ("async with session.get('x') as r: pass", ("session.get", 300)),
        ("await session.get('x', timeout=None)", ("session.get", 300)),
        ("await models.chat.completions.create(a=1)", ("models.chat.completions.create", 600)),
        ("connection = await connect()\n    await connection.execute('x')", ("connection.execute", None)),
        ("await deep()", ("models.images.generate", 600)),
    ],
)
def test_waits(line: str, waits: tuple[str, int | None]) -> None:
    assert found(line) == waits


@pytest.mark.parametrize(
    "line",
    [
        "await session.get('x', timeout=5)",
        "await session.close()",
        "await given.get('x')",
        "await quick.chat.completions.create(a=1)",
        "await asyncio.wait_for(session.get('x'), 5)",
        "await asyncio.wait_for(deep(), 5)",
        "async with asyncio.timeout(5): await session.get('x')",
        "session.get('x')",
        "pool = asyncpg.Pool(); pool = await pool.acquire(); await pool.fetch('x')",
    ],
)
def test_a_deadline_or_no_wait(line: str) -> None:
    assert found(line) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('@app.get("/")', ""),
        ('@app.get("/")', '@app.get("/")\n@timeout_after(5)'),
        ("import asyncio", "import asyncio\nimport sanic"),
        ("app = FastAPI()", "app = FastAPI()\napp.add_middleware(TimeoutMiddleware)"),
        (
            "app = FastAPI()",
            'app = FastAPI()\n@app.middleware("http")\nasync def f(r, go):\n    await asyncio.wait_for(go(r), 5)\n',
        ),
    ],
)
def test_no_handler_or_a_deadline_for_all(old: str, new: str) -> None:
    assert found("await deep()", CODE.replace(old, new)) is None


@pytest.mark.parametrize(
    "registered", ["Route('/', handler)", "app.router.add_get('/', handler)", "web.post('/', handler)"]
)
def test_registered_by_a_call(registered: str) -> None:
    code = CODE.replace('@app.get("/")', "")
    assert found("await deep()", f"{code}\n{registered}\n") is not None


@pytest.mark.parametrize(
    ("made", "seconds"),
    [
        ("aiohttp.ClientSession()", 300),
        ("aiohttp.ClientSession(trust_env=True)", 300),
        ("aiohttp.ClientSession(timeout=limit())", None),
        ("aiohttp.ClientSession(**options)", None),
    ],
)
def test_a_session_of_another_module(made: str, seconds: int | None, tmp_path: Path) -> None:
    (tmp_path / "http.py").write_text(
        f"import aiohttp\n_session = None\n\n\nasync def get_session() -> aiohttp.ClientSession:\n    global _session\n"
        f"    if _session is None:\n        _session = {made}\n    return _session\n"
    )
    ctx = context(
        """
        import aiohttp
        from fastapi import FastAPI
        from .http import get_session

        app = FastAPI()

        @app.get("/")
        async def show():
            session = await get_session()
            return await session.get("https://example.com")
        """,
        str(tmp_path / "app.py"),
        Settings(root=tmp_path),
    )
    (function,) = ctx.tree.of(cst.FunctionDef)
    found = waits_without_deadline(ctx, function)
    assert (found.seconds if found is not None else None) == seconds

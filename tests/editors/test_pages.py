"""The pages on editors: their code runs in the editors that are here, and their settings are those of the server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

pytest.importorskip("pygls")

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from relint.hosts.lsp.options import options
from tests.neovims import every_neovim

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "editors"
APP = "import asyncio\n\n\nasync def main():\n    asyncio.create_task(main())\n"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def tried(page: str, name: str) -> str:
    """The code below the comment `<!-- tried: NAME -->`."""
    text = (PAGES / page).read_text("utf-8")
    (code,) = re.findall(rf"<!-- tried: {re.escape(name)} -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(code)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty home, and this checkout's `relint` as the first on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "relint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m relint "$@"\n', "utf-8")
    program.chmod(0o755)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text("[tool.relint]\n", "utf-8")
    (tmp_path / "project" / "app.py").write_text(APP, "utf-8")
    home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    return {**os.environ, **home, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@every_neovim
def test_neovim_as_the_page_sets_it_up(tmp_path: Path, environment: dict[str, str], version: str, nvim: str) -> None:
    new = tuple(map(int, version.split("."))) >= (0, 11)
    setup = tmp_path / "init.lua"
    setup.write_text(tried("neovim.md", "nvim-0.11" if new else "nvim-0.7"), "utf-8")
    command = [nvim, "--headless", "-u", str(setup), "-i", "NONE", "-n", "-c", f"luafile {HERE / 'page.lua'}"]
    assert "done" in run(command, tmp_path / "project", environment)


def eglot() -> bool:
    if shutil.which("emacs") is None:
        return False
    command = ["emacs", "--batch", "--eval", '(unless (locate-library "eglot") (kill-emacs 1))']
    return subprocess.run(command, capture_output=True).returncode == 0


def test_emacs_as_the_page_sets_it_up(tmp_path: Path, environment: dict[str, str]) -> None:
    if not eglot():
        pytest.skip("needs Emacs with eglot: apt-get install emacs-nox elpa-eglot")
    setup = tmp_path / "init.el"
    setup.write_text(tried("emacs.md", "emacs"), "utf-8")
    command = ["emacs", "--batch", "-l", str(setup), "-l", str(HERE / "page.el")]
    assert "done" in run(command, tmp_path / "project", environment)
    assert (tmp_path / "project" / "app.py").read_text("utf-8").count("background_tasks.discard") == 2


def settings() -> Iterator[tuple[str, Any]]:
    """What the pages send to the server, or VS Code keeps for it."""
    for server in (tomllib.loads(block).get("language-server") for block in blocks(PAGES / "helix.md", "toml")):
        if server:
            yield "helix", server["relint"]["config"]
    (zed,) = (json.loads(block) for block in blocks(PAGES / "zed.md", "json"))
    yield "zed", zed["lsp"]["relint"]["initialization_options"]
    (sublime,) = (json.loads(block) for block in blocks(PAGES / "sublime.md", "json"))
    yield "sublime", sublime["clients"]["relint"]["initializationOptions"]
    yield "sublime", sublime["clients"]["relint"]["settings"]
    for given in re.findall(r"`(\{.*?\})`", (PAGES / "pycharm.md").read_text("utf-8")):
        yield "pycharm", json.loads(given)


def test_the_server_knows_the_settings_of_the_pages(tmp_path: Path) -> None:
    given = list(settings())
    assert {editor for editor, _ in given} == {"helix", "zed", "sublime", "pycharm"}
    assert [(each, wrong) for each in given if (wrong := options(each[1], tmp_path)[1])] == []


def test_every_page_is_in_the_index_and_says_how_to_fix_on_save() -> None:
    index = (PAGES / "README.md").read_text("utf-8")
    pages = [page for page in PAGES.glob("*.md") if page.name != "README.md"]
    assert [page.name for page in pages if f"({page.name})" not in index] == []
    assert [page.name for page in pages if "on save" not in page.read_text("utf-8")] == []

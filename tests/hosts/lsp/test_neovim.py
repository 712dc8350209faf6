"""A real editor: Neovim without a screen, driven as by a person."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.neovims import every_neovim

HERE = Path(__file__).parent
APP = """\
import asyncio
import smtplib
import requests

def send(url):
    x = '\U0001f40d'; mail = smtplib.SMTP('漢字')
    return requests.get(url)


async def main():
    asyncio.create_task(main())
"""
DONE = {
    "drive.lua": ("diagnostics", "quick fix", "ignore", "hover", "fix on save", "clean", "done"),
    "mended.lua": ("something is wrong with the configuration", "mended", "broken again", "emptied", "done"),
}


@pytest.mark.parametrize("script", DONE)
@every_neovim
def test_neovim(tmp_path: Path, version: str, nvim: str, script: str) -> None:
    (tmp_path / "app.py").write_text(APP, "utf-8")
    if script == "mended.lua":
        (tmp_path / "relint.toml").write_text("selct = ['REL102']\n", "utf-8")
    home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    relint = {"RELINT": f"{sys.executable} -m relint server", "COMMON": str(HERE / "common.lua")}
    done = subprocess.run(
        [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {HERE / script}"],
        cwd=tmp_path,
        env={**os.environ, **home, **relint},
        capture_output=True,
        text=True,
        timeout=180,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert [step for step in DONE[script] if step not in output] == []

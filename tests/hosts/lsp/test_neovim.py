"""A real editor: Neovim without a screen, driven as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
STEPS = ("diagnostics", "quick fix", "ignore", "hover", "fix on save", "clean", "done")


@every_neovim
def test_neovim_shows_fixes_ignores_and_explains(tmp_path: Path, version: str, nvim: str) -> None:
    (tmp_path / "app.py").write_text(APP, "utf-8")
    home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    done = subprocess.run(
        [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {HERE / 'drive.lua'}"],
        cwd=tmp_path,
        env={**os.environ, **home, "RELINT": f"{sys.executable} -m relint server"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert [step for step in STEPS if step not in output] == []

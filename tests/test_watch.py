"""`--watch`: what makes it check again, and how it ends."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator

import pytest

from relint import watch
from relint.config import SettingsFinder
from relint.options import Options

ROOT = Path(__file__).parent.parent
SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"
WAITING = "Watching for changes; Ctrl-C ends."

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


class Watching:
    """A relint that watches a folder, and what it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "relint", "check", "--watch", "-v", "--output-format", "concise", *arguments]
        environment = {key: value for key, value in os.environ.items() if key != "RELINT_NO_CACHE"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def run(self) -> str:
        """What the next run prints."""
        printed = ""
        while WAITING not in printed:
            printed += self._lines.get(timeout=60)
        return printed

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing is printed for so long."""
        time.sleep(seconds)
        return self._lines.empty()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "a.py").write_text(SMTP)
    (tmp_path / "b.py").write_text("x = 1\n")
    (tmp_path / "relint.toml").write_text("")
    return tmp_path


@pytest.fixture
def watching(folder: Path) -> Iterator[Watching]:
    pytest.importorskip("watchfiles")
    watching = Watching(folder)
    yield watching
    watching.process.kill()
    watching.process.wait()


def test_what_changes_is_checked_again(folder: Path, watching: Watching) -> None:
    first = watching.run()
    assert "a.py:3:1: REL102" in first
    assert "cache: 0 of 2 files unchanged" in first
    assert "\x1b" not in first, "only a terminal is cleared"

    (folder / "b.py").write_text(SMTP)
    second = watching.run()
    assert "b.py:3:1: REL102" in second
    assert "cache: 1 of 2 files unchanged" in second

    (folder / "relint.toml").write_text('ignore = ["REL102"]\n')
    assert "All checks passed!" in watching.run()
    (folder / "relint.toml").write_text("ignroe = []\n")
    assert "error: " in watching.run()
    (folder / "relint.toml").write_text("")
    assert "cache: 2 of 2 files unchanged" in watching.run()

    (folder / "b.py").unlink()
    assert "cache: 1 of 1 file unchanged" in watching.run()
    (folder / "notes.log").write_text("nothing to do with it")
    assert watching.is_quiet(2.0)
    assert watching.end() == 0


def test_a_plugin_that_changes_is_loaded_anew(folder: Path) -> None:
    pytest.importorskip("watchfiles")
    rule = (
        '"""{}."""\nimport libcst as cst\nfrom relint.model import Rule\nrule = Rule(code="XYZ001", words=("x",))\n\n'
        '@rule.on(cst.Name)\ndef check(node, ctx):\n    yield rule.finding(node, "{}")\n'
    )
    (folder / "plugin.py").write_text(rule.format("One", "`x` is one"))
    (folder / "relint.toml").write_text('plugins = ["plugin.py"]\nselect = ["XYZ001"]\n')
    watching = Watching(folder, "b.py")
    try:
        assert "b.py:1:1: XYZ001 `x` is one" in watching.run()
        (folder / "plugin.py").write_text(rule.format("Two", "`x` is two"))
        assert "b.py:1:1: XYZ001 `x` is two" in watching.run()
        assert watching.end() == 0
    finally:
        watching.process.kill()
        watching.process.wait()


def test_a_terminal_is_cleared_before_each_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Options(SettingsFinder(isolated=True, cwd=folder), (str(folder),), no_cache=True, color="never")
    watch._run(options)
    assert not capsys.readouterr().out.startswith("\x1b")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    watch._run(options)
    assert capsys.readouterr().out.startswith("\x1b[2J\x1b[3J\x1b[HREL102")


def test_without_the_package(folder: Path) -> None:
    script = "import sys; sys.modules['watchfiles'] = None\nfrom relint.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "check", "--watch"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    message = "error: --watch needs the package watchfiles: pip install 'relint[watch]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.parametrize("more", [["-"], ["--add-noqa"], ["--show-files"]])
def test_what_it_does_not_go_with(folder: Path, more: list[str]) -> None:
    command = [sys.executable, "-m", "relint", "check", "--watch", *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--watch goes with files" in done.stderr

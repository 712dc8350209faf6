"""The HTML report: what it holds, and that it works in a real browser."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from relint.cli import main
from relint.report.html import Page
from tests.test_ci_formats import TEXT, finding

TODAY = datetime.date(2026, 1, 31)
EVIL = "</script><script>document.title='pwned'</script><!--"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_findings_with_family_folder_and_age() -> None:
    days = {2: datetime.date(2026, 1, 28), 3: datetime.date(2024, 1, 1)}
    page = Page(TODAY, lambda path: days).render([(TEXT, [finding(2), finding(3, fix=None)])])
    rows = data_of(page)["findings"]
    assert isinstance(rows, list)
    assert [(row["family"], row["folder"], row["age"], row["fix"]) for row in rows] == [
        ("http", "src", "this week", "safe"),
        ("http", "src", "older", "none"),
    ]
    assert data_of(page)["summary"].startswith("2 findings (2 warning), 2026-01-31")  # type: ignore[attr-defined]


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = Page(TODAY).render([])
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "default-src 'none'" in page


def in_browser(page: str, script: str, folder: Path) -> str:
    """The page's DOM after a script ran at its end."""
    path = folder / "report.html"
    path.write_text(page.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--headless", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else []), "--dump-dom"]
    arguments.append(f"--user-data-dir={folder / 'profile'}")
    done = subprocess.run([BROWSER, *arguments, path.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def shown(dom: str) -> str:
    found = re.search(r'id="shown"[^>]*>([^<]*)<', dom)
    assert found is not None
    return found[1]


def test_in_a_browser(tmp_path: Path) -> None:
    found = [finding(2), replace(finding(3), message=EVIL, path="lib/b.py")]
    page = Page(TODAY).render([(TEXT, found)])
    dom = in_browser(page, "", tmp_path)
    assert shown(dom) == "2 of 2 findings"
    assert "<title>relint report</title>" in dom, "text from a file runs no script"
    search = "const s = document.getElementById('search'); s.value = 'lib'; s.dispatchEvent(new Event('input'));"
    assert shown(in_browser(page, search, tmp_path)) == "1 of 2 findings"
    click = "[...document.querySelectorAll('.row')].find(r => r.title === 'src').click();"
    dom = in_browser(page, click, tmp_path)
    assert shown(dom) == "1 of 2 findings"
    assert "src/a.py:2:13" in dom


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}
    Path("a.py").write_text("import smtplib\nsmtplib.SMTP()\n")
    identity = ["-c", "user.email=a@example.invalid", "-c", "user.name=A"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *arguments], check=True, env={**os.environ, **environment})
    Path("b.py").write_text("import smtplib\nsmtplib.SMTP()\n")
    assert main(["report", "--html", "out.html"]) == 0
    assert "2 findings in out.html" in capsys.readouterr().err
    rows = data_of(Path("out.html").read_text("utf-8"))["findings"]
    assert isinstance(rows, list)
    assert [(row["path"], row["date"]) for row in rows] == [("a.py", "2020-01-01"), ("b.py", "not committed")]

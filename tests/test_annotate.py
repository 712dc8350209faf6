"""Suppression comments written for findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.annotate import Style, annotated
from relint.check import check
from relint.settings import Settings
from relint.source import decode

SETTINGS = Settings(root=Path("/nowhere"), select=("REL102", "REL003", "REL004"))


def silenced(text: str, style: Style, reason: str = "") -> str:
    """The annotated text, which must be silent, unchanged but for comments, and stable."""
    source = decode("app.py", text.encode())
    found = check(source, SETTINGS)
    after, count = annotated(text, found, style, reason)
    assert count == len(found) > 0
    assert check(decode("app.py", after.encode()), SETTINGS) == []
    assert annotated(after, [], style) == (after, 0)
    return after


CALL = "import smtplib\nsmtplib.SMTP(host)\n"


def test_ignore_and_noqa() -> None:
    assert silenced(CALL, "ignore") == "import smtplib\nsmtplib.SMTP(host)  # relint: ignore[REL102]\n"
    assert silenced(CALL, "noqa", "why") == "import smtplib\nsmtplib.SMTP(host)  # noqa: REL102 why\n"


def test_a_comment_that_is_there_is_kept_or_extended() -> None:
    text = CALL.replace("(host)", "(host)  # a note  ")
    assert "SMTP(host)  # a note  # relint: ignore[REL102] why\n" in silenced(text, "ignore", "why")
    text = CALL.replace("(host)", "(host)  # noqa: E501 long")
    assert "# noqa: E501,REL102 long\n" in silenced(text, "noqa")
    text = CALL.replace("(host)", "(host)  # relint: ignore[REL301]")
    assert "# relint: ignore[REL301, REL102]\n" in silenced(text, "ignore")


@pytest.mark.parametrize("style", ["ignore", "noqa"])
def test_statements_of_several_lines(style: Style) -> None:
    text = "import smtplib\nx = smtplib.SMTP(\n    host,\n)\n"
    assert silenced(text, style).split("\n")[1].startswith("x = smtplib.SMTP(  # ")


def test_never_inside_a_string_or_after_a_backslash() -> None:
    text = 'import smtplib\nx = smtplib.SMTP("""\n# a\n""")\n'
    assert silenced(text, "ignore").endswith('\n# a\n""")  # relint: ignore[REL102]\n')
    text = "import smtplib\nx = smtplib \\\n    .SMTP(host)\n"
    assert silenced(text, "ignore").endswith("    .SMTP(host)  # relint: ignore[REL102]\n")
    text = 'import smtplib\nwith smtplib.SMTP("""\n""") as a, open("""\n""") as b:\n    pass\n'
    assert "as b:  # relint: ignore[REL102]\n" in silenced(text, "ignore")


def test_line_ends_are_kept() -> None:
    after = silenced(CALL.replace("\n", "\r\n"), "ignore")
    assert after == "import smtplib\r\nsmtplib.SMTP(host)  # relint: ignore[REL102]\r\n"


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from relint.cli import main

    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(CALL)
    assert main(["check", "--add-ignore", "a.py"]) == 0
    assert "Silenced 1 finding in 1 file." in capsys.readouterr().err
    assert main(["check", "a.py"]) == 0
    Path("a.py").write_text(CALL)
    assert main(["--add-noqa=behind a\nproxy", "."]) == 0
    assert Path("a.py").read_text().endswith("# noqa: REL102 behind a proxy\n")
    assert main(["--add-noqa", "--fix"]) == 2

"""Adoption in an old code base: accepted findings, and changed lines only."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple

import jsonschema
import pytest

from relint.cli import main

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"
OLD = """\
import smtplib


def send(host):
    return smtplib.SMTP(host, 25)


def other(host):
    return smtplib.SMTP(host)
"""
TWIN = "\n\ndef third(host):\n    return smtplib.SMTP(host)\n"


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Relint = Callable[..., Outcome]


@pytest.fixture
def relint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Relint:
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Outcome:
        try:
            code = main([*arguments])
        except SystemExit as error:
            code = int(error.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def repository(tmp_path: Path, relint: Relint) -> Path:
    git("init", "-q", "-b", "main")
    git("config", "user.email", "a@example.invalid")
    git("config", "user.name", "A")
    Path("mail.py").write_text(OLD)
    commit()
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "x")


def concise(relint: Relint, *arguments: str) -> tuple[int, list[str]]:
    code, out, _ = relint("check", "--output-format", "concise", "-q", *arguments)
    return code, [line.split(": REL")[0] for line in out.splitlines()]


def test_only_new_findings_fail(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    assert relint("baseline").code == 0
    accepted = json.loads(Path("relint-baseline.json").read_text())
    assert [(row["path"], row["code"], row["scope"]) for row in accepted["findings"]] == [
        ("mail.py", "REL102", "other"),
        ("mail.py", "REL102", "send"),
    ]
    arguments = ("--baseline", "relint-baseline.json")
    assert relint("check", *arguments).code == 0
    Path("mail.py").write_text(OLD + TWIN)
    assert concise(relint, *arguments) == (1, ["mail.py:13:12"])


def test_a_second_one_in_the_same_statement_is_new(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    relint("baseline", "--baseline", "b.json")
    Path("mail.py").write_text(OLD.replace("    return smtplib.SMTP(host)", "    return smtplib.SMTP(host)\n" * 2))
    assert concise(relint, "--baseline", "b.json")[0] == 1


def test_moved_lines_and_reformatting_do_not_matter(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    relint("baseline")
    formatted = OLD.replace("smtplib.SMTP(host, 25)", "smtplib.SMTP(\n        host,\n        25,\n    )  # why")
    Path("mail.py").write_text("# a comment\n\n" + formatted.replace("def send", "X = 1\n\n\ndef send"))
    assert relint("check", "--baseline", "relint-baseline.json").code == 0


def test_a_formatter_makes_nothing_new(relint: Relint) -> None:
    """The real ruff format, on code that it changes in every way it can."""
    Path("mail.py").write_text(
        "import smtplib\n"
        "def send( host,port ) :\n"
        "    with (smtplib.SMTP( 'mail.example.com' ,int( port ) )) as server ,open('a-long-name-of-file.txt') as f:\n"
        "        return ( server.sendmail('from@example.com', [ host ], f.read( ) ) )\n"
        "x = smtplib.SMTP(host = 'h', local_hostname = \"it's\",\n   port = 0X19) ; y = 1\n"
    )
    relint("baseline")
    before = Path("mail.py").read_text()
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--isolated", "mail.py"], check=True)
    assert Path("mail.py").read_text() != before
    code, out, _ = relint("check", "--baseline", "relint-baseline.json")
    assert (code, out) == (0, "All checks passed!\n")


def test_a_key_in_the_configuration(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    Path("relint.toml").write_text('baseline = "old.json"\n')
    assert relint("check").code == 2, "a missing baseline is no silent pass"
    assert relint("baseline").code == 0
    code, out, err = relint("check")
    assert (code, out) == (0, "All checks passed!\n")
    assert "2 findings in the baseline not shown" in err


def test_fixed_findings_are_stale_and_dropped(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    relint("baseline")
    arguments = ("check", "--baseline", "relint-baseline.json")
    Path("mail.py").write_text(OLD.replace("host, 25", "host, 25, timeout=3"))
    assert relint(*arguments).code == 0
    code, _, err = relint(*arguments, "--strict-baseline")
    assert code == 1
    assert "stale in the baseline: mail.py: REL102 send" in err
    Path("mail.py").write_text(OLD.replace("host, 25", "host, 25, timeout=3") + TWIN)
    assert relint("baseline", "--shrink").code == 0
    assert concise(relint, *arguments[1:], "--strict-baseline") == (1, ["mail.py:13:12"])


def test_renamed_files_are_followed_through_git(relint: Relint, repository: Path) -> None:
    relint("baseline")
    git("mv", "mail.py", "post.py")
    arguments = ("check", "--baseline", "relint-baseline.json")
    assert relint(*arguments).code == 0
    commit()
    assert relint(*arguments).code == 0


def test_without_git_a_rename_is_new(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    relint("baseline")
    Path("mail.py").rename("post.py")
    assert relint("check", "--baseline", "relint-baseline.json").code == 1


def test_broken_files_are_never_accepted(relint: Relint) -> None:
    Path("mail.py").write_text("import smtplib\nsmtplib.SMTP(\n")
    relint("baseline")
    assert relint("check", "--baseline", "relint-baseline.json").code == 1


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 99}', '{"version": 1, "findings": [1]}'])
def test_a_broken_baseline_is_said(relint: Relint, content: str) -> None:
    Path("mail.py").write_text(OLD)
    Path("b.json").write_text(content)
    code, out, err = relint("check", "--baseline", "b.json")
    assert (code, out) == (2, "")
    assert "b.json" in err


def test_sarif_carries_accepted_and_suppressed_findings(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    relint("baseline")
    Path("mail.py").write_text(OLD + TWIN + "\n\nsmtplib.SMTP()  # relint: ignore[REL102] why\n")
    code, out, _ = relint("check", "--baseline", "relint-baseline.json", "--output-format", "sarif")
    log = json.loads(out)
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    results = log["runs"][0]["results"]
    assert code == 1
    assert [each.get("baselineState") for each in results] == ["unchanged", "unchanged", "new", None]
    assert results[3]["suppressions"] == [{"kind": "inSource"}]


def test_changed_lines_only(relint: Relint, repository: Path) -> None:
    assert concise(relint, "--diff-base", "HEAD") == (0, [])
    Path("mail.py").write_text(OLD.replace("host, 25", "host, 26"))
    assert concise(relint, "--diff-base", "HEAD") == (1, ["mail.py:5:12"])
    git("add", "-A")
    assert concise(relint, "--diff-base", "HEAD") == (1, ["mail.py:5:12"]), "staged"
    commit()
    assert concise(relint, "--diff-base", "HEAD") == (0, [])
    assert concise(relint, "--diff-base", "HEAD~1") == (1, ["mail.py:5:12"])


def test_untracked_renamed_and_oddly_named_files(relint: Relint, repository: Path) -> None:
    Path('n\te"ü.py').write_text("import smtplib\nsmtplib.SMTP()\n")
    code, places = concise(relint, "--diff-base", "HEAD")
    assert (code, len(places)) == (1, 1)
    commit()
    Path('n\te"ü.py').write_text("import smtplib\nx = 1\nsmtplib.SMTP()\nsmtplib.SMTP(x)\n")
    assert len(concise(relint, "--diff-base", "HEAD")[1]) == 1
    commit()
    git("mv", "mail.py", "post.py")
    assert concise(relint, "--diff-base", "HEAD") == (0, []), "a rename changes no line"


def test_the_merge_base_counts(relint: Relint, repository: Path) -> None:
    git("checkout", "-q", "-b", "feature")
    Path("new.py").write_text("import smtplib\nsmtplib.SMTP()\n")
    commit()
    git("checkout", "-q", "main")
    Path("mail.py").write_text(OLD.replace("host, 25", "host, 26"))
    commit()
    git("checkout", "-q", "feature")
    assert concise(relint, "--diff-base", "main") == (1, ["new.py:2:1"])


def test_a_finding_counts_when_its_statement_changed(relint: Relint, repository: Path) -> None:
    Path("mail.py").write_text(OLD.replace("host, 25", "\n        host,\n        25,\n    "))
    commit()
    Path("mail.py").write_text(OLD.replace("host, 25", "\n        host,\n        26,\n    "))
    assert concise(relint, "--diff-base", "HEAD") == (1, ["mail.py:5:12"])


def test_what_git_does_not_know_is_an_error(relint: Relint, repository: Path, tmp_path: Path) -> None:
    code, _, err = relint("check", "--diff-base", "no-such-branch")
    assert code == 2
    assert "no-such-branch" in err
    assert relint("check", "--diff-base=--output=x").code == 2
    assert relint("check", "--diff-base", "HEAD", "--fix").code == 2


def test_severity_of_a_rule_and_what_fails(relint: Relint) -> None:
    Path("mail.py").write_text(OLD)
    assert relint("check").code == 1
    assert relint("check", "--fail-on", "error").code == 0
    Path("relint.toml").write_text('fail-on = "error"\n[severity]\nREL1 = "info"\nsocket-without-timeout = "error"\n')
    assert relint("check").code == 1, "the name is more specific than the prefix"
    Path("relint.toml").write_text('[severity]\nhttp = "info"\n')
    code, out, _ = relint("check")
    assert code == 0
    assert "2 for information only" in out


def test_a_reason_can_be_required(relint: Relint) -> None:
    Path("relint.toml").write_text("require-reason = true\n")
    Path("mail.py").write_text(
        "import smtplib\n"
        "smtplib.SMTP()  # relint: ignore[REL102]\n"
        "smtplib.SMTP()  # relint: ignore[REL102]: the host is local\n"
        "smtplib.SMTP()  # noqa: REL102\n"
        "smtplib.SMTP()  # noqa: REL102 the host is local\n"
        "x = 1  # noqa: E501\n"
    )
    code, out, _ = relint("check", "--output-format", "concise", "-q")
    assert code == 1
    assert [line.split()[:2] for line in out.splitlines()] == [["mail.py:2:17:", "REL005"], ["mail.py:4:17:", "REL005"]]
    Path("relint.toml").unlink()
    assert relint("check").code == 0


def test_stdin_is_judged_like_the_file_it_is_named_for(
    relint: Relint, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relint("baseline")
    changed = OLD.replace("host, 25", "host, 26") + TWIN

    def stdin(*arguments: str) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(changed.encode())))
        return concise(relint, "-", "--stdin-filename", "mail.py", *arguments)

    assert stdin()[0] == 1
    assert stdin("--baseline", "relint-baseline.json") == (1, ["mail.py:5:12", "mail.py:13:12"])
    Path("mail.py").write_text(changed)
    assert stdin("--diff-base", "HEAD") == (1, ["mail.py:5:12", "mail.py:13:12"])

"""relint inside flake8, run as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.hosts.guest import on_by_default
from relint.registry import catalogue
from tests.hosts.guests import SMTP, Found, copied_fixtures, copied_packages, relint_finds, run, write

FORMAT = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"
ALL = "--select=" + ",".join(catalogue())


def flake8(*arguments: str, cwd: Path, stdin: str | bytes = b"") -> list[Found]:
    done = run("flake8", f"--format={FORMAT}", *arguments, cwd=cwd, stdin=stdin)
    assert done.stderr == ""
    assert done.returncode == (1 if done.stdout else 0), done.stdout
    rows = (line.split("\t", 4) for line in done.stdout.splitlines())
    return sorted(Found(path.removeprefix("./"), int(row), int(col), *rest) for path, row, col, *rest in rows)


def places(found: list[Found]) -> list[tuple[str, int, int, str]]:
    return [(f.path, f.line, f.column, f.code) for f in found]


def test_flake8_knows_the_plugin(tmp_path: Path) -> None:
    done = run("flake8", "--version", cwd=tmp_path)
    assert "relint: " in done.stdout, "install relint once more: its entry points are not in this environment"


def test_the_same_as_relint_on_every_fixture(tmp_path: Path) -> None:
    files = copied_fixtures(tmp_path)
    found = flake8("--isolated", ALL, "--relint-show-info", *files, cwd=tmp_path)
    assert len(found) > 20
    assert found == relint_finds(files, tmp_path, "--select", "ALL")


def test_the_same_as_relint_on_real_packages(tmp_path: Path) -> None:
    files = copied_packages(tmp_path)
    found = flake8("--isolated", ALL, "--relint-show-info", *files, cwd=tmp_path)
    assert found
    assert found == relint_finds(files, tmp_path, "--select", "ALL")


def test_on_by_default_with_the_other_plugins(tmp_path: Path) -> None:
    write(tmp_path, a=SMTP + "import os\n")
    assert places(flake8("a.py", cwd=tmp_path)) == [
        ("a.py", 3, 1, "REL102"),
        ("a.py", 4, 1, "E402"),
        ("a.py", 4, 1, "F401"),
    ]


def test_flake8_selects(tmp_path: Path) -> None:
    write(tmp_path, a=SMTP + "x = 1  # relint: ignore[REL102]\n")
    for options, codes in {
        ("--select=F",): [],
        ("--ignore=REL",): [],
        ("--extend-ignore=REL003",): ["REL102"],
        ("--select=REL1",): ["REL102"],
        ("--select=REL", "--per-file-ignores=a.py:REL102"): ["REL003"],
        # A comment for a rule that does not run is not judged.
        ("--ignore=REL1",): [],
    }.items():
        assert [f.code for f in flake8(*options, "a.py", cwd=tmp_path)] == codes, options


def test_selection_in_the_configuration_of_relint_is_not_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=SMTP,
        pyproject='[tool.relint]\nselect = ["REL3"]\nignore = ["REL102"]\nper-file-ignores = {"*" = ["ALL"]}\n',
    )
    assert [f.code for f in flake8("a.py", cwd=tmp_path)] == ["REL102"]


def test_rules_off_by_default_want_their_code(tmp_path: Path) -> None:
    off = [info for info in catalogue().values() if not on_by_default(info)]
    if not off:
        pytest.skip("every rule is on by default")
    copied_fixtures(tmp_path)
    folders = {info.code: f"fixtures/{info.family}/{info.name.replace('-', '_')}" for info in off}
    write(tmp_path, a=SMTP)
    some = list(folders.values())[::4]
    for options in ((), ("--ignore=E501",), ("--select=E,REL",)):
        found = flake8("--isolated", *options, "a.py", *some, cwd=tmp_path)
        assert {f.code for f in found}.isdisjoint(folders), options
        assert "REL102" in {f.code for f in found}
    found = flake8("--isolated", f"--extend-select={','.join(folders)}", *folders.values(), cwd=tmp_path)
    own = {f.code for f in found if f.code in folders and f.path.startswith(f"{folders[f.code]}/")}
    assert own == folders.keys()
    first = next(iter(folders))
    found = flake8("--isolated", f"--extend-select={first}", *some, cwd=tmp_path)
    assert {f.code for f in found} & folders.keys() == {first}


def test_options_of_rules_come_from_the_configuration_of_relint(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="import smtplib\nfrom ours import SMTP\n\nSMTP('x')\n",
        test_a=SMTP,
        pyproject='[tool.relint]\ncheck-tests = true\n[tool.relint.rules.REL102]\nextra-calls = ["ours.SMTP"]\n',
        setup="[flake8]\nselect = REL1\n",
    )
    assert places(flake8(cwd=tmp_path)) == [("a.py", 4, 1, "REL102"), ("test_a.py", 3, 1, "REL102")]
    assert places(flake8("--relint-isolated", cwd=tmp_path)) == []

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere, relint='rules.REL102.ignore-calls = ["smtplib.SMTP"]\n')
    write(tmp_path, a=SMTP, setup="[flake8]\nselect = REL1\nrelint-config = elsewhere/relint.toml\n")
    assert places(flake8(cwd=tmp_path)) == []


def test_test_code(tmp_path: Path) -> None:
    write(tmp_path, test_a=SMTP)
    assert flake8("--select=REL1", cwd=tmp_path) == []
    assert places(flake8("--select=REL1", "--relint-check-tests", cwd=tmp_path)) == [("test_a.py", 3, 1, "REL102")]


COMMENTS = """\
import smtplib

smtplib.SMTP('m')  # noqa
smtplib.SMTP('m')  # noqa: REL102
smtplib.SMTP('m')  # NOQA:REL1
smtplib.SMTP('m')  # noqa: E501
smtplib.SMTP('m')  # relint: ignore[REL102] reason
# relint: ignore[socket-without-timeout] reason
smtplib.SMTP('m')
x = 1  # noqa: REL102
# relint: disable[REL102]
smtplib.SMTP('m')
# relint: enable[REL102]
smtplib.SMTP('m')
"""


def test_comments(tmp_path: Path) -> None:
    write(tmp_path, a=COMMENTS)
    found = flake8("--select=REL", "a.py", cwd=tmp_path)
    assert [(f.line, f.code) for f in found] == [(6, "REL102"), (10, "REL003"), (14, "REL102")]
    assert found == relint_finds(["a.py"], tmp_path)

    loud = flake8("--select=REL102", "--disable-noqa", "a.py", cwd=tmp_path)
    assert [f.line for f in loud] == [3, 4, 5, 6, 14]


def test_noqa_is_left_to_flake8(tmp_path: Path) -> None:
    """flake8 reads the line of the finding, relint also the last line of the statement."""
    write(tmp_path, a="import smtplib\nsmtplib.SMTP(\n    'm'\n)  # noqa: REL102\n")
    assert [(f.line, f.code) for f in flake8("--select=REL", "a.py", cwd=tmp_path)] == [(2, "REL102")]
    assert relint_finds(["a.py"], tmp_path) == []
    write(tmp_path, b="# flake8: noqa\n" + SMTP)
    assert flake8("--select=REL", "b.py", cwd=tmp_path) == []


def test_columns_are_characters(tmp_path: Path) -> None:
    """As flake8's own carets count them; wide and combined characters are several."""
    line = "é = 'éé 字 👩‍💻'; smtplib.SMTP('m')"
    write(tmp_path, a=f"import smtplib\n{line}\n")
    assert places(flake8("--select=REL", "a.py", cwd=tmp_path)) == [("a.py", 2, line.index("smtp") + 1, "REL102")]
    shown = run("flake8", "--select=REL", "--show-source", "a.py", cwd=tmp_path).stdout.splitlines()
    assert shown[2].index("^") == shown[1].index("smtp")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "crlf", "tabs", "form feed"])
def test_odd_files(tmp_path: Path, encoding: str) -> None:
    text = "# coding: latin-1\n" if encoding == "latin-1" else ""
    text += "import smtplib\n\n\ndef f():\n    e = 'éé'; smtplib.SMTP(e)\n"
    if encoding == "crlf":
        text = text.replace("\n", "\r\n")
    if encoding == "tabs":
        text = text.replace("    ", "\t")
    if encoding == "form feed":
        text = text.replace("\n\n", "\n\f\n")
    (tmp_path / "a.py").write_bytes(text.encode(encoding if "-" in encoding else "utf-8"))
    found = flake8("--select=REL", "a.py", cwd=tmp_path)
    assert len(found) == 1
    assert found == relint_finds(["a.py"], tmp_path)


def test_stdin(tmp_path: Path) -> None:
    write(tmp_path, pyproject='[tool.relint]\nrules.REL102.extra-calls = ["ours.Client"]\n')
    source = "import smtplib\nimport ours\n\nours.Client('é'); smtplib.SMTP('m')\n"
    assert [(f.path, f.line, f.column) for f in flake8("--select=REL", "-", cwd=tmp_path, stdin=source)] == [
        ("stdin", 4, 1),
        ("stdin", 4, 19),
    ]
    (tmp_path / "tests").mkdir()
    assert flake8("--select=REL", "--stdin-display-name=tests/a.py", "-", cwd=tmp_path, stdin=source) == []


def test_processes(tmp_path: Path) -> None:
    """Options and findings are the same in flake8's own processes."""
    write(tmp_path, pyproject='[tool.relint]\nrules.REL102.ignore-calls = ["smtplib.LMTP"]\n')
    for number in range(6):
        write(tmp_path, **{f"test_{number}": SMTP + "smtplib.LMTP('m')\n"})
    alone = flake8("-j1", "--select=REL", "--relint-check-tests", cwd=tmp_path)
    assert len(alone) == 6
    assert flake8("-j3", "--select=REL", "--relint-check-tests", cwd=tmp_path) == alone


def test_files_without_triggers_are_not_parsed(tmp_path: Path) -> None:
    write(tmp_path, a="import os\n\nprint(os.name)\n", b="x = 1\n", c=SMTP)
    program = (
        "import sys\n"
        "from flake8.main.cli import main\n"
        "main(['-j1', *sys.argv[1:]])\n"
        "print(*sorted({'libcst', 'rich', 'sqlglot'} & set(sys.modules)))"
    )
    assert run("-c", program, "a.py", "b.py", cwd=tmp_path).stdout == "\n"
    assert run("-c", program, "--select=F", "a.py", "c.py", cwd=tmp_path).stdout == "\n"
    assert run("-c", program, "c.py", cwd=tmp_path).stdout.endswith("\nlibcst\n")


def test_unusable_configuration(tmp_path: Path) -> None:
    write(tmp_path, a=SMTP, pyproject="[tool.relint]\nselct = []\n")
    for jobs in ("-j1", "-j2"):
        done = run("flake8", jobs, "a.py", cwd=tmp_path)
        assert done.returncode == 1
        assert 'did you mean "select"?' in done.stdout
        assert "Traceback" not in done.stderr
    assert run("flake8", "--select=F", "a.py", cwd=tmp_path).stdout == ""


def test_hostile_text_does_not_reach_the_terminal(tmp_path: Path) -> None:
    write(tmp_path, a="x = 1  # relint: ignore[REL\x1b[31m\u202e]\n")
    done = run("flake8", "--select=REL", "a.py", cwd=tmp_path)
    assert "REL004" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout

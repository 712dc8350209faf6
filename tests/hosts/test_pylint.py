"""relint inside pylint, run as a user runs it."""

from __future__ import annotations

import json
import os
import pkgutil
from pathlib import Path
from typing import Any

import pylint.extensions
import pytest
from pylint.lint import PyLinter, Run

from relint.hosts.guest import Guest, on_by_default
from relint.hosts.pylint import message_id, symbol
from relint.model import Diagnostic
from relint.registry import catalogue
from tests.hosts.guests import SMTP, Found, copied_fixtures, copied_packages, relint_finds, run, write

LOAD = "--load-plugins=relint.hosts.pylint"
ONLY_OURS = ("--disable=all", "--enable=" + ",".join(symbol(info) for info in catalogue().values()))
CODES = {message_id(info): info.code for info in catalogue().values()}
NO_LIBRARIES = """--init-hook=
def not_found(*_, **__):
    from astroid.exceptions import AstroidImportError
    raise AstroidImportError
from astroid.manager import AstroidManager
AstroidManager.ast_from_module_name = not_found
"""
"""What the files import is not read: for the fixtures of all rules that takes as long as all else together."""


@pytest.fixture(autouse=True)
def _no_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYLINTHOME", str(tmp_path_factory.mktemp("pylint")))


def messages(*arguments: str, cwd: Path, stdin: str | bytes = b"") -> list[dict[str, Any]]:
    done = run("pylint", LOAD, "--output-format=json", *arguments, cwd=cwd, stdin=stdin)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def ours(*arguments: str, cwd: Path, stdin: str | bytes = b"") -> list[Found]:
    """Our messages, with their columns in characters."""
    found = []
    for item in messages(*arguments, cwd=cwd, stdin=stdin):
        if not item["symbol"].startswith("relint-"):
            continue
        column = item["column"]
        if not stdin:
            line = (cwd / item["path"]).read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()[item["line"] - 1]
            column = len(line[:column].decode())
        found.append(Found(item["path"], item["line"], column + 1, CODES[item["message-id"]], item["message"]))
    return sorted(found)


def places(found: list[Found]) -> list[tuple[str, int, str]]:
    return [(f.path, f.line, f.code) for f in found]


def test_the_same_as_relint_on_every_fixture(tmp_path: Path) -> None:
    files = copied_fixtures(tmp_path)
    found = ours(NO_LIBRARIES, *ONLY_OURS, "--relint-show-info=y", *files, cwd=tmp_path)
    assert len(found) > 20
    assert found == relint_finds(files, tmp_path, "--select", "ALL")


def test_the_same_as_relint_on_real_packages(tmp_path: Path) -> None:
    files = copied_packages(tmp_path)
    found = ours(*ONLY_OURS, "--relint-show-info=y", *files, cwd=tmp_path)
    assert found
    assert found == relint_finds(files, tmp_path, "--select", "ALL")


def test_no_clash_with_pylint_and_its_extensions() -> None:
    linter = PyLinter()
    linter.load_default_plugins()
    extensions = (module.name for module in pkgutil.iter_modules(pylint.extensions.__path__))
    linter.load_plugin_modules(f"pylint.extensions.{name}" for name in extensions if not name.startswith("_"))
    stock = list(linter.msgs_store.messages)
    ids = {name for message in stock for name in (message.msgid, *(old for old, _ in message.old_names))}
    symbols = {name for message in stock for name in (message.symbol, *(old for _, old in message.old_names))}
    checkers = {checker.name for checker in linter.get_checkers()}

    linter.load_plugin_modules(["relint.hosts.pylint"])
    added = [message for message in linter.msgs_store.messages if message not in stock]
    rules = catalogue().values()
    assert sorted(m.msgid for m in added) == sorted(map(message_id, rules))
    assert sorted(m.symbol for m in added) == sorted(map(symbol, rules))
    assert len({m.msgid for m in added}) == len({m.symbol for m in added}) == len(rules)
    assert ids.isdisjoint(m.msgid for m in added)
    assert symbols.isdisjoint(m.symbol for m in added)

    ours = [checker for checker in linter.get_checkers() if checker.name.startswith("relint-")]
    assert {checker.name for checker in ours} == {f"relint-{info.family}" for info in rules}
    assert checkers.isdisjoint(checker.name for checker in ours)
    for checker in ours:
        checker.check_consistency()


def test_names_of_a_message(tmp_path: Path) -> None:
    done = run("pylint", LOAD, "--help-msg=W7102", cwd=tmp_path)
    assert done.stdout.startswith(":relint-socket-without-timeout (W7102):\n")
    assert "socket-without-timeout/" in done.stdout


def test_once_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The engine runs once for all families, and loading the plugin twice adds nothing."""
    write(tmp_path, a=SMTP, b="x = 1\n")
    monkeypatch.chdir(tmp_path)
    checked = []
    check = Guest.check

    def counting(self: Guest, source: Any, wanted: Any) -> list[Diagnostic]:
        checked.append(Path(source.path).name)
        return check(self, source, wanted)

    monkeypatch.setattr(Guest, "check", counting)
    twice = f"{LOAD},relint.hosts.pylint"
    done = Run([twice, *ONLY_OURS, "--score=n", "--msg-template={msg_id}", "a.py", "b.py"], exit=False)
    assert checked == ["a.py", "b.py"]
    assert done.linter.stats.by_msg == {"relint-socket-without-timeout": 1}
    assert capsys.readouterr().out.splitlines()[1:] == ["W7102"]


def test_off_by_default(tmp_path: Path) -> None:
    done = run("pylint", LOAD, "--list-msgs-enabled", cwd=tmp_path)
    enabled, _, disabled = done.stdout.partition("Disabled messages:")
    for info in catalogue().values():
        assert f"  {symbol(info)} ({message_id(info)})\n" in (enabled if on_by_default(info) else disabled)


COMMENTS = """\
import smtplib

smtplib.SMTP('m')  # noqa
smtplib.SMTP(
    'm')  # noqa: REL102
smtplib.SMTP('m')  # noqa: E501
smtplib.SMTP('m')  # relint: ignore[REL102] reason
x = 1  # noqa: REL102
smtplib.SMTP('m')
# ruff: noqa: REL301
"""
PRAGMAS = """\
import smtplib

smtplib.SMTP('m')  # pylint: disable=relint-socket-without-timeout
smtplib.SMTP('m')  # pylint: disable=W7102
smtplib.SMTP('m')
# pylint: disable-next=relint-socket-without-timeout
smtplib.SMTP('m')


def function():
    # pylint: disable=relint-http
    smtplib.SMTP('m')
    smtplib.SMTP('m')


smtplib.SMTP('m')
"""


def test_comments(tmp_path: Path) -> None:
    write(tmp_path, a=COMMENTS, b=PRAGMAS)
    found = ours(*ONLY_OURS, "a.py", cwd=tmp_path)
    assert places(found) == [
        ("a.py", 6, "REL102"),
        ("a.py", 8, "REL003"),
        ("a.py", 9, "REL102"),
        ("a.py", 10, "REL003"),
    ]
    assert found == relint_finds(["a.py"], tmp_path)
    assert places(ours(*ONLY_OURS, "b.py", cwd=tmp_path)) == [("b.py", 5, "REL102"), ("b.py", 16, "REL102")]


def test_useless_suppression_counts_ours(tmp_path: Path) -> None:
    comment = "# pylint: disable=relint-socket-without-timeout"
    write(tmp_path, a=f"import smtplib\nsmtplib.SMTP('m')  {comment}\nx = 1  {comment}\n")
    found = messages(*ONLY_OURS, "--enable=useless-suppression", "a.py", cwd=tmp_path)
    assert [(item["symbol"], item["line"]) for item in found] == [("useless-suppression", 3)]


def test_pylint_enables(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=SMTP,
        b="import smtplib\n\n# pylint: enable=relint-socket-without-timeout\nsmtplib.SMTP('m')\n",
        pyproject='[tool.relint]\nselect = ["REL3"]\nper-file-ignores = {"*" = ["ALL"]}\n'
        '[tool.pylint.main]\nload-plugins = ["relint.hosts.pylint"]\n'
        '[tool.pylint."messages control"]\ndisable = ["all"]\nenable = ["relint-unused-suppression", "relint-http"]\n',
    )
    assert places(ours("a.py", "b.py", cwd=tmp_path)) == [("a.py", 3, "REL102"), ("b.py", 4, "REL102")]
    # Enabled by a comment only.
    quiet = ("--disable=relint-socket-without-timeout", "a.py", "b.py")
    assert places(ours(*quiet, cwd=tmp_path)) == [("b.py", 4, "REL102")]


def test_options_and_processes(tmp_path: Path) -> None:
    """Options and the configuration of relint hold in pylint's own processes as well, and nothing comes twice."""
    write(
        tmp_path,
        pyproject="[tool.pylint.relint]\nrelint-check-tests = true\n"
        '[tool.relint.rules.REL102]\nignore-calls = ["smtplib.LMTP"]\n',
        test_a=SMTP,
        b=SMTP + "smtplib.LMTP('m')\n",
        c="import os\n\nprint(os.name)\n",
        d=SMTP,
    )
    files = ("test_a.py", "b.py", "c.py", "d.py")
    expected = [("b.py", 3, "REL102"), ("d.py", 3, "REL102"), ("test_a.py", 3, "REL102")]
    for jobs in ("-j1", "-j2"):
        assert places(ours(*ONLY_OURS, jobs, *files, cwd=tmp_path)) == expected
    isolated = ours(*ONLY_OURS, "--relint-isolated=y", "b.py", cwd=tmp_path)
    assert places(isolated) == [("b.py", 3, "REL102"), ("b.py", 4, "REL102")]
    write(tmp_path, relint='rules.REL102.ignore-calls = ["smtplib.SMTP"]\n')
    assert ours(*ONLY_OURS, "--relint-config=relint.toml", *files, cwd=tmp_path) == [
        Found("b.py", 4, 1, "REL102", isolated[1].message)
    ]


def test_columns_are_bytes_as_in_the_messages_of_pylint(tmp_path: Path) -> None:
    line = "É = 'éé 字'; smtplib.SMTP(nobody)"
    write(tmp_path, a=f"import smtplib\n\n{line}\n")
    found = {
        item["symbol"]: (item["line"], item["column"], item["endLine"], item["endColumn"])
        for item in messages(*ONLY_OURS, "--enable=undefined-variable", "a.py", cwd=tmp_path)
    }
    start, end = (len(line[: line.index(text)].encode()) for text in ("smtplib", "nobody"))
    assert found["relint-socket-without-timeout"] == (3, start, 3, len(line.encode()))
    assert found["undefined-variable"] == (3, end, 3, end + len("nobody"))


@pytest.mark.parametrize("kind", ["utf-8-sig", "crlf"])
def test_odd_files(tmp_path: Path, kind: str) -> None:
    text = "e = 'éé'; import smtplib; smtplib.SMTP(e)\n"
    text = text.replace("\n", "\r\n") if kind == "crlf" else text
    (tmp_path / "a.py").write_bytes(text.encode("utf-8-sig" if kind == "utf-8-sig" else "utf-8"))
    found = ours(*ONLY_OURS, "a.py", cwd=tmp_path)
    assert len(found) == 1
    assert found == relint_finds(["a.py"], tmp_path)


def test_stdin(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for name, expected in {"a.py": [(3, "REL102")], os.path.join("tests", "a.py"): []}.items():
        found = ours(*ONLY_OURS, "--from-stdin", name, cwd=tmp_path, stdin=SMTP)
        assert [(f.line, f.code) for f in found] == expected


def test_unusable_configuration(tmp_path: Path) -> None:
    write(tmp_path, a=SMTP, b=SMTP, pyproject="[tool.relint]\nselct = []\n")
    for jobs in ("-j1", "-j2"):
        done = run("pylint", LOAD, jobs, "a.py", "b.py", cwd=tmp_path)
        assert done.returncode == 32
        assert 'did you mean "select"?' in done.stderr
        assert "Traceback" not in done.stderr


def test_files_without_triggers_are_not_parsed(tmp_path: Path) -> None:
    write(tmp_path, a="import os\n\nprint(os.name)\n")
    program = (
        "import sys\n"
        "from pylint.lint import Run\n"
        f"Run(['{LOAD}', '--score=n', '--disable=C', 'a.py'], exit=False)\n"
        "print(*sorted({'libcst', 'rich', 'sqlglot'} & set(sys.modules)))"
    )
    assert run("-c", program, cwd=tmp_path).stdout == "\n"

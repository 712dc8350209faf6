"""The command line from outside: arguments in; streams, files and the exit code out."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from relint import checked_files, checking, worker, writing
from relint.check import check
from relint.cli import main
from relint.fix import Fixed
from relint.model import Diagnostic, Edit, Fix, NewFile, Position, Safety, Severity
from relint.options import Options
from relint.settings import Settings
from relint.source import Source, write

ROOT = Path(__file__).parent.parent
UNUSED = "x = 1  # relint: ignore[REL002] why\n"


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Shell:
    """Runs relint inside the test's own folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        code = main(arguments)
        return Outcome(code, *self._capsys.readouterr())

    def write(self, name: str, text: str = UNUSED) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()


@pytest.fixture
def relint(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in ("RELINT_OUTPUT_FORMAT", "RELINT_OUTPUT_FILE", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-user-configuration"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return Shell(tmp_path / "work", capsys, monkeypatch)


def find(monkeypatch: pytest.MonkeyPatch, *severities: Severity, code: str = "REL101", fix: Fix | None = None) -> None:
    """Make the engine find one diagnostic of each severity in every file."""

    def check(source: Source, _settings: Settings, **_: Any) -> list[Diagnostic]:
        start, end = Position(1, 1), Position(1, 2)
        return [Diagnostic(source.path, start, end, code, "some-rule", "m", each, fix=fix) for each in severities]

    monkeypatch.setattr(worker, "check", check)


def process(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "relint", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=60, **options)


# What is found, where it is printed, and how relint exits


def test_clean(relint: Shell) -> None:
    relint.write("a.py", "x = 1\n")
    assert relint("check", ".") == (0, "All checks passed!\n", "")


@pytest.mark.parametrize("arguments", [(), (".",), ("check",), ("check", "."), ("a.py", "--quiet"), ("-q",)])
def test_check_is_the_default_command(relint: Shell, arguments: tuple[str, ...]) -> None:
    relint.write("a.py")
    code, out, err = relint(*arguments)
    assert (code, err) == (1, "")
    assert out.startswith("REL003 [*] ")


def test_summary(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    assert relint().out.endswith("Found 1 finding.\n[*] 1 fixable with --fix.\n")
    find(monkeypatch, Severity.WARNING, Severity.INFO, fix=Fix("f", (Edit(0, 1, "y"),), Safety.UNSAFE))
    assert relint().out.endswith(
        "Found 2 findings (1 for information only).\n[!] 2 fixable with --fix --unsafe-fixes.\n"
    )
    assert "Found" not in relint("--quiet").out


def test_info_findings_do_not_set_the_exit_code(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    find(monkeypatch, Severity.INFO)
    code, out, _ = relint("--output-format", "concise")
    assert (code, out.splitlines()[0]) == (0, "a.py:1:1: REL101 m")
    find(monkeypatch, Severity.INFO, Severity.WARNING)
    assert relint().code == 1


def test_exit_zero_hides_findings_but_no_internal_error(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    assert relint("--exit-zero").code == relint("-e").code == 0
    find(monkeypatch, Severity.ERROR, code="REL000")
    assert relint().code == relint("--exit-zero").code == 2


def test_missing_paths_are_findings_and_hide_no_others(relint: Shell) -> None:
    relint.write("a.py")
    code, out, _ = relint("gone.py", "a.py", "--output-format", "concise")
    assert code == 1
    assert [line.split()[1] for line in out.splitlines()[:2]] == ["REL003", "REL002"]


def test_no_files_is_a_warning(relint: Shell) -> None:
    code, out, err = relint(".")
    assert (code, out) == (0, "All checks passed!\n")
    assert err == "warning: no Python files found under .\n"
    assert relint("-q", ".") == (0, "", "")


def test_json_leaves_stdout_to_json(relint: Shell) -> None:
    relint.write("a.py")
    code, out, err = relint("--fix", "--show-fixes", "--output-format", "json")
    assert (code, json.loads(out)) == (0, [])
    assert err == "Fixed 1 finding:\n- a.py:\n    1 x REL003 (unused-suppression)\n"


def test_statistics(relint: Shell) -> None:
    relint.write("a.py", UNUSED * 2)
    code, out, _ = relint("--statistics")
    assert (code, out.splitlines()[0]) == (1, "2  REL003  [*]  unused-suppression  100% fixable")


def test_output_file_and_environment(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    monkeypatch.setenv("RELINT_OUTPUT_FORMAT", "json")
    monkeypatch.setenv("RELINT_OUTPUT_FILE", "found.json")
    code, out, err = relint()
    assert (code, err) == (1, "")
    assert out.startswith("REL003 [*] "), "the terminal keeps its own format"
    assert json.loads(relint.read("found.json"))[0]["code"] == "REL003"
    code, out, err = relint("-o", "no/such/folder.txt")
    assert (code, out) == (2, "")
    assert "no/such/folder.txt" in err


def test_colour(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    assert "\x1b[" not in relint().out
    assert "\x1b[" in relint("--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in relint().out
    assert "\x1b[" not in relint("--color", "never").out


def test_odd_file_names_are_escaped(relint: Shell) -> None:
    name = b"a\n\x1b[31m\xff.py"
    with open(os.path.join(os.fsencode(relint.folder), name), "w", encoding="utf-8") as stream:
        stream.write(UNUSED)
    assert relint("--output-format", "concise").out.startswith(r"a\n\x1b[31m\udcff.py:1:25: REL003")
    assert r"+++ a\n\x1b[31m\udcff.py" in relint("--diff").out
    assert relint("--show-files").out == r"a\n\x1b[31m\udcff.py" + "\n"
    assert json.loads(relint("--output-format", "json").out)[0]["filename"].endswith(os.fsdecode(name))


def test_verbose_names_configuration_and_time(relint: Shell) -> None:
    relint.write("a.py", "x = 1\n")
    relint.write("relint.toml", 'ignore = ["REL004"]\n')
    err = relint("-v").err
    assert err.startswith("configuration: relint.toml\nchecked 1 file in ")


# Fixing


@pytest.mark.parametrize("arguments", [("--fix",), ("check", "--fix", "."), ("fix",), ("fix", "a.py")])
def test_fix(relint: Shell, arguments: tuple[str, ...]) -> None:
    relint.write("a.py", "\ufeff" + UNUSED.replace("\n", "\r\n"))
    assert relint(*arguments) == (0, "Found 1 finding (1 fixed, 0 remaining).\n", "")
    assert relint.read("a.py") == "\ufeffx = 1\r\n"


def test_unsafe_fixes_need_their_flag(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fix(source: Source, _settings: Settings, *, unsafe: bool, **_: Any) -> Fixed:
        asked.append(unsafe)
        return Fixed(source.text, {}, [])

    monkeypatch.setattr("relint.fix.fix", fix)
    relint.write("a.py")
    relint("--fix")
    relint("--fix", "--unsafe-fixes")
    assert asked == [False, True]


def test_diff_writes_nothing(relint: Shell) -> None:
    relint.write("a.py")
    relint.write("b.py", "y = 1\n")
    code, out, err = relint("--diff")
    assert code == 1
    assert out == "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x = 1  # relint: ignore[REL002] why\n+x = 1\n"
    assert err == "Would fix 1 finding in 1 file.\n"
    assert relint.read("a.py") == UNUSED
    assert relint("--diff", "--exit-zero").code == 0
    assert relint("--diff", "b.py") == (0, "", "Would fix 0 findings in 0 files.\n")


def test_diff_shows_created_files(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    relint.write("a.py")
    created = (NewFile("b.py", "y = 1\n"),)
    monkeypatch.setattr("relint.fix.fix", lambda *_, **__: Fixed("x = 1\n", {"REL501": 1}, [], create=created))
    code, out, _ = relint("--diff")
    assert code == 1
    assert out.endswith("--- /dev/null\n+++ b.py\n@@ -0,0 +1 @@\n+y = 1\n")
    assert not (relint.folder / "b.py").exists()


def test_fix_only_reports_no_findings_but_broken_files(relint: Shell) -> None:
    relint.write("a.py", UNUSED + "y = 1  # relint: ignore[REL9999]\n")
    assert relint("--fix-only") == (0, "", "Fixed 1 finding in 1 file.\n")
    assert relint("--ignore", "REL004").code == 0
    relint.write("a.py")
    assert relint("--fix-only", "--exit-non-zero-on-fix").code == 1
    code, out, err = relint("--fix-only", "gone.py")
    assert (code, out) == (1, "")
    assert err.startswith("gone.py:1:1: REL002 ")


def test_exit_non_zero_on_fix(relint: Shell) -> None:
    relint.write("a.py")
    assert relint("--fix", "--exit-non-zero-on-fix").code == 1
    assert relint("--fix", "--exit-non-zero-on-fix").code == 0


def test_what_cannot_be_written_is_an_error_and_hides_no_findings(
    relint: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    relint.write("a.py")
    relint.write("b.py")

    def refuse(source: Source, text: str) -> None:
        if source.path.endswith("a.py"):
            raise PermissionError(13, "Permission denied")
        write(source, text)

    monkeypatch.setattr(writing, "write", refuse)
    code, out, err = relint("--fix", "--output-format", "concise")
    assert code == 2
    assert out.startswith("a.py:1:25: REL003 [*]")
    assert "Found 2 findings (1 fixed, 1 remaining).\n" in out
    assert err == "error: a.py: fixes not written: Permission denied\n"
    assert (relint.read("a.py"), relint.read("b.py")) == (UNUSED, "x = 1\n")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes into read-only folders")
def test_read_only_folder(relint: Shell) -> None:
    path = relint.write("locked/a.py")
    path.parent.chmod(0o555)
    try:
        code, out, err = relint("--fix")
    finally:
        path.parent.chmod(0o755)
    assert code == 2
    assert "REL003" in out
    assert err.startswith("error: locked/a.py: fixes not written: ")


CONNECT = "import smtplib\n\nsmtplib.SMTP('example.org')"


def test_ignore_noqa(relint: Shell) -> None:
    relint.write("a.py", CONNECT + "  # relint: ignore[REL102] read by nobody\n")
    assert relint().code == 0
    code, out, _ = relint("--ignore-noqa", "--output-format", "concise")
    assert code == 1
    assert out.startswith("a.py:3:1: REL102 ")
    assert "+" in relint("--ignore-noqa", "--diff", "--unsafe-fixes").out
    assert relint("--diff", "--unsafe-fixes").out == ""


def test_what_rules_find_is_fixed_and_stays_fixed(relint: Shell) -> None:
    relint.write("a.py", CONNECT + "\n")
    relint.write("b.py", CONNECT + ", (\n")
    code, out, _ = relint("--fix", "--unsafe-fixes", "--output-format", "concise")
    assert code == 1
    assert out.splitlines()[0].split()[1] == "REL001"
    assert "timeout" in relint.read("a.py")
    assert relint("--diff", "--unsafe-fixes", "a.py").code == 0
    assert relint("a.py").code == 0


# stdin


def test_stdin(relint: Shell) -> None:
    code, out, _ = relint("-", "--output-format", "concise", stdin=UNUSED.encode())
    assert code == 1
    assert out.startswith("-:1:25: REL003 [*] ")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfy = 1\r\n", b"def (\r", b"\xff\xfe\x00", b""])
def test_stdin_fix_gives_back_what_it_cannot_fix(tmp_path: Path, data: bytes) -> None:
    assert process("--fix", "-", cwd=tmp_path, input=data).stdout == data


def test_stdin_fix(tmp_path: Path) -> None:
    done = process("--fix", "-", cwd=tmp_path, input=b"\xef\xbb\xbf" + UNUSED.encode().replace(b"\n", b"\r\n"))
    assert (done.returncode, done.stdout) == (0, b"\xef\xbb\xbfx = 1\r\n")
    assert done.stderr == b"Found 1 finding (1 fixed, 0 remaining).\n"


def test_stdin_diff(relint: Shell) -> None:
    code, out, err = relint("--diff", "-", stdin=UNUSED.encode())
    assert (code, err) == (1, "Would fix 1 finding in 1 file.\n")
    assert out.startswith("--- stdin\n+++ stdin\n")


def test_stdin_filename_chooses_the_settings(relint: Shell) -> None:
    relint.write("app/relint.toml", 'extend-exclude = ["old"]\n[per-file-ignores]\n"b.py" = ["REL003"]\n')
    data = UNUSED.encode()
    assert relint("-", "--stdin-filename", "app/a.py", stdin=data).code == 1
    assert relint("-", "--stdin-filename", "app/b.py", stdin=data).code == 0
    assert relint("-", "--stdin-filename", "app/old/a.py", stdin=data).code == 1
    assert relint("-", "--stdin-filename", "app/old/a.py", "--force-exclude", stdin=data).code == 0


def test_stdin_creates_no_files(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    created = (NewFile("b.py", "y = 1\n"),)
    monkeypatch.setattr("relint.fix.fix", lambda *_, **__: Fixed("x = 1\n", {"REL501": 1}, [], create=created))
    code, _, err = relint("--fix", "-", stdin=UNUSED.encode())
    assert code == 2
    assert "fixes that create files are not applied on stdin" in err
    assert list(relint.folder.iterdir()) == []


# Settings from the command line


def test_selectors_and_lists(relint: Shell) -> None:
    relint.write("a.py", UNUSED + "y = 1  # relint: ignore[REL9999]\n")
    relint.write("b.py")

    def codes(*arguments: str) -> list[str]:
        return [item["code"] for item in json.loads(relint("--output-format", "json", *arguments).out)]

    assert codes() == ["REL003", "REL004", "REL003"]
    assert codes("--ignore", "REL003,REL004") == codes("--ignore", "REL003", "--ignore", "REL004") == []
    assert codes("--exclude", "a.py") == codes("--extend-exclude", "a.py") == ["REL003"]
    assert codes("--per-file-ignores", "a.py:REL003,REL004") == ["REL003"]
    assert codes("--per-file-ignores", "a.py:REL003,b.py:REL003") == ["REL004"]
    assert codes("--config", 'ignore = ["REL003"]') == ["REL004"]


def test_unfixable_is_not_fixed(relint: Shell) -> None:
    relint.write("a.py")
    assert relint("--fix", "--unfixable", "REL003").code == 1
    out = relint("--unfixable", "REL003").out
    assert "[*]" not in out
    assert "note: This is a suggestion: relint never applies it" in out
    assert relint("--fix", "--fixable", "REL004").code == 1
    assert relint.read("a.py") == UNUSED
    assert relint("--fix", "--fixable", "REL003").code == 0


def test_configuration_files(relint: Shell) -> None:
    relint.write("a.py")
    relint.write("relint.toml", 'ignore = ["REL003"]\noutput-format = "concise"\n')
    relint.write("other.toml", "")
    assert relint().code == 0
    assert relint("--isolated").code == 1
    assert relint("--config", "other.toml").code == 1
    code, _, err = relint("--isolated", "--config", "other.toml")
    assert (code, "--isolated" in err) == (2, True)


def test_gitignore_and_force_exclude(relint: Shell) -> None:
    (relint.folder / ".git").mkdir()
    relint.write(".gitignore", "made.py\n")
    relint.write("made.py")
    relint.write("a.py")
    assert relint("--show-files") == (0, "a.py\n", "")
    assert relint("--show-files", "--no-respect-gitignore").out == "a.py\nmade.py\n"
    assert relint("--show-files", "made.py").out == "made.py\n"
    assert relint("--show-files", "--force-exclude", "made.py", "a.py").out == "a.py\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--slect", "REL003"], "--select"),
        (["--select", "REL9999"], "REL9999"),
        (["--config", "ignroe = []"], "ignore"),
        (["--config", "missing.toml"], "missing.toml"),
        (["--target-version", "banana"], "target-version"),
        (["--jobs", "0"], "jobs"),
        (["--per-file-ignores", "a.py"], "GLOB:CODE"),
        (["--output-format", "xml"], "full"),
        (["--config", 'output-format = "xml"'], "output-format"),
        (["-", "a.py"], "stdin"),
        (["--stdin-filename", "a.py", "a.py"], "--stdin-filename"),
        (["--statistics", "--diff"], "--statistics"),
        (["rule", "REL9999"], "REL9999"),
        (["rule"], "--all"),
        (["config", "slect"], "select"),
    ],
)
def test_usage_and_configuration_errors(relint: Shell, arguments: list[str], words: str) -> None:
    relint.write("a.py")
    code, out, err = relint(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_broken_configuration_hides_no_other_findings(relint: Shell) -> None:
    relint.write("a.py")
    relint.write("sub/pyproject.toml", "[tool.relint\n")
    relint.write("sub/b.py")
    code, out, err = relint("--output-format", "concise")
    assert code == relint("--exit-zero").code == 2
    assert out.startswith("a.py:1:25: REL003")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "sub/pyproject.toml:1" in err


# Other commands


def test_version(relint: Shell) -> None:
    assert relint("--version") == relint("-V") == relint("version") == (0, "relint 0.1.0\n", "")


def test_help_names_every_command(relint: Shell) -> None:
    code, out, _ = relint("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in ("check", "fix", "rule", "config", "new", "version"))
    assert "--unsafe-fixes" in relint("-h", "check").out + relint("check", "-h").out


def test_a_misspelt_command_is_no_path(relint: Shell) -> None:
    code, out, err = relint("chek", ".")
    assert (code, out) == (2, "")
    assert "'chek' is neither a command nor a path; did you mean \"check\"?" in err
    assert relint("rule.py").code == 1, "a path that is not there is a finding"
    relint.write("chec", "")
    assert relint("chec").code == 0, "what is there is a path"


def test_a_key_is_found_without_its_table(relint: Shell) -> None:
    assert 'did you mean "sanctioned.timeout"?' in relint("config", "timeout").err
    assert 'did you mean "ignore"?' in relint("config", "ignor").err


def test_rule(relint: Shell) -> None:
    by_code, by_name = relint("rule", "REL003"), relint("rule", "unused-suppression")
    assert by_code == by_name
    assert by_code.out.startswith("# unused-suppression (REL003)\n")
    assert "safe fix" in by_code.out
    page = relint("rule", "REL003", "--output-format", "markdown").out
    entry = json.loads(relint("rule", "REL003", "--output-format", "json").out)
    assert (entry["page"], entry["fix"]) == (page, "safe")
    assert "\x1b[" in relint("rule", "REL003", "--color", "always").out
    assert "did you mean" in relint("rule", "unused-supression").err


def test_all_rules(relint: Shell) -> None:
    lines = relint("rule", "--all").out.splitlines()
    items = json.loads(relint("rule", "--all", "--output-format", "json").out)
    for item in items:
        assert isinstance(item["default"], bool)
        assert (item["fix"] is None) == (item["fix_safety"] is None), item["code"]
        if item["family"] != "engine":
            assert item["references"], item["code"]
            assert all("https://" in source or "http://" in source for source in item["references"]), item["code"]
    assert [line.split()[0] for line in lines] == [item["code"] for item in items]
    assert [item["code"] for item in items][:2] == ["REL000", "REL001"]
    pages = relint("rule", "--all", "--output-format", "markdown").out
    assert all(f"# {item['name']} ({item['code']})\n" in pages for item in items)


def test_config_keys(relint: Shell) -> None:
    assert "extend-select  (list of selectors)\n" in relint("config").out
    out = relint("config", "sanctioned").out
    assert out.startswith("sanctioned.timeout  (")
    assert "default: 10\n" in out
    assert relint("config", "check-tests").out.endswith("    default: false\n")


def test_config_shows_what_holds_for_a_file(relint: Shell) -> None:
    relint.write("app/relint.toml", 'ignore = ["REL004"]\n[sanctioned]\ntimeout = 5\n')
    code, out, _ = relint("config", "--show", "app/a.py")
    assert (code, out.splitlines()[0]) == (0, "# app/a.py: app/relint.toml")
    assert 'ignore = ["REL004"]\n' in out
    assert '"timeout" = 5' in out
    live = out.splitlines()[-1].split()
    assert "REL003" in live
    assert "REL004" not in live


# Start-up, signals and pipes

_LOADED = "import sys; from relint.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize("arguments", [("--version",), ("check", ".")])
def test_start_up_loads_no_heavy_module(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    command = [sys.executable, "-c", _LOADED, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "relint.cli" in loaded
    assert {"libcst", "rich", "sqlglot", "tenacity", "asyncio"}.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith(("relint.rules", "relint.fixers"))]


def test_a_crash_is_a_finding_and_hides_no_others(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: Source, settings: Settings, **options: Any) -> list[Diagnostic]:
        if source.path.endswith("a.py"):
            raise RuntimeError("boom\x1b")
        return check(source, settings, **options)

    monkeypatch.setattr(worker, "check", broken)
    relint.write("a.py")
    relint.write("b.py")
    code, out, _ = relint("--output-format", "concise")
    assert code == 2
    assert r"a.py:1:1: REL000 relint crashed on this file (RuntimeError: boom\x1b, test_cli.py:" in out
    assert "b.py:1:25: REL003" in out


def test_a_crash_outside_a_check_exits_with_2(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(checked_files, "run", broken)
    relint.write("a.py")
    code, out, err = relint()
    assert (code, out) == (2, "")
    assert "RuntimeError: boom" in err
    assert "this is a bug in relint" in err


def test_a_file_that_cannot_be_written_is_no_bug(relint: Shell) -> None:
    relint.write("a.py")
    assert relint("report", "--html", "gone/x.html") == (2, "", "error: gone/x.html: No such file or directory\n")
    assert relint("baseline", "--baseline", "gone/b.json").err == "error: gone/b.json: No such file or directory\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "relint"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (2, b"error: No space left on device\n")


def test_ctrl_c_leaves_no_traceback(tmp_path: Path) -> None:
    slow = "import sys, time, relint.worker as worker; worker.check = lambda *_, **__: time.sleep(60)\n"
    script = slow + "print('ready', flush=True)\nfrom relint.cli import main; sys.exit(main(sys.argv[1:]))"
    (tmp_path / "a.py").write_text("x = 1\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script, "."],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        started.stdout.readline()
        time.sleep(0.5)
        started.send_signal(signal.SIGINT)
        _, err = started.communicate(timeout=30)
    assert started.returncode == 130
    assert b"Traceback" not in err


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNUSED * 3000)
    command = f'"{sys.executable}" -m relint . | head -n 1'
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, timeout=60)
    assert done.stdout.startswith(b"REL003")
    assert done.stderr == b""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_after_a_while(relint: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from relint.report import progress

    relint.write("a.py", "x = 1\n")
    relint.write("b.py", "x = 1\n")
    for patience, shown in ((60.0, False), (0.0, True)):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(progress, "PATIENCE", patience)
        monkeypatch.setenv("TERM", "xterm")
        assert checking.check(Options(_finder())) == 0
        assert ("Checking" in terminal.getvalue()) is shown


def _finder() -> Any:
    from relint.config import SettingsFinder

    return SettingsFinder(isolated=True)


def test_python_dash_m(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    done = process("check", "--output-format", "concise", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"a.py:1:25: REL003 [*] ")

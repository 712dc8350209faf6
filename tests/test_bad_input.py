"""Files no linter likes: each gets a clear message and hides no other; fixes keep every byte they do not change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

from relint import checking, run
from relint.check import check
from relint.result import FileResult
from relint.settings import Settings
from relint.source import ChangedOnDisk, Source, decode, read, write

ROOT = Path(__file__).parent.parent
CALL = b'smtplib.SMTP("h")\n'
FIXED_CALL = b'smtplib.SMTP("h", timeout=10)\n'
GOOD = b"import smtplib\n" + CALL
CONFIG = 'select = ["REL102"]\n[sanctioned]\ntimeout = 10\n'

# Files that Python reads: one finding each, and the fix changes the call and nothing else.
READABLE: dict[str, bytes] = {
    "plain": GOOD,
    "bom": b"\xef\xbb\xbf" + GOOD,
    "bom_and_cookie": b"\xef\xbb\xbf# coding: utf-8\n" + GOOD,
    "latin_1_with_cookie": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n" + GOOD,
    "cookie_on_line_2": b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n" + GOOD,
    "crlf": GOOD.replace(b"\n", b"\r\n"),
    "lone_cr": GOOD.replace(b"\n", b"\r"),
    "mixed_line_ends": b"import smtplib\r\nx = 1\n\r\n" + CALL,
    "no_last_line_end": GOOD[:-1],
    "form_feeds": b"import smtplib\n\x0c\nx = 1\n\x0c" + CALL + b"\x0c\n",
    "form_feed_first": b"\x0cimport smtplib\nif 1:\n  x = '\x0c'\n \x0c  \x0c  y\n\x0c  " + CALL,
    "lone_cr_without_last": GOOD.replace(b"\n", b"\r")[:-1],
    "tabs": b"import smtplib\nif 1:\n\tif 1:\n\t    x = 1\n\t" + CALL,
    "blank_ends": b"import smtplib  \n  \n\t\n" + CALL + b"   ",
    "continued": b"import \\\n  smtplib\nx = 1 + \\\n  2\n" + CALL,
    "other_line_separators": "import smtplib\nx = '\x85\u2028\x1c'\n".encode() + CALL,
    "astral": "import smtplib\ns = '\N{PILE OF POO}'; ".encode() + CALL,
    "long_line": b"import smtplib\nx = '" + b"y" * 5_000_000 + b"'\n" + CALL,
    "long_line_of_escapes": b"import smtplib\nx = '" + b"\\'" * 500_000 + b"'\n" + CALL,
    "long_list": b"import smtplib\nx = [" + b"1, " * 20_000 + b"]\n" + CALL,
    "long_comment": b"import smtplib\n#" + b"'" * 5_000_000 + b"\n" + CALL,
}
# Files that libcst does not give back as they are: found, and left as they are.
NOT_FIXABLE: dict[str, bytes] = {
    "form_feed_as_indentation": b"import smtplib\nif 1:\n\x0c\x0c  x = 1\n  " + CALL,
}
# Files without anything to find.
CLEAN: dict[str, bytes] = {
    "empty": b"",
    "only_a_line_end": b"\n",
    "only_comments": b"# smtplib.SMTP('h')\n# nothing else",
    "only_blanks": b" \t\x0c\n  ",
    "only_bom": b"\xef\xbb\xbf",
    "broken_without_trigger": b"def (:\n",
}
# Files that cannot be checked: code and what the message says.
BROKEN: dict[str, tuple[bytes, str, str]] = {
    "syntax_error": (GOOD + b"def (:\n", "REL001", "not valid Python"),
    "python_2": (GOOD + b"print 'hello'\n", "REL001", "not valid Python"),
    "bare_except_first": (GOOD + b"try: x\nexcept: y\nexcept E: z\n", "REL001", "must be the last one"),
    "open_bracket": (GOOD + b"f(\n", "REL001", "not valid Python"),
    "open_string": (GOOD + b"x = '''\n", "REL001", "not valid Python"),
    "long_open_string": (GOOD + b'x = "' + b'\\"' * 500_000, "REL001", "not valid Python"),
    "conflict": (GOOD + b"<<<<<<< ours\n", "REL001", "not valid Python"),
    "bad_indent": (GOOD + b"if 1:\n        x\n    y\n", "REL001", "not valid Python"),
    "utf_16": (GOOD.decode().encode("utf-16"), "REL002", "is UTF-16"),
    "utf_16_without_bom": (GOOD.decode().encode("utf-16-le"), "REL002", "NUL bytes"),
    "latin_1_without_cookie": (GOOD + b"x = '\xe9'\n", "REL002", "is not valid utf-8"),
    "bom_and_latin_1": (b"\xef\xbb\xbf" + GOOD + b"x = '\xe9'\n", "REL002", "is not valid utf-8"),
    "ascii_that_is_not": (b"# coding: ascii\nx = '\xe9'\n" + GOOD, "REL002", "is not valid ascii"),
    "unknown_encoding": (b"# coding: klingon\n" + GOOD, "REL002", "unknown encoding"),
    "no_text_encoding": (b"# coding: rot13\n" + GOOD, "REL002", "not a text encoding"),
    "nul": (GOOD + b"x = '\0'\n", "REL002", "NUL bytes"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "REL002", "NUL bytes"),
}


def relint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, so that no crash of the interpreter goes unseen."""
    return subprocess.run(
        [sys.executable, "-m", "relint", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def project(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "relint.toml").write_text(CONFIG)
    for name, data in files.items():
        (folder / f"{name}.py").write_bytes(data)
    return folder


def by_file(output: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for item in json.loads(output):
        found.setdefault(Path(item["filename"]).stem, []).append(item)
    return found


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (GOOD + b"print 'hello'\nx = 1\n", (1, 14)),
        (GOOD + b"y = (\nz = 2\nx = 1\n", (2, 5)),
        (GOOD + b"f(\n", (2, 1)),
        (GOOD + b"f(", (1, 3)),
    ],
)
def test_a_syntax_error_has_the_place_where_parsing_stopped(
    tmp_path: Path, data: bytes, place: tuple[int, int]
) -> None:
    result = relint(project(tmp_path, {"a": data}), "--output-format", "json")
    (item,) = by_file(result.stdout)["a"]
    first = GOOD.count(b"\n")
    assert (item["location"]["row"] - first, item["location"]["column"]) == place
    assert "error at" not in item["message"]


# -- all of them in one run ------------------------------------------------------------------------------------------

ALL = READABLE | NOT_FIXABLE | CLEAN | {name: data for name, (data, _, _) in BROKEN.items()}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = project(tmp_path_factory.mktemp("checked"), ALL)
    result = relint(folder, "--output-format", "json")
    assert (result.returncode, result.stderr) == (1, "")
    return by_file(result.stdout)


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("fixed"), ALL)
    for path in folder.glob("*.py"):
        path.chmod(0o640)
    result = relint(folder, "--fix", "--output-format", "concise")
    assert (result.returncode, result.stderr) == (1, "")
    assert "REL000" not in result.stdout
    return folder


@pytest.mark.parametrize("name", [*READABLE, *NOT_FIXABLE])
def test_readable_files_are_checked(checked: dict[str, list[dict[str, Any]]], name: str) -> None:
    (finding,) = checked[name]
    assert finding["code"] == "REL102"
    text = ALL[name].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert finding["location"]["row"] == text[: text.index(b"smtplib.SMTP")].count(b"\n") + 1


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_to_find(checked: dict[str, list[dict[str, Any]]], name: str) -> None:
    assert name not in checked


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_findings(checked: dict[str, list[dict[str, Any]]], name: str) -> None:
    _, code, words = BROKEN[name]
    (finding,) = checked[name]
    assert finding["code"] == code
    assert words in finding["message"]


@pytest.mark.parametrize("name", READABLE)
def test_fixes_change_the_call_and_nothing_else(fixed: Path, name: str) -> None:
    path = fixed / f"{name}.py"
    assert path.read_bytes() == READABLE[name].replace(b'SMTP("h")', b'SMTP("h", timeout=10)')
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", [*NOT_FIXABLE, *CLEAN, *BROKEN])
def test_what_is_not_fixed_is_not_touched(fixed: Path, name: str) -> None:
    assert (fixed / f"{name}.py").read_bytes() == ALL[name]
    assert sorted(path.stem for path in fixed.glob("*.py")) == sorted(ALL), "no temporary file stays"


# -- nesting ---------------------------------------------------------------------------------------------------------


def nested(n: int) -> dict[str, str]:
    """Every kind of nesting, `n` levels deep."""
    blocks = range(min(n, 500))  # the text grows with the square
    return {
        "parentheses": "(" * n + "x" + ")" * n,
        "lists": "[" * n + "]" * n,
        "dicts": "{1:" * n + "1" + "}" * n,
        "tuples": "(" * n + "1" + ",)" * n,
        "calls": "f(" * n + "x" + ")" * n,
        "subscripts": "f[" * n + "x" + "]" * n,
        "comprehensions": "[" * n + "x" + " for x in y]" * n,
        "conditional_brackets": "(" * n + "a" + " if a else b)" * n,
        "walruses": "(a:=" * n + "1" + ")" * n,
        "targets": "[" * n + "a" + "]" * n + " = 1",
        "open_brackets": "f(" * n,
        "closed_in_strings": "f(')'," * n,
        "closed_in_comments": "f( # )\n" * n,
        "attributes": "a" + ".b" * n,
        "methods": "a" + ".b()" * n,
        "called_results": "a" + "()" * n,
        "pluses": "a" + "+a" * n,
        "continued": "a" + "\\\n+a" * n,
        "windows_continued": "a" + "\\\r\n+a" * n,
        "powers": "a" + "**a" * n,
        "ands": "a" + " and a" * n,
        "comparisons": "a" + "<a" * n,
        "nots": "not " * n + "a",
        "minuses": "-" * n + "a",
        "lambdas": "lambda:" * n + "a",
        "lambdas_with_parameters": "lambda a,b=1:" * n + "a",
        "conditionals": "a if a else " * n + "a",
        "elifs": "if a: pass\n" + "elif a: pass\n" * n,
        "strings_in_a_row": "(" + "'a'\n" * n + ")",
        "formats": "f'" + "{x:" * n + "}" * n + "'",
        "brackets_in_f_string": "f'{" + "(" * n + "x" + ")" * n + "}'",
        "brackets_behind_an_apostrophe": "f\"it's {" + "(" * n + "x" + ")" * n + '}"',
        "brackets_in_raw_f_string": "rf'\\{" + "(" * n + "x" + ")" * n + "}'",
        "f_strings": 'f"{' * n + "x" + '}"' * n,
        "patterns": "match a:\n case " + "[" * n + "1" + "]" * n + ":\n  pass",
        "class_patterns": "match a:\n case " + "A(" * n + "1" + ")" * n + ":\n  pass",
        "blocks": "".join(" " * i + "if a:\n" for i in blocks) + " " * len(blocks) + "pass",
        "functions": "".join(" " * i + "def f():\n" for i in blocks) + " " * len(blocks) + "pass",
        "dotted_imports": "import a" + ".b" * n,
    }


def deep_files(n: int) -> dict[str, bytes]:
    return {name: GOOD + text.encode() + b"\n" for name, text in nested(n).items()}


def test_what_nests_too_deeply_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    result = relint(project(tmp_path, deep_files(10_000) | {"zz": GOOD}), "--output-format", "json")
    assert result.returncode == 1, result.stderr
    found = by_file(result.stdout)
    assert found.pop("zz")[0]["code"] == "REL102"
    # Flat to Python itself, and left out of what libcst has to parse: no rule needs it.
    assert found.pop("strings_in_a_row")[0]["code"] == "REL102"
    refused = dict.fromkeys(nested(1).keys() - {"strings_in_a_row"}, "REL002")
    indented = {"blocks": "REL001", "functions": "REL001"}
    assert {name: item["code"] for name, (item,) in found.items()} == refused | indented
    assert "too deep" in found["parentheses"][0]["message"]


AT_THE_LIMIT = {
    "calls": 198, "comprehensions": 198, "conditional_brackets": 198, "targets": 199, "f_strings": 100,
    "attributes": 1000, "methods": 490, "pluses": 1000, "powers": 1000, "conditionals": 490, "elifs": 5000,
    "lambdas_with_parameters": 490, "minuses": 1000, "strings_in_a_row": 2490, "patterns": 12, "blocks": 90,
}  # fmt: skip


def test_what_is_not_refused_fits_the_smallest_stack(tmp_path: Path) -> None:
    """Parsed, walked, located and examined by every rule, in a process that may only start small threads."""
    names = b"import requests, asyncio, sqlite3\ncursor = sqlite3.connect('x').cursor()\n"
    code = b"cursor.execute(%s)\nrequests.get(x)\n"
    files = {}
    for name, n in AT_THE_LIMIT.items():
        text = nested(n)[name].encode()
        uses = names + code % text if name not in ("targets", "elifs", "patterns", "blocks") and n < 1000 else b""
        files[name] = GOOD + text + b"\n" + uses
    folder = project(tmp_path, files)
    (folder / "relint.toml").write_text('select = ["ALL"]\n')
    start = (
        "import sys; from relint import deep; deep._STACKS = deep._STACKS[-1:]; from relint.cli import main;"
        "sys.exit(main(['check', '--output-format', 'json', '--jobs', '1']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", start],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=300,
    )
    assert result.returncode == 1, result.stderr
    found = by_file(result.stdout.decode())
    assert set(found) == set(AT_THE_LIMIT)
    for name, items in found.items():
        codes = {item["code"] for item in items}
        assert "REL102" in codes, (name, codes)
        assert not codes & {"REL000", "REL001", "REL002"}, (name, items)


def test_a_parser_that_panics_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panic(_: str) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("libcst.parse_module", panic)
    (finding,) = check(decode("a.py", GOOD), Settings(select=("REL102",)))
    assert (finding.code, finding.message) == ("REL002", "`a.py` makes the parser fail: index out of bounds")


# -- places ----------------------------------------------------------------------------------------------------------


def test_links_and_folders_with_the_name_of_a_file(tmp_path: Path) -> None:
    folder = project(tmp_path, {"good": GOOD})
    (folder / "dangling.py").symlink_to("nowhere.py")
    (folder / "circle.py").symlink_to("circle.py")
    (folder / "folder.py").mkdir()
    (folder / "above").symlink_to(folder)
    result = relint(folder, "--output-format", "json", "--fix")
    found = by_file(result.stdout)
    assert result.returncode == 1, result.stderr
    assert {name: [item["code"] for item in items] for name, items in found.items()} == {
        "dangling": ["REL002"],
        "circle": ["REL002"],
    }
    assert "cannot be read" in found["circle"][0]["message"]
    assert (folder / "good.py").read_bytes().endswith(FIXED_CALL)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    folder = project(tmp_path, {"good": GOOD})
    (folder / "link.py").symlink_to("good.py")
    assert relint(folder, "--fix", "link.py").returncode == 0
    assert (folder / "link.py").is_symlink()
    assert (folder / "good.py").read_bytes().endswith(FIXED_CALL)


def test_a_folder_where_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.py").mkdir()
    with pytest.raises(Exception, match=r"cannot be read: Is a directory"):
        read(str(tmp_path / "x.py"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(tmp_path, {"secret": GOOD, "good": GOOD})
    (folder / "secret.py").chmod(0)
    original = Path.read_bytes

    def refuse(path: Path) -> bytes:  # for the superuser, whom no mode stops
        if path.name == "secret.py":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    settings = Settings(root=folder, select=("REL102",))
    files = [(folder / "secret.py", settings), (folder / "good.py", settings)]
    secret, good = run.run(files)
    assert [d.code for d in good.diagnostics] == ["REL102"]
    assert [d.message for d in secret.diagnostics] == [f"`{folder / 'secret.py'}` cannot be read: Permission denied"]


def test_odd_names(tmp_path: Path) -> None:
    folder = project(tmp_path, {"new\nline": GOOD, "\x1b[31mred": GOOD, "::error::x": GOOD, "plain": GOOD})
    (folder / "not utf-8 \udcff.py").write_bytes(GOOD)
    for arguments in (("--output-format", "full"), ("--output-format", "concise"), ("--diff",)):
        result = relint(folder, *arguments)
        assert result.returncode == 1, result.stderr
        assert "\x1b" not in result.stdout
        assert "\nline.py" not in result.stdout
        assert "plain.py" in result.stdout
    assert len(json.loads(relint(folder, "--output-format", "json").stdout)) == 5
    assert relint(folder, "--fix").returncode == 0
    assert {path.read_bytes() for path in folder.glob("*.py")} == {b"import smtplib\n" + FIXED_CALL}


# -- changes under way -----------------------------------------------------------------------------------------------


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is to happen after all files were checked and before the first is written."""
    actions: list[Any] = []
    original = checking._written

    def written(results: list[FileResult], *rest: Any) -> Iterator[FileResult]:
        for action in actions:
            action()
        return original(results, *rest)

    monkeypatch.setattr(checking, "_written", written)
    return actions


def fix_here(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    from relint.cli import main

    monkeypatch.chdir(folder)
    capsys.readouterr()
    code = main(["check", "--fix", "--output-format", "concise"])
    return (code, *capsys.readouterr())


def test_a_file_that_vanishes_or_changes_while_it_is_fixed(
    tmp_path: Path, between: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, {"changes": GOOD, "stays": GOOD, "vanishes": GOOD})
    between += [(folder / "vanishes.py").unlink, lambda: (folder / "changes.py").write_bytes(b"mine = 1\n")]
    code, out, err = fix_here(folder, monkeypatch, capsys)
    assert code == 2
    assert "changes.py: fixes not written: changes.py changed while it was checked" in err
    assert "vanishes.py: fixes not written: No such file or directory" in err
    assert [line.partition(":")[0] for line in out.splitlines() if "REL102" in line] == ["changes.py", "vanishes.py"]
    assert {path.name: path.read_bytes() for path in folder.glob("*.py")} == {
        "changes.py": b"mine = 1\n",
        "stays.py": b"import smtplib\n" + FIXED_CALL,
    }


def test_a_file_that_vanishes_before_it_is_read(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, select=("REL102",))
    project(tmp_path, {"good": GOOD})
    gone, good = run.run([(tmp_path / "gone.py", settings), (tmp_path / "good.py", settings)])
    assert [d.code for d in (*gone.diagnostics, *good.diagnostics)] == ["REL002", "REL102"]


def test_a_read_only_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, {"a": GOOD, "b": GOOD})

    def refuse(*_: Any, **__: Any) -> Any:  # for the superuser, whom no mode stops
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    code, out, err = fix_here(folder, monkeypatch, capsys)
    assert code == 2
    assert err.count("fixes not written: Permission denied") == 2
    assert out.count("REL102") == 2
    assert all(path.read_bytes() == GOOD for path in folder.glob("*.py"))


def test_writing_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(GOOD)

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            write(read(str(path)), "other\n")
    with pytest.raises(ChangedOnDisk):
        write(Source(str(path), "x", b"x"), "other\n")
    assert path.read_bytes() == GOOD
    assert list(tmp_path.iterdir()) == [path]


# -- configuration ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[tool.relint\n", "pyproject.toml"),
        (b"[tool.relint]\nselect = 1\n", "select"),
        (b"[tool.relint]\nselct = ['ALL']\n", 'did you mean "select"?'),
        (b"[tool.relint]\nselect = ['REL999']\n", "REL999"),
        (b"[tool.relint]\nselect = ['\xff']\n", "pyproject.toml"),
        (b"[tool.relint]\nplugins = ['nowhere']\n", "nowhere"),
        (b"[tool.relint]\nselect = ['\0']\n", "pyproject.toml"),
    ],
)
def test_a_broken_configuration_is_told_and_hides_no_other_files(tmp_path: Path, data: bytes, words: str) -> None:
    broken, sound = tmp_path / "broken", tmp_path / "sound"
    project(sound, {"a": GOOD})
    project(broken, {"b": GOOD})
    (broken / "relint.toml").unlink()
    (broken / "pyproject.toml").write_bytes(data)
    result = relint(tmp_path, "--output-format", "concise")
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert "REL102" in result.stdout

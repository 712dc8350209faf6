"""The output formats, on diagnostics made by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from relint.formats import FORMATS
from relint.lines import Lines
from relint.model import Diagnostic, Edit, Fix, NewFile, Position, Related, Safety, Severity
from relint.report import diff, mark, renderer, shown_path
from relint.report.escape import UNSAFE, escape
from relint.report.frame import WINDOW, cell_width, frame
from relint.report.style import Style, wants_color

TEXT = """\
import requests


def fetch(url):
    try:
        return requests.get(url)
    except OSError:
        return None
"""
GET = TEXT.index("requests.get")
CALL = "requests.get(url)"


def diagnostic(
    text: str = TEXT,
    at: str = CALL,
    *,
    path: str = "src/a.py",
    code: str = "REL101",
    message: str = "`requests.get` has no timeout: one stuck peer holds this worker for good",
    severity: Severity = Severity.WARNING,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
) -> Diagnostic:
    lines = Lines(text)
    start = text.index(at)
    return Diagnostic(
        path,
        lines.position(start),
        lines.position(start + len(at)),
        code,
        "request-without-timeout",
        message,
        severity,
        "https://example.invalid/request-without-timeout/",
        fix=fix,
        related=related,
    )


def timeout(safety: Safety = Safety.SAFE) -> Fix:
    end = GET + len(CALL) - 1
    return Fix("Add `timeout=10`", (Edit(end, end, ", timeout=10"),), safety)


def render(output_format: str, *diagnostics: Diagnostic, text: str = TEXT, color: bool = False) -> str:
    return "".join(renderer(output_format)([(text, diagnostics)], Style(color)))


def carets(text: str, at: str) -> tuple[str, str]:
    """The row of a frame that has carets: text and carets."""
    lines = Lines(text)
    start = text.index(at)
    rows = list(frame(lines, lines.position(start), lines.position(start + len(at))))
    (row,) = [row for row in rows if row[2]]
    return row[1], row[2]


def test_full_shows_source_fix_and_note() -> None:
    assert render("full", diagnostic(fix=timeout(Safety.UNSAFE))) == (
        "REL101 [!] `requests.get` has no timeout: one stuck peer holds this worker for good\n"
        " --> src/a.py:6:16\n"
        "  |\n"
        "4 | def fetch(url):\n"
        "5 |     try:\n"
        "6 |         return requests.get(url)\n"
        "  |                ^^^^^^^^^^^^^^^^^\n"
        "7 |     except OSError:\n"
        "8 |         return None\n"
        "  |\n"
        "help: Add `timeout=10`\n"
        "  |\n"
        "5       try:\n"
        "6 -         return requests.get(url)\n"
        "6 +         return requests.get(url, timeout=10)\n"
        "7       except OSError:\n"
        "  |\n"
        "note: This is an unsafe fix and may change runtime behaviour\n"
        "\n"
    )


def test_full_says_which_findings_do_not_fail_the_run() -> None:
    note = "note: For information only: it does not fail the run\n"
    assert render("full", diagnostic(severity=Severity.INFO)).endswith(f"  |\n{note}\n")
    assert note not in render("full", diagnostic())


def test_full_shows_related_places() -> None:
    related = (Related(Position(4, 5), Position(4, 10), "called from here"),)
    shown = render("full", diagnostic(related=related))
    assert "note: called from here\n --> src/a.py:4:5\n  |\n4 | def fetch(url):\n  |     ^^^^^\n  |\n" in shown


def test_full_shows_files_that_a_fix_creates() -> None:
    fix = Fix("Split the migration", (), Safety.DISPLAY, (NewFile("app/0002_fill.py", "import os\n\n"),))
    shown = render("full", diagnostic(fix=fix))
    assert "REL101 `requests.get`" in shown, "what is never applied has no mark"
    assert "help: creates app/0002_fill.py (2 lines; --diff shows them)\n" in shown
    assert "note: This is a suggestion: relint never applies it\n" in shown


def test_full_without_source_has_no_frame() -> None:
    unreadable = Diagnostic(
        "a.py", Position(1, 1), Position(1, 1), "REL002", "unreadable-file", "is UTF-16", Severity.ERROR
    )
    assert render("full", unreadable, text="") == "REL002 is UTF-16\n --> a.py:1:1\n\n"


@pytest.mark.parametrize(
    ("text", "at", "row"),
    [
        ("\tget(url)\n", "get", ("    get(url)", "    ^^^")),
        ("a\tget(url)\n", "get", ("a   get(url)", "    ^^^")),
        ("x = '数据'; get(url)\n", "get", ("x = '数据'; get(url)", " " * 12 + "^^^")),
        ("x = '数据'\n", "数据", ("x = '数据'", "     ^^^^")),
        ("x = '🚀'; get(url)\n", "get", ("x = '🚀'; get(url)", " " * 10 + "^^^")),
        ("x = 'e\u0301'; get(url)\n", "get", ("x = 'e\u0301'; get(url)", " " * 9 + "^^^")),
        ("x = '\x1b'; get(url)\n", "get", (r"x = '\x1b'; get(url)", " " * 12 + "^^^")),
    ],
)
def test_carets_stand_under_the_range(text: str, at: str, row: tuple[str, str]) -> None:
    assert carets(text, at) == row


def test_empty_range_gets_one_caret() -> None:
    assert [row[2] for row in frame(Lines("abc\n"), Position(1, 4), Position(1, 4))] == ["   ^"]


def test_long_lines_are_cut_around_the_range() -> None:
    text = f"x = {'a' * 5_000_000} + get(url) + {'b' * 1000}\n"
    shown, marks = carets(text, "get(url)")
    assert len(shown) <= WINDOW + len("...")
    assert shown.startswith("...")
    assert shown.endswith("...")
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "get(url)"


def test_multi_line_ranges_mark_every_line_and_elide_the_middle() -> None:
    text = "f(\n" + "".join(f"    a{number},\n" for number in range(20)) + ")\n"
    rows = list(frame(Lines(text), Position(1, 1), Position(22, 2)))
    assert [row[0] for row in rows] == ["1", "2", "3", "...", "20", "21", "22"]
    assert rows[1] == ("2", "    a0,", "    ^^^")


def test_form_feeds_do_not_end_lines() -> None:
    assert list(Lines("a\x0cb\u2028c\r\nd\re")) == ["a\x0cb\u2028c\r\n", "d\r", "e"]
    assert Lines("ab\r\ncd").position(4) == Position(2, 1)


def test_cell_width() -> None:
    assert [cell_width(each) for each in "a\u0301\u200d\ufe0f数ｱ🚀é"] == [1, 0, 0, 0, 2, 1, 2, 1]


def test_concise() -> None:
    found = diagnostic(fix=timeout())
    assert render("concise", found) == f"src/a.py:6:16: REL101 [*] {found.message}\n"


def test_json_is_a_list_with_one_based_places() -> None:
    found = diagnostic(fix=timeout(), related=(Related(Position(1, 8), Position(1, 16), "imported here"),))
    (item,) = json.loads(render("json", found))
    assert item == {
        "code": "REL101",
        "name": "request-without-timeout",
        "message": found.message,
        "severity": "warning",
        "url": found.url,
        "filename": str(Path("src/a.py").absolute()),
        "location": {"row": 6, "column": 16},
        "end_location": {"row": 6, "column": 33},
        "fix": {
            "applicability": "safe",
            "message": "Add `timeout=10`",
            "edits": [
                {
                    "content": ", timeout=10",
                    "location": {"row": 6, "column": 32},
                    "end_location": {"row": 6, "column": 32},
                }
            ],
            "create": [],
        },
        "related": [
            {
                "message": "imported here",
                "location": {"row": 1, "column": 8},
                "end_location": {"row": 1, "column": 16},
            }
        ],
    }


def test_json_of_nothing_and_of_several() -> None:
    assert json.loads(render("json")) == []
    two = json.loads(render("json", diagnostic(), diagnostic(fix=None, code="REL102")))
    assert [item["code"] for item in two] == ["REL101", "REL102"]
    assert two[0]["fix"] is None


def test_statistics_count_by_rule() -> None:
    found = [diagnostic(code="REL102"), diagnostic(fix=timeout(Safety.UNSAFE)), diagnostic(fix=timeout())]
    lines = "".join(renderer("full", statistics=True)([(TEXT, found)], Style()))
    assert lines == (
        "2  REL101  [*]  request-without-timeout  50% fixable, 50% more with --unsafe-fixes\n"
        "1  REL102  [ ]  request-without-timeout\n"
    )
    items = json.loads("".join(renderer("json", statistics=True)([(TEXT, found)], Style())))
    assert [(item["code"], item["count"], item["fixable"], item["unsafe_fixable"]) for item in items] == [
        ("REL101", 2, 1, 1),
        ("REL102", 1, 0, 0),
    ]
    assert json.loads("".join(renderer("json", statistics=True)([], Style()))) == []


def test_marks() -> None:
    marks = [mark(diagnostic(fix=timeout(safety))) for safety in (Safety.SAFE, Safety.UNSAFE, Safety.DISPLAY)]
    assert [*marks, mark(diagnostic())] == ["[*]", "[!]", "", ""]


EVIL = "\x1b[31m\x07\r\n\x9b2J\u202e\u2066\u200b\u2028\udcff\x7f"


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("statistics", [False, True])
def test_nothing_unsafe_reaches_the_output(output_format: str, statistics: bool) -> None:
    text = f"get('{EVIL}')\nx = 1\n"
    fix = Fix(EVIL, (Edit(3, 4, EVIL),), Safety.SAFE, (NewFile(f"{EVIL}.py", EVIL),))
    found = diagnostic(
        text,
        "get(",
        path=f"a{EVIL}.py",
        message=EVIL,
        fix=fix,
        related=(Related(Position(1, 1), Position(2, 1), EVIL),),
    )
    shown = "".join(renderer(output_format, statistics=statistics)([(text, [found])], Style()))
    assert UNSAFE.sub("", shown.replace("\n", "")) == shown.replace("\n", "")
    assert shown.encode("utf-8"), "printable in UTF-8"


def test_escape_keeps_what_is_readable() -> None:
    assert escape("naïve 数据 🧑\u200d💻 \\n") == "naïve 数据 🧑\u200d💻 \\n"
    assert escape("a\tb\x0c", keep="\t") == "a\tb\\x0c"
    assert escape("\x1b\u202e\udcff") == r"\x1b\u202e\udcff"


def test_paths_are_relative_inside_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(str(tmp_path / "a" / "b.py")) == "a/b.py"
    assert shown_path("./a/../b.py") == "b.py"
    assert shown_path(f"{tmp_path}2/b.py") == f"{tmp_path}2/b.py"
    assert shown_path("-") == "-"


def test_inline_diff_keeps_far_edits_apart_and_counts_new_lines() -> None:
    text = "import os\n" + "x = 1\n" * 20 + "f()\n"
    at = text.index("f()")
    rows = list(diff.inline(Lines(text), [Edit(at + 2, at + 2, "1"), Edit(0, 0, "import time\n", once=True)] * 2))
    assert [row and (row.sign, row.number, row.text) for row in rows] == [
        ("+", 1, "import time\n"),
        (" ", 1, "import os\n"),
        None,
        (" ", 21, "x = 1\n"),
        ("-", 22, "f()\n"),
        ("+", 23, "f(1)\n"),
    ]


def test_inline_diff_of_crlf_shows_only_changed_lines() -> None:
    text = "a\r\nf()\r\nb\r\n"
    rows = list(diff.inline(Lines(text), [Edit(5, 5, "1")]))
    assert [row.sign for row in rows if row] == [" ", "-", "+", " "]


def test_unified_diff_applies_as_a_patch() -> None:
    shown = "".join(diff.unified("a.py", "a\r\nb\r\nc", "a\r\nB\r\nc", Style()))
    assert shown == ("--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n a\r\n-b\r\n+B\r\n c\n\\ No newline at end of file\n")
    assert "\x1b" not in "".join(diff.unified("a\x1b.py", "a\n", "\x1b\n", Style()))
    assert "".join(diff.created(NewFile("b.py", "x\n"), "b.py", Style())) == (
        "--- /dev/null\n+++ b.py\n@@ -0,0 +1 @@\n+x\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "expected"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_when_to_colour(
    choice: str, variables: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, Terminal() if terminal else io.StringIO()) is expected


def test_colour_changes_only_the_style() -> None:
    found = diagnostic(fix=timeout())
    coloured = render("full", found, color=True)
    assert "\x1b[" in coloured
    import re

    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == render("full", found)

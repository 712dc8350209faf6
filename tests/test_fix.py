"""Applying fixes: order, overlaps, shared insertions, and what is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from relint.fix import Fixed, apply_edits, fix, newline_of
from relint.model import Edit, NewFile
from relint.settings import Settings
from relint.source import decode
from tests.plugins import only, plugin, replacement


def fixed(text: str, settings: Settings, *, unsafe: bool = False) -> Fixed:
    return fix(decode("a.py", text.encode()), settings, unsafe=unsafe)


# edits


def test_edits_are_applied_by_place() -> None:
    assert apply_edits("abcdef", [Edit(4, 5, "E"), Edit(0, 1, "A"), Edit(2, 2, "-")]) == "Ab-cdEf"


def test_equal_shared_edits_are_applied_once_and_imports_first() -> None:
    edits = [
        Edit(0, 0, "y = 1\n", once=True),
        Edit(0, 0, "import b\n", once=True),
        Edit(0, 0, "import b\n", once=True),
        Edit(0, 0, "from a import c\n", once=True),
        Edit(0, 1, "X"),
    ]
    assert apply_edits("x", edits) == "from a import c\nimport b\ny = 1\nX"


def test_new_imports_above_others_are_one_group() -> None:
    edits = [Edit(0, 0, "import time\n\n", once=True), Edit(0, 0, "import random\n\n", once=True)]
    assert apply_edits("import httpx\n", edits) == "import random\nimport time\n\nimport httpx\n"


@pytest.mark.parametrize(
    ("text", "newline"), [("a\nb\r\n", "\n"), ("a\r\nb", "\r\n"), ("a\rb\n", "\r"), ("a", "\n"), ("", "\n")]
)
def test_inserted_lines_end_like_the_first_line(text: str, newline: str) -> None:
    assert newline_of(text) == newline
    assert apply_edits(text, [Edit(0, 0, "x\ny\n")]) == f"x{newline}y{newline}{text}"


# passes


def test_safe_fixes_alone_unless_unsafe_ones_are_asked_for(tmp_path: Path) -> None:
    settings = only(
        plugin(tmp_path, "TST001", "one", replacement("uno")),
        plugin(tmp_path, "TST002", "two", replacement("due"), fix="unsafe"),
        plugin(tmp_path, "TST003", "three", replacement("tre"), fix="display"),
    )
    assert fixed("one; two; three\n", settings).text == "uno; two; three\n"
    result = fixed("one; two; three\n", settings, unsafe=True)
    assert result.text == "uno; due; three\n"
    assert result.fixed == {"TST001": 1, "TST002": 1}
    assert [d.code for d in result.remaining] == ["TST003"]
    assert fixed("one\n", Settings(plugins=settings.plugins, select=("TST001",), unfixable=("TST001",))).text == "one\n"


def test_of_overlapping_fixes_the_earlier_goes_first(tmp_path: Path) -> None:
    whole_line = 'return Fix("f", (Edit(start, ctx.text.index("\\n", start), "{}"),))'
    settings = only(
        plugin(tmp_path, "TST001", "late", whole_line.format("x")),
        plugin(tmp_path, "TST002", "early", whole_line.format("late()")),
    )
    result = fixed("early, late\nlate\n", settings)
    assert (result.text, result.fixed) == ("x\nx\n", {"TST002": 1, "TST001": 2})


def test_fixes_that_share_an_import_write_it_once(tmp_path: Path) -> None:
    body = 'return Fix("f", (Edit(0, 0, "import os\\n", once=True), Edit(start, end, "os.x")))'
    result = fixed("here\nhere\r\n", only(plugin(tmp_path, "TST001", "here", body)))
    assert result.text == "import os\nos.x\nos.x\r\n"


def test_suppressed_findings_are_not_fixed(tmp_path: Path) -> None:
    settings = only(plugin(tmp_path, "TST001", "one", replacement("uno")))
    assert fixed("one  # noqa: TST001\none\n", settings).text == "one  # noqa: TST001\nuno\n"


# what is taken back


def test_a_fix_that_breaks_the_file_is_found_and_the_others_stay(tmp_path: Path) -> None:
    settings = only(
        plugin(tmp_path, "TST001", "good", replacement("better")),
        plugin(tmp_path, "TST002", "bad", replacement("(((")),
    )
    result = fixed("good; good\nbad\ngood; bad; good\n", settings)
    assert result.text == "better; better\nbad\nbetter; bad; better\n"
    assert result.fixed == {"TST001": 4}
    assert {note.partition(": the fix")[0] for note in result.notes} == {"line 2"}
    assert "the fix of TST002 was not applied: the result fails with REL001" in result.notes[0]
    assert [d.code for d in result.remaining] == ["TST002", "TST002"]


def test_a_fix_that_leaves_its_finding_is_taken_back(tmp_path: Path) -> None:
    result = fixed("stuck\n", only(plugin(tmp_path, "TST001", "stuck", replacement("stuck + 1"))))
    assert (result.text, result.fixed) == ("stuck\n", {})
    assert result.notes == ("line 1: the fix of TST001 was not applied: the result still has this TST001",)


def test_a_fix_that_makes_another_finding_is_taken_back(tmp_path: Path) -> None:
    settings = only(
        plugin(tmp_path, "TST001", "one", replacement("two")), plugin(tmp_path, "TST002", "two", fix="safe")
    )
    result = fixed("one\n", settings)
    assert result.text == "one\n"
    assert result.notes == ("line 1: the fix of TST001 was not applied: the result has a new TST002",)


def test_a_fixer_that_crashes_hides_no_other_rule(tmp_path: Path) -> None:
    settings = only(
        plugin(tmp_path, "TST001", "one", replacement("uno")), plugin(tmp_path, "TST002", "two", "raise KeyError(1)")
    )
    result = fixed("two\n", settings)
    assert [d.code for d in result.remaining] == ["REL000"]
    assert "rule TST002 finds-two crashed on this file (KeyError: 1, finds_two.py:" in result.remaining[0].message
    assert [d.code for d in fixed("one; two\n", settings).remaining] == ["REL000", "TST001"]


def test_a_suppression_that_a_fix_makes_useless_goes_as_well(tmp_path: Path) -> None:
    settings = only(plugin(tmp_path, "TST001", "one", replacement("1")))
    assert fixed("# relint: ignore[TST001]\nx = 2\none\n", settings).text == "x = 2\n1\n"


def test_new_files_one_fix_a_pass(tmp_path: Path) -> None:
    body = 'return Fix("f", (Edit(start, end, "x"),), create=(NewFile(f"new{start}.py", "y\\n"),))'
    result = fixed("here\nhere\n", only(plugin(tmp_path, "TST001", "here", body)))
    assert result.text == "x\nx\n"
    assert result.create == (NewFile("new0.py", "y\n"), NewFile("new2.py", "y\n"))


def test_new_files_have_the_line_ends_of_the_text(tmp_path: Path) -> None:
    body = 'return Fix("f", (Edit(start, end, "x"),), create=(NewFile("new.py", "y\\nz\\n"),))'
    result = fixed("here\r\n", only(plugin(tmp_path, "TST001", "here", body)))
    assert result.create == (NewFile("new.py", "y\r\nz\r\n"),)


def test_a_new_file_with_a_finding_is_not_written(tmp_path: Path) -> None:
    body = 'return Fix("f", (Edit(start, end, "x"),), create=(NewFile("new.py", "here\\n"),))'
    result = fixed("here\n", only(plugin(tmp_path, "TST001", "here", body)))
    assert (result.text, result.create) == ("here\n", ())
    assert "the new file new.py has TST001" in result.notes[0]


def test_a_new_file_that_is_not_python_is_not_written(tmp_path: Path) -> None:
    body = 'return Fix("f", (Edit(start, end, "x"),), create=(NewFile("new.py", "(\\n"),))'
    result = fixed("here\n", only(plugin(tmp_path, "TST001", "here", body)))
    assert (result.text, result.create) == ("here\n", ())
    assert "the new file new.py has REL001" in result.notes[0]


def test_the_next_pass_knows_the_new_files(tmp_path: Path) -> None:
    there = '"new.py" in ctx.project.listing(__import__("pathlib").Path(ctx.path).absolute().parent)'
    made = 'Fix("f", (Edit(start, end, "x"),), create=(NewFile("new.py", "y\\n"),))'
    result = fixed("here\nhere\n", only(plugin(tmp_path, "TST001", "here", f"return None if {there} else {made}")))
    assert (result.text, len(result.create)) == ("x\nhere\n", 1)


def test_passes_end(tmp_path: Path) -> None:
    longer = 'return Fix("f", (Edit(start, end, "x"), Edit(0, 0, "here\\n" if ctx.text.count("\\n") < 99 else "")))'
    result = fixed("here\n", only(plugin(tmp_path, "TST001", "here", longer)))
    assert result.text == "here\n", "a fix must not leave as many findings as it found"


def test_texts_that_are_not_given_back_are_not_fixed(tmp_path: Path) -> None:
    text = "if 1:\n\x0c\x0c  one\n  one\n"
    result = fixed(text, only(plugin(tmp_path, "TST001", "one", replacement("uno"))))
    assert (result.text, [d.fix for d in result.remaining]) == (text, [None, None])

"""Which comments silence what, and what becomes of those that silence nothing."""

from __future__ import annotations

import pytest

from relint.check import check
from relint.fix import fix
from relint.model import Diagnostic
from relint.settings import Settings
from relint.source import decode

SETTINGS = Settings(select=("REL003", "REL004", "REL102", "REL101"))
HEAD = "import smtplib, requests\n"


def found(text: str, settings: Settings = SETTINGS) -> list[Diagnostic]:
    return [d for d in check(decode("a.py", (HEAD + text).encode()), settings) if d.state != "suppressed"]


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in found(text)]


def fixed(text: str) -> str:
    return fix(decode("a.py", (HEAD + text).encode()), SETTINGS, unsafe=False).text.removeprefix(HEAD)


CALL = 'smtplib.SMTP("h")'
LONG_CALL = 'smtplib.SMTP(  {first}\n    "h",  {middle}\n)  {last}\n'


@pytest.mark.parametrize(
    "comment",
    [
        "# relint: ignore",
        "# relint: ignore[REL102]",
        "# relint: ignore[rel102] because",
        "# relint: ignore[socket-without-timeout]",
        "# relint: ignore[REL101, REL102]",
        "#relint:ignore[REL102]",
        "# type: ignore  # relint: ignore[REL102]",
        "# relint: ignore[REL102]  # type: ignore",
        "# noqa",
        "#noqa",
        "# NOQA",
        "# noqa: REL102",
        "# noqa:REL102",
        "# noqa : rel102",
        "# noqa: E501,REL102",
        "# noqa: E501 REL102",
        "# noqa: REL",
        "# noqa: REL1",
        "# noqa: REL102 because",
        "# pylint: disable=x # noqa: REL102",
    ],
)
def test_a_comment_at_the_end_of_the_line(comment: str) -> None:
    assert "REL102" not in codes(f"{CALL}  {comment}\n")


@pytest.mark.parametrize(
    "comment",
    [
        "# relint: ignore[REL202]",
        "# relint: ignore[REL1]",
        "# relint: ignore[]",
        "# relint: ignore-next-line",
        "# relint: enable[REL102]",
        "# noqa: E501",
        "# noqa: REL2",
        "# nosec",
        "# see noqa",
        "# relint ignores this",
    ],
)
def test_other_comments_silence_nothing(comment: str) -> None:
    assert "REL102" in codes(f"{CALL}  {comment}\n")


def test_codes_without_brackets_are_codes() -> None:
    assert codes(f"{CALL}  # relint: ignore REL102 for a reason\n") == []
    assert codes(f"{CALL}  # relint: ignore: REL102, REL101\n") == ["REL003"]
    assert codes(f"{CALL}  # relint: ignore REL101\n") == ["REL102", "REL003"]


def test_a_bracket_that_is_not_closed_does_not_silence_everything() -> None:
    assert codes(f"{CALL}  # relint: ignore[REL10\n") == ["REL102", "REL004"]


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("comment", ["# relint: ignore[REL102]", "# noqa: REL102"])
def test_the_first_and_last_line_of_a_statement(place: str, comment: str) -> None:
    comments = dict.fromkeys(("first", "middle", "last"), "#")
    assert codes(LONG_CALL.format(**comments)) == ["REL102"]
    assert codes(LONG_CALL.format(**comments | {place: comment})) == []


def test_a_nested_call_is_reached_from_its_statement_and_its_own_lines() -> None:
    text = f"x = [\n    1,\n    {CALL},{{0}}\n]{{1}}\n"
    comment = "  # relint: ignore[REL102]"
    assert codes(text.format("", "")) == ["REL102"]
    assert codes(text.format(comment, "")) == codes(text.format("", comment)) == []


def test_of_a_compound_statement_the_header_counts() -> None:
    text = f"with (\n    {CALL} as a,\n    b,\n):{{0}}\n    pass{{1}}\n"
    comment = "  # relint: ignore[REL102]"
    assert codes(text.format(comment, "")) == []
    assert codes(text.format("", comment)) == ["REL102", "REL003"]


def test_a_comment_on_its_own_line_reaches_the_next_logical_line() -> None:
    assert codes(f"# relint: ignore[REL102]\n\n# why\n{CALL}\n") == []
    assert codes(f"# relint: ignore[REL102]\n{LONG_CALL.format(first='', middle='', last='')}") == []
    assert codes(f"# relint: ignore[REL102]\n@d\n@e({CALL})\ndef f(): pass\n") == []
    assert codes(f"# relint: ignore[REL102]\nx = 1\n{CALL}\n") == ["REL003", "REL102"]
    assert codes(f"x = (\n    # relint: ignore[REL102]\n    {CALL}\n)\n") == []
    assert "REL102" in codes(f"# noqa: REL102\n{CALL}\n"), "flake8 and ruff read noqa on its own line alone"


def test_ranges() -> None:
    text = f"{CALL}\n# relint: disable[REL102]\n{CALL}\n# relint: enable[REL102]\n{CALL}\n"
    assert [d.start.line for d in found(text)] == [2, 6]
    assert codes(f"# relint: disable\n{CALL}\n{CALL}\n") == []
    assert codes(f"# relint: disable[REL101,REL102]\n{CALL}\nrequests.get(u)\n# relint: enable[REL101]\n{CALL}\n") == []
    assert codes(f"# relint: disable[REL102]\nx = 1\n# relint: enable[REL102]\n{CALL}\n") == ["REL003", "REL102"]


@pytest.mark.parametrize(
    "comment",
    [
        "# relint: file-ignore[REL102] why",
        "# relint: file-ignore",
        "# flake8: noqa",
        "# ruff: noqa: REL102",
        "# flake8: noqa: E501, REL1",
    ],
)
def test_the_whole_file(comment: str) -> None:
    assert codes(f"{CALL}\nx = 1\n{comment}\n{CALL}\n") == []


def test_nothing_in_a_string_counts() -> None:
    assert codes(f"x = '''\n# relint: file-ignore\n# relint: disable\n'''\n{CALL}; y = '# noqa'\n") == ["REL102"]
    assert codes("x = '# relint: ignore[REL102]'\ny = f'# relint: ignore[REL999]{x}'\n") == []


# REL003 and REL004


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # relint: ignore[REL102]\n", "x = 1\n"),
        ("x = 1  # relint: ignore[REL102] the peer is local\n", "x = 1\n"),
        ("x = 1  # relint: ignore[REL101, REL102] both\n", "x = 1\n"),
        ("x = 1  # relint: ignore[socket-without-timeout]\n", "x = 1\n"),
        ("x = 1  # noqa: REL102\n", "x = 1\n"),
        ("x = 1  # noqa: E501, REL102, W1\n", "x = 1  # noqa: E501,W1\n"),
        ("x = 1  # relint: ignore[REL102]  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # type: ignore  # relint: ignore[REL102] why\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: REL102  # relint: ignore[REL101]\n", "x = 1\n"),
        (f"{CALL}  # relint: ignore[REL101, REL102] why\n", f"{CALL}  # relint: ignore[REL102] why\n"),
        (f"{CALL}  # noqa: REL101, REL102\n", f"{CALL}  # noqa: REL102\n"),
        ("# relint: ignore[REL102]\nx = 1\n", "x = 1\n"),
        ("if x:\r\n    # relint: ignore[REL102] why\r\n    y = 1\r\n", "if x:\r\n    y = 1\r\n"),
        ("    # relint: file-ignore[REL102]", ""),
        ("# relint: disable[REL102]\nx = 1\n", "x = 1\n"),
        ("x = 1  # relint: ignore[REL102]", "x = 1"),
        ("x = 1  # relint: ignore[REL102]\r", "x = 1\r"),
    ],
)
def test_what_silences_nothing_is_removed(before: str, after: str) -> None:
    assert "REL003" in codes(before)
    assert fixed(before) == after
    assert "REL003" not in codes(after)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # noqa\n",
        "x = 1  # noqa: E501\n",
        "x = 1  # noqa: REL\n",
        "x = 1  # relint: ignore\n",
        "x = 1  # relint: ignore[REL201]\n",  # not switched on in this run
        "x = 1  # noqa: REL201\n",
        "# relint: enable[REL102]\n",
    ],
)
def test_what_cannot_be_judged_stays(text: str) -> None:
    assert codes(text) == []
    assert fixed(text) == text


def test_a_file_that_could_not_be_checked_tells_nothing_of_its_comments() -> None:
    assert codes(f"{CALL}  # relint: ignore[REL101]\ndef (:\n") == ["REL001"]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# relint: ignore[REL10]", "`REL10` is no rule of relint; did you mean"),
        ("# relint: ignore[socket-without-timout]", 'did you mean "socket-without-timeout"?'),
        ("# relint: disable[E501]", "`E501` is no rule of relint"),
        ("# noqa: REL999", "`REL999` is no rule of relint"),
    ],
)
def test_an_unknown_code(comment: str, message: str) -> None:
    (diagnostic,) = found(f"x = 1  {comment}\n")
    assert (diagnostic.code, diagnostic.fix) == ("REL004", None)
    assert message in diagnostic.message


def test_codes_of_others_in_noqa_are_theirs() -> None:
    assert codes("x = 1  # noqa: E501, ABC123, RELEASE1\n") == []

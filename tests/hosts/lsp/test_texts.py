"""Positions, and the difference between two texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from relint.check import check
from relint.config import SettingsFinder
from relint.hosts.lsp.changes import hunks, moved
from relint.hosts.lsp.documents import Encoding, Part, Snapshot, characters, joined, units
from relint.hosts.lsp.options import options
from relint.model import Position
from relint.source import decode

PIECES = ["a", "b", "\n", "\r\n", "\r", "\f", "\u2028", "é", "字", "\U0001f40d", "\t", " "]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
ENCODINGS = [Encoding.Utf8, Encoding.Utf16, Encoding.Utf32]
CODECS = {Encoding.Utf8: ("utf-8", 1), Encoding.Utf16: ("utf-16-le", 2), Encoding.Utf32: ("utf-32-le", 4)}


@settings(deadline=None)
@given(TEXTS, st.sampled_from(ENCODINGS))
def test_units_are_what_the_codec_says(text: str, encoding: Encoding) -> None:
    codec, width = CODECS[encoding]
    assert units(text, encoding) == len(text.encode(codec)) // width
    assert characters(text, units(text, encoding), encoding) == len(text)
    assert characters(text, 10**6, encoding) == len(text)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_places_and_offsets_are_each_others_inverse(text: str, encoding: Encoding, data: st.DataObject) -> None:
    snapshot = Snapshot("app.py", text, (Part("app", 1),))
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # no client has a cursor between the two
    place = snapshot.place(snapshot.lines.position(offset), encoding)
    assert snapshot.offset("app", place, encoding) == offset


def test_a_position_inside_of_a_character_is_before_it() -> None:
    snapshot = Snapshot("app.py", "a\U0001f40db", (Part("app", 1),))
    assert snapshot.offset("app", types.Position(0, 2), Encoding.Utf16) == 1
    assert snapshot.offset("app", types.Position(0, 4), Encoding.Utf8) == 1


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(ENCODINGS))
def test_cells_begin_where_their_text_begins(cells: list[str], encoding: Encoding) -> None:
    text, firsts = joined(cells)
    parts = tuple(Part(f"c{index}", 1, first) for index, first in enumerate(firsts))
    snapshot = Snapshot("n.ipynb", text, parts, notebook=True)
    for cell, part in zip(cells, parts, strict=True):
        start = snapshot.offset(part.uri, types.Position(0, 0), encoding)
        assert text[start : start + len(cell)] == cell
        end = snapshot.offset(part.uri, types.Position(10**6, 0), encoding)
        assert end <= start + len(cell)
        found, where = snapshot.range(Position(part.first + 1, 1), Position(parts[-1].first + 1, 1), encoding)
        assert found.uri == part.uri
        assert where.start == types.Position(0, 0)
        assert snapshot.offset(part.uri, where.end, encoding) <= start + len(cell)


@settings(deadline=None)
@given(TEXTS, TEXTS, st.booleans())
def test_hunks_turn_one_text_into_the_other(before: str, after: str, fine: bool) -> None:
    text = before
    for hunk in reversed(hunks(before, after, fine=fine)):
        text = text[: hunk.start] + hunk.text + text[hunk.end :]
    assert text == after


def test_hunks_are_small_and_leave_line_ends_whole() -> None:
    assert hunks("a\nb\nc\n", "a\nB\nc\n") == [(2, 3, "B")]
    assert hunks("a\r\nb\r\n", "a\r\n\r\nb\r\n") in ([(3, 3, "\r\n")], [(1, 1, "\r\n")])
    assert hunks("f(x)\n", "f(x, y=1)\n") == [(3, 3, ", y=1")]


CODE, CALL = "import smtplib\n", "smtplib.SMTP('a')\n"
RULES = SettingsFinder(isolated=True).for_folder(Path("/nowhere"))
FOUND = check(decode("app.py", (CODE + CALL).encode()), RULES)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["\n", "x = 1\n", "# '\U0001f40d'\n", "def f(\n"]), max_size=6).map("".join))
def test_findings_move_with_what_is_typed_around_them(typed: str) -> None:
    (after,) = moved(FOUND, CODE + CALL, CODE + typed + CALL + typed)
    assert after.start.line == 2 + typed.count("\n")
    assert after.fix is None
    assert list(moved(FOUND, CODE + CALL, CODE + typed + "smtplib.SMTP('b')\n")) == []


@pytest.mark.parametrize(
    ("given_settings", "field", "value"),
    [
        ({"debounce": 0}, "debounce", 0),
        ({"settings": {"trusted": True}}, "trusted", True),
        ({"relint": {"run": "onSave"}}, "run", "onSave"),
        (
            {"select": ["A"], "configuration": {"check-tests": True}},
            "overrides",
            {"select": ["A"], "check-tests": True},
        ),
        ({"configuration": "${workspaceFolder}/r.toml"}, "configuration", Path("/w/r.toml")),
        ({"extendSelect": ["X"]}, "overrides", {"extend-select": ["X"]}),
    ],
)
def test_settings_of_the_editor(given_settings: dict[str, Any], field: str, value: object) -> None:
    found, wrong = options(given_settings, Path("/w"))
    assert wrong == []
    assert getattr(found, field) == value


WRONG: list[object] = [[], 3, {"debounce": "x"}, {"debounce": True}, {"enable": 1}, {"run": "never"}, {"select": "A"}]


@pytest.mark.parametrize("wrong_settings", [*WRONG, {"typo": 1}, {"configuration": 3}])
def test_wrong_settings_are_said_and_left_out(wrong_settings: object) -> None:
    found, wrong = options(wrong_settings, Path("/w"))
    assert len(wrong) == 1
    assert found == options({}, Path("/w"))[0]

"""Characters of a literal and where they are spelled."""

from __future__ import annotations

import ast

import pytest

from relint.queries.spelling import decoded, spelled


@pytest.mark.parametrize(
    "interior",
    ["", "a b", r"\n\t\\", r"\x41\u0042\U00000043", r"\101\0", r"\N{BULLET}", "a\\\nb", r"\'\"", r"\d", "ä\u20ac"],
)
def test_decoded_as_python_does(interior: str) -> None:
    assert decoded(interior, raw=False) == ast.literal_eval(f"'''{interior}'''".replace(r"\d", r"\\d"))


def test_raw_and_braces() -> None:
    assert decoded(r"\n{{x}}", raw=True, braces=True) == r"\n{x}"
    assert decoded("a\r\nb", raw=False) == "a\nb"


def test_every_character_has_its_place() -> None:
    assert spelled(r"a\n{{", raw=False, braces=True) == [("a", 0, 1), ("\n", 1, 3), ("{", 3, 5)]

"""What the check of a text leaves for that of its next version."""

from __future__ import annotations

from unittest.mock import patch

from relint import earlier, examine
from relint.check import check
from relint.earlier import Earlier
from relint.settings import Settings
from relint.source import Source, decode

LONG = f"""'{"x" * 3000}'"""
"""What makes a function too long to be seen whole only because it is named."""
TEXT = f"""\
import requests


def session():
    {LONG}
    return requests.Session()


def close():
    {LONG}


def load(url):
    return session().get(url)
"""


def test_what_questions_needed_is_in_sight_the_next_time() -> None:
    known = Earlier()
    assert _parses(TEXT, known) > 1
    assert _parses(TEXT.replace("url", "u"), known) == 1
    assert _parses(TEXT, Earlier()) > 1


def test_it_is_found_out_anew_in_the_end() -> None:
    known = Earlier()
    with patch.object(earlier, "_FRESH", 3):
        assert [_parses(TEXT, known) > 1 for _ in range(7)] == [True, False, True, False, False, True, False]


def test_what_is_gone_is_not_looked_for() -> None:
    known = Earlier()
    _parses(TEXT, known)
    without = TEXT.replace("def session", "def other")
    assert check(_source(without), SETTINGS, earlier=known) == check(_source(without), SETTINGS)


SETTINGS = Settings(select=("REL101",))


def _parses(text: str, known: Earlier) -> int:
    """How often a check of the text parses it."""
    with patch.object(examine, "_parse", wraps=examine._parse) as parse:
        found = check(_source(text), SETTINGS, earlier=known)
    assert [each.code for each in found] == ["REL101"]
    return parse.call_count


def _source(text: str) -> Source:
    return decode("app.py", text.encode())

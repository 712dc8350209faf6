"""What differs between Python and SQL for who reads comments: how they begin, and where they and strings stand."""

from __future__ import annotations

import re
from typing import Callable, Iterator, NamedTuple

from relint import scan
from relint.sql_files import is_sql

_STRINGS = re.compile(rf"#[^\r\n]*|(?P<string>{scan.STRING})", re.DOTALL)


class Language(NamedTuple):
    """`marker` begins a comment; `comments` gives (offset, text) of each, `strings` (start, end) of literals."""

    marker: str
    comments: Callable[[str], Iterator[tuple[int, str]]]
    strings: Callable[[str], Iterator[tuple[int, int]]]


def language_of(path: str) -> Language:
    """The language of a file, by its name: SQL for `.sql`, else Python."""
    return SQL if is_sql(path) else PYTHON


def _strings_of_python(text: str) -> Iterator[tuple[int, int]]:
    for found in _STRINGS.finditer(text):
        if found["string"] is not None:
            yield found.start(), found.end()


def _comments_of_sql(text: str) -> Iterator[tuple[int, str]]:
    from relint import sql_text  # for few files

    return sql_text.comments(text)


def _strings_of_sql(text: str) -> Iterator[tuple[int, int]]:
    from relint import sql_text

    for kind, start, end in sql_text.tokens(text):
        if kind == "string":
            yield start, end


PYTHON = Language("#", scan.comments, _strings_of_python)
SQL = Language("--", _comments_of_sql, _strings_of_sql)

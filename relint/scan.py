"""Python text without parsing it: where its comments, strings and brackets stand. For any text, in linear time."""

from __future__ import annotations

import re
from typing import Iterator

# A string that is not closed ends with its line, or with the text: these patterns never fail once they began, so that
# no text makes them search again and again.
_ESCAPED = r"\\(?:\r\n|.|\Z)"


def _long(quote: str) -> str:
    return rf"{quote * 3}[^\\{quote}]*(?:(?:{_ESCAPED}|{quote}(?!{quote * 2}))[^\\{quote}]*)*(?:{quote * 3}|\Z)"


def _short(quote: str) -> str:
    return rf"{quote}[^\\\r\n{quote}]*(?:{_ESCAPED}[^\\\r\n{quote}]*)*{quote}?"


STRING = "|".join([_long("'"), _long('"'), _short("'"), _short('"')])
"""Regular expression of a string literal without its prefix."""

_QUOTES = ("'''", '"""', "'", '"')
_CODE = re.compile(
    rf"\b(?:[fFtT][rR]?|[rR][fFtT])(?P<fstring>'''|\"\"\"|'|\")|(?P<string>{STRING})|(?P<comment>#[^\r\n]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<joined>\\(?:\r\n|[\r\n]))|(?P<newline>[\r\n])|(?P<comma>[,;])"
    r"|(?P<colon>:=?)|(?P<lambda>\blambda\b)|(?P<case>\bcase\b(?=[ \t\f]*[^\s=.,:)\]]))"
    r"|(?P<step>\*\*|//|<<|>>|[<>=!]=|[.+\-*/%&|^~<>@=!]|\b(?:if|else|and|or|not|await|for|in|is)\b)",
    re.DOTALL,
)

_WITH_COMMENTS = re.compile(
    rf"\b(?:[fFtT][rR]?|[rR][fFtT])(?P<fstring>'''|\"\"\"|'|\")|{STRING}|(?P<comment>#[^\r\n]*)", re.DOTALL
)
"""As `_CODE`, for code around all f-strings, where brackets do not matter to find comments."""


def _literal(quote: str, brace: str) -> re.Pattern[str]:
    end = quote if len(quote) > 1 else rf"{quote}|[\r\n]"
    return re.compile(rf"{brace}|\\(?:\r\n|[^{{}}])|(?P<open>\{{)|(?P<end>{end})", re.DOTALL)


# What stands between the fields of an f-string, and in the format of a field.
_TEXT = {quote: _literal(quote, r"\{\{") for quote in _QUOTES}
_FORMAT = {quote: _literal(quote, r"(?P<close>\})") for quote in _QUOTES}

_TEXT_PATTERNS = frozenset(_TEXT.values())

Token = tuple[str, "re.Match[str]"]


def comments(text: str) -> Iterator[tuple[int, str]]:
    """(offset, comment with its `#`) of every comment, none from inside a string."""
    for kind, match in tokens(text, _WITH_COMMENTS):
        if kind == "comment":
            yield match.start(), match.group()


def tokens(text: str, outside: re.Pattern[str] = _CODE) -> Iterator[Token]:
    """What nests or ends something, with its kind: the name of a group in `_CODE`. Fields of f-strings are code.

    Of an f-string the kinds are "fstring", then "field" and "close" for each field. `outside` is what to look for
    around f-strings.
    """
    # What is open, innermost last: "(" a bracket, "{" the field of an f-string, or the pattern of literal text.
    around: list[str | re.Pattern[str]] = []
    quotes: list[str] = []
    at, pattern = 0, outside
    while match := pattern.search(text, at):
        at = match.end()
        kind = match.lastgroup
        if pattern is _CODE or pattern is outside:
            if kind == "open":
                around.append("(")
            elif kind == "close" and around:
                if around.pop() == "{":
                    pattern = _pattern(around, outside)
            elif kind == "colon" and around and around[-1] == "{":
                around.append(pattern := _FORMAT[quotes[-1]])
            elif kind == "fstring":
                quotes.append(match["fstring"])
                around.append(pattern := _TEXT[quotes[-1]])
        elif kind == "open":
            around.append("{")
            kind, pattern = "field", _CODE
        elif kind == "close":  # of the field whose format this is
            del around[-2:]
            pattern = _pattern(around, outside)
        elif kind == "end":
            quotes.pop()
            while around.pop() not in _TEXT_PATTERNS:  # an unclosed format goes along
                pass
            pattern = _pattern(around, outside)
        if kind is not None and kind != "end":
            yield kind, match


def _pattern(around: list[str | re.Pattern[str]], outside: re.Pattern[str]) -> re.Pattern[str]:
    if not around:
        return outside
    return around[-1] if isinstance(around[-1], re.Pattern) else _CODE

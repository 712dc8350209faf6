"""How the characters of a string literal are spelled in the source."""

from __future__ import annotations

import re
import unicodedata

_TOKENS = re.compile(
    r"(?P<line>\\\r\n|\\\n|\\\r)|\\(?P<octal>[0-7]{1,3})|\\x(?P<hex>[0-9a-fA-F]{2})|\\u(?P<short>[0-9a-fA-F]{4})"
    r"|\\U(?P<long>[0-9a-fA-F]{8})|\\N\{(?P<name>[^}]+)\}|\\(?P<single>[abfnrtv\\'\"])|(?P<newline>\r\n|\r)|(?P<any>.)",
    re.DOTALL,
)
_BRACES = re.compile(r"\{\{|\}\}")
_SINGLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def spelled(source: str, *, raw: bool, braces: bool = False) -> list[tuple[str, int, int]]:
    """(character, start, end) for each character of the value of a literal's interior.

    `raw` for an `r` prefix; `braces` for an f-string, where `{{` is one character.
    """
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(source):
        if braces and (pair := _BRACES.match(source, at)):
            found.append((pair.group()[0], at, pair.end()))
            at = pair.end()
            continue
        token = _TOKENS.match(source, at)
        assert token is not None
        if raw and source[at] == "\\":
            found.append(("\\", at, at + 1))
            at += 1
            continue
        character = _character(token)
        if character:
            found.append((character, at, token.end()))
        at = token.end()
    return found


def decoded(source: str, *, raw: bool, braces: bool = False) -> str:
    """The value of a literal's interior."""
    if "\\" not in source and "\r" not in source and not (braces and ("{{" in source or "}}" in source)):
        return source
    return "".join(character for character, _, _ in spelled(source, raw=raw, braces=braces))


def _character(token: re.Match[str]) -> str:
    kind, text = token.lastgroup, token.group(token.lastgroup or 0)
    match kind:
        case "line":
            return ""
        case "newline":
            return "\n"
        case "octal":
            return chr(int(text, 8))
        case "hex" | "short" | "long":
            return chr(int(text, 16))
        case "name":
            try:
                return unicodedata.lookup(text)
            except KeyError:
                return "?"
        case "single":
            return _SINGLE.get(text, text)
    return text

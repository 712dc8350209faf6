"""SQL text without parsing it: comments, statements, and the parts of a statement. For any text, in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

# What is not closed ends with the text: these patterns never fail once they began.
_COMMENT = r"--[^\r\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|(?:(?<=[\r\n])|\A)#(?![>-])[^\r\n]*"
_STRING = r"(?<![\w$])[eE]'(?:[^'\\]|''|\\.)*(?:'|\Z)|'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|`[^`]*(?:`|\Z)"
_ESCAPED = r"'(?:[^'\\]|\\.)*(?:'|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z)|`[^`]*(?:`|\Z)"
_DOLLAR = r"(?<![\w$])\$(?P<tag>[A-Za-z_]\w*)?\$"
_PUNCTUATION = r"(?P<end>;)|(?P<comma>,)|(?P<open>\()|(?P<close>\))|(?P<delimiter>(?:(?<=[\r\n])|\A)delimiter[ \t]+\S+)"


def _tokens_pattern(string: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<comment>{_COMMENT})|(?P<string>{string})|(?P<dollar>{_DOLLAR})|{_PUNCTUATION}", re.DOTALL | re.IGNORECASE
    )


_TOKENS = _tokens_pattern(_STRING)
_TOKENS_OF_MYSQL = _tokens_pattern(_ESCAPED)
_GAP = re.compile(rf"(?:\s|{_COMMENT})*")
_COPIED = re.compile(r"copy\b[^;]*\bfrom\s+stdin\b", re.IGNORECASE)
_COPY_END = re.compile(r"^\\\.[^\r\n]*", re.MULTILINE)
_HAS_BODY = re.compile(
    r"create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:temp\w*\s+)?(?:trigger|procedure|function|event)\b",
    re.IGNORECASE,
)
_BLOCKS = re.compile(r"\b(?:(?P<begin>begin|case)|(?P<end>end)(?!\s+(?:if|loop|while|repeat)\b))\b", re.IGNORECASE)
_MYSQL = re.compile(r"`|\bauto_increment\b|\bengine\s*=\s*\w", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """Where something stands in a text: offsets."""

    start: int
    end: int


def comments(text: str) -> Iterator[tuple[int, str]]:
    """(offset, comment) of every comment, none from inside a string."""
    for kind, start, end in tokens(text):
        if kind == "comment":
            yield start, text[start:end]


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of comments, strings (dollar-quoted ones too), brackets, commas, ends and delimiters."""
    pattern = _TOKENS_OF_MYSQL if is_mysql(text) else _TOKENS
    at = 0
    while found := pattern.search(text, at):
        kind, end = str(found.lastgroup), found.end()
        if kind in ("dollar", "tag"):
            closing = text.find(found["dollar"], end)
            kind, end = "string", len(text) if closing < 0 else closing + len(found["dollar"])
        yield kind, found.start(), end
        at = end


def is_mysql(text: str) -> bool:
    """Whether only MySQL and its relatives write like this: backticks, AUTO_INCREMENT, ENGINE=."""
    return _MYSQL.search(text) is not None


def statements(text: str) -> Iterator[Span]:
    """Where each statement stands, without the comments before it and its semicolon.

    The body of a trigger or procedure belongs to its statement; the rows behind COPY FROM stdin, and what stands
    between two DELIMITER lines, are passed over.
    """
    at = scanned = skip_to = depth = 0
    foreign = False
    for kind, start, end in tokens(text):
        if start < skip_to:
            continue
        if kind == "delimiter":
            foreign = not text[start:end].endswith(";")
            at = scanned = end
        elif kind == "end" and not foreign:
            begin = _after_gap(text, at, start)
            if _HAS_BODY.match(text, begin, start):
                depth += _opened(text, max(begin, scanned), start)
                scanned = end
                if depth > 0:
                    continue
            depth = 0
            if begin < start:
                yield Span(begin, start)
            at = scanned = end
            if _COPIED.match(text, begin, start):
                closing = _COPY_END.search(text, end)
                at = scanned = skip_to = closing.end() if closing else len(text)
    begin = _after_gap(text, at, len(text))
    last = begin + len(text[begin:].rstrip())
    if begin < last and not foreign:
        yield Span(begin, last)


def split(text: str) -> Iterator[Span]:
    """The parts of a text between the commas that stand outside of brackets."""
    at = depth = 0
    for kind, start, end in tokens(text):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "comma" and depth == 0:
            yield Span(at, start)
            at = end
    yield Span(at, len(text))


def without_comments(text: str) -> str:
    """The text with blanks for its comments, as long as it was."""
    parts, at = [], 0
    for offset, comment in comments(text) if "--" in text or "/*" in text or "#" in text else ():
        parts += [text[at:offset], " " * len(comment)]
        at = offset + len(comment)
    return "".join([*parts, text[at:]])


def _after_gap(text: str, start: int, end: int) -> int:
    gap = _GAP.match(text, start, end)
    return gap.end() if gap else start


def _opened(text: str, start: int, end: int) -> int:
    """How many blocks a part of a routine's body opens and does not close."""
    return sum(1 if found["begin"] else -1 for found in _BLOCKS.finditer(text, start, end))

"""What can be told of Python text without parsing it: its comments, and a bound on how deep it nests."""

from __future__ import annotations

import re
from typing import Iterator

STRING = r"'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\r\n]|\\.)*'|\"(?:[^\"\\\r\n]|\\.)*\""
"""Regular expression of a string literal without its prefix."""
_COMMENT = re.compile(rf"{STRING}|(?P<comment>#[^\r\n]*)", re.DOTALL)
_NESTING = re.compile(
    rf"{STRING}|#[^\r\n]*|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<end>[,;:\r\n])"
    r"|(?P<step>[.+\-*/%&|^~<>=@!]|\b(?:if|else|elif|and|or|not|lambda|await|for|in|is)\b)",
    re.DOTALL,
)

MAX_DEPTH = 5_000
"""Deepest nesting that is parsed: libcst recurses on the C stack and needs about 25 KiB a level."""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """(offset, comment with its `#`) of every comment, none from inside a string."""
    for match in _COMMENT.finditer(text):
        if match.lastgroup == "comment":
            yield match.start(), match.group()


def too_deep(text: str) -> bool:
    """Whether an expression may nest beyond MAX_DEPTH. Errs to the safe side on odd text."""
    if sum(map(text.count, "([{.+-*/%&|^~<>=@!")) + text.count("not ") + text.count("el") < MAX_DEPTH:
        return False
    # One counter a bracket level: what is open there between two separators can nest at most that deep.
    steps = [0]
    depth = 0
    for match in _NESTING.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            steps[-1] += 1
            depth += 1
            steps.append(0)
        elif kind == "close":
            if len(steps) > 1:
                depth -= steps.pop()
        elif kind == "step":
            steps[-1] += 1
            depth += 1
        elif kind == "end" and not (match.group() in "\r\n" and len(steps) > 1):
            depth -= steps[-1]
            steps[-1] = 0
        if depth > MAX_DEPTH:
            return True
    return len(re.findall(r"^[ \t]*elif\b", text, re.MULTILINE)) > MAX_DEPTH // 2

"""Sources that are nearly right: a text with one to three random changes. The same seed gives the same text."""

from __future__ import annotations

import re
from random import Random
from typing import Callable

_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")
_ODD = (
    *("\N{PILE OF POO}", "é", "\x0c", "\t", "\\", "\N{LINE SEPARATOR}", "\ufeff"),
    *("'", '"""', "#", "{", "(", "]", ";", ":", "*", "**", ","),
)
_WORDS = (
    "await",
    "lambda:",
    "not",
    "yield",
    "async",
    "del",
    "None",
    "if x else",
    "for x in y",
    ":=",
    "self.",
    "global x",
)


def mutant(text: str, seed: int) -> str:
    """The text with a few changes chosen by the seed."""
    random = Random(seed)
    for _ in range(random.randint(1, 3)):
        text = random.choice(_MUTATIONS)(text, random)
    return text


def _delete_token(text: str, random: Random) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        del tokens[random.randrange(len(tokens))]
    return "".join(tokens)


def _duplicate_token(text: str, random: Random) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        at = random.randrange(len(tokens))
        tokens.insert(at, tokens[at])
    return "".join(tokens)


def _exchange_words(text: str, random: Random) -> str:
    """Two names or numbers of the file trade places, which mostly still parses."""
    words = [match.span() for match in re.finditer(r"\b\w+\b", text)]
    if len(words) < 2:
        return text
    (a, b), (c, d) = sorted(random.sample(words, 2))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _insert(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice((*_ODD, *_WORDS)) + text[at:]


def _lines(change: Callable[[list[str], int, Random], None]) -> Callable[[str, Random], str]:
    def mutate(text: str, random: Random) -> str:
        lines = text.splitlines(keepends=True)
        if lines:
            change(lines, random.randrange(len(lines)), random)
        return "".join(lines)

    return mutate


@_lines
def _delete_line(lines: list[str], at: int, _: Random) -> None:
    del lines[at]


@_lines
def _duplicate_line(lines: list[str], at: int, _: Random) -> None:
    lines.insert(at, lines[at])


@_lines
def _move_line(lines: list[str], at: int, random: Random) -> None:
    lines.insert(random.randrange(len(lines)), lines.pop(at))


@_lines
def _join_lines(lines: list[str], at: int, random: Random) -> None:
    lines[at] = lines[at].rstrip("\r\n") + random.choice(("", ";", " ", "  # relint: ignore[REL101]\n", "  # noqa\n"))


@_lines
def _indent_line(lines: list[str], at: int, random: Random) -> None:
    lines[at] = random.choice((" ", "    ", "\t")) + lines[at]


@_lines
def _dedent_line(lines: list[str], at: int, _: Random) -> None:
    lines[at] = lines[at].lstrip(" \t")


def _wrap(text: str, random: Random) -> str:
    """All of it one level deeper."""
    header = random.choice(
        ("if x:", "try:", "class A:", "def f(self):", "async def f():", "with x:", "while 1:", "for x in y:")
    )
    indent = random.choice(("    ", " ", "\t"))
    footer = "finally: pass\n" if header == "try:" else ""
    body = "".join(indent + line for line in text.splitlines(keepends=True))
    return f"{header}\n{body}" + ("" if body.endswith("\n") else "\n") + footer


def _change_line_ends(text: str, random: Random) -> str:
    return text.replace("\n", random.choice(("\r\n", "\r", "\n\x0c", "\n\n")))


def _cut(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    start = random.randint(0, len(lines))
    return "".join(lines[start : start + random.randint(1, 40)])


_MUTATIONS = (
    _delete_token,
    _duplicate_token,
    _exchange_words,
    _exchange_words,
    _exchange_words,
    _insert,
    _delete_line,
    _duplicate_line,
    _move_line,
    _join_lines,
    _indent_line,
    _dedent_line,
    _wrap,
    _wrap,
    _change_line_ends,
    _cut,
)

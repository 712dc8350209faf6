"""What text may an expression be? Folded strings with holes, through names, `+`, `+=`, `%`, `.format`, `join` and more.

`text_of(ctx, expr)` is the one question behind every rule that reads text which a program puts together (SQL first).
An answer is a tuple of texts; each text is a tuple of pieces (written in the file) and holes (only known at run time).
The answer is bounded: beyond MAX_TEXTS alternatives those with the most holes are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Iterable, TypeGuard

import libcst as cst

if TYPE_CHECKING:
    from relint.context import Context

MAX_TEXTS = 12
"""Alternatives kept of one expression."""
MAX_PARTS = 300
"""Pieces and holes in one text; a longer one is cut to an unknown."""


@dataclass(frozen=True, eq=False, repr=False)
class Piece:
    """Characters that stand in the file: `text` is `start:end` of the value of the literal `node`.

    `node` is a SimpleString, a FormattedStringText or an Integer, or else what names a text of another module; `root`
    is the whole expression it is part of.
    """

    text: str
    node: cst.CSTNode
    start: int
    end: int
    root: cst.BaseExpression


@dataclass(frozen=True, eq=False, repr=False)
class Hole:
    """A value that is known at run time only.

    `node` is the expression written at the hole, `value` the one it was followed to (`x`, and `int(y)` after
    `x = int(y)`). `spec` is how it is formatted (`%s` and `{}` are the empty spec; `:d`, `!r`).
    `root` is the whole expression that puts it into the text, `site` the part of it that stands for the hole: a
    FormattedStringExpression, a Piece (`%s`, `{}`), or the expression itself in a concatenation.
    """

    node: cst.BaseExpression
    value: cst.BaseExpression
    root: cst.BaseExpression
    site: cst.CSTNode | Piece
    spec: str = ""


Text = tuple[Piece | Hole, ...]
Texts = tuple[Text, ...]


def text_of(ctx: Context, expression: cst.BaseExpression) -> Texts:
    """The texts that `expression` may be, at least one; what is not known is a hole that is the expression itself."""
    from relint.queries.text_folding import Folder

    folder = ctx.memo("text folder", lambda: Folder(ctx))
    return folder.entry(expression)


def with_holes_as(text: Text, hole: Callable[[int, Hole], str]) -> str:
    """A text as one string, each hole written as `hole(number, it)` says."""
    numbers = iter(range(len(text)))
    return "".join(part.text if isinstance(part, Piece) else hole(next(numbers), part) for part in text)


def holes(text: Text) -> list[Hole]:
    """The holes of a text in order."""
    return [part for part in text if isinstance(part, Hole)]


def is_hole(text: Text) -> TypeGuard[tuple[Hole]]:
    """Whether nothing of it is known."""
    return len(text) == 1 and isinstance(text[0], Hole)


def is_text(text: Text) -> bool:
    """Whether any character of it is known."""
    return any(isinstance(part, Piece) and part.text for part in text)


def bounded(texts: Iterable[Text]) -> Texts:
    """The distinct texts, at most MAX_TEXTS: every hole once, then those with most holes, the longest; order kept."""
    distinct: dict[tuple[object, ...], Text] = {}
    for text in texts:
        if len(text) <= MAX_PARTS:
            distinct.setdefault(tuple(p.text if isinstance(p, Piece) else (p.node, p.value) for p in text), text)
    found = list(distinct.values())
    if len(found) > MAX_TEXTS:
        kept = set(map(id, _covering(sorted(found, key=lambda text: (-len(holes(text)), -len(text))))))
        found = [text for text in found if id(text) in kept]
    return tuple(found)


def _covering(texts: list[Text]) -> list[Text]:
    """The first MAX_TEXTS texts, those that bring a new hole before the others."""
    seen: set[int] = set()
    first: list[Text] = []
    rest: list[Text] = []
    for text in texts:
        sites = {id(hole.node) for hole in holes(text)}
        (rest if sites <= seen else first).append(text)
        seen |= sites
    return [*first, *rest][:MAX_TEXTS]


def joined(*alternatives: Texts) -> Texts:
    """Every way to put one of each alternatives behind another, bounded."""
    texts: Texts = ((),)
    for choices in alternatives:
        if len(choices) == 1:
            texts = tuple(text + choices[0] for text in texts)
        else:
            texts = bounded(text + choice for text in texts for choice in choices)
    return bounded(texts)

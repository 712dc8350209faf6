"""Which pieces of a module a check has to see, and the text with the others left out.

What is left out is replaced, character for character, by an empty `(   )`, so that every offset stays true. A piece is
seen from the start where a rule may have a finding in it, or where what is seen mentions its name. When a question
leads to a piece out of sight, `Unseen` is raised, and the file is examined again with that piece in sight: so the
findings are those of the whole text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Collection, Iterable, Iterator

from relint.funnel import Funnel, stands
from relint.outline import Outline, Piece, Syntax, outlined
from relint.remembered import remembered
from relint.shapes import Imported, Part

if TYPE_CHECKING:
    from relint.earlier import Earlier

_WORD = re.compile(r"[^\W\d]\w*")
_STORES = (
    r"\.{name}[ \t]*(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)"
    r"|^[ \t]*[\w.]*\.{name}[ \t]*:[ \t]+\S"
    r"|^[ \t]*[(\[]?[\w.,* \t]*\.{name}(?![\w.])[\w.,* \t]*[)\]]?[ \t]*=(?!=)"  # among the targets of an unpacking
    r"|^[ \t]*[\w.]*\.{name},?[ \t]*$"  # one on a line of its own
    r"|\bfor\b(?:(?!\bin\b)[^\n])*\.{name}\b|\bas[ \t]+[\w.]*\.{name}\b|\bdel\b[^\n]*\.{name}[ \t]*(?:[,)]|$)"
)
_SMALL = 2500
"""Characters: a function so short is seen whole where it is named."""
_WORTHWHILE = 0.8
"""Above this part of a text in sight, leaving out the rest saves nothing."""


class Unseen(BaseException):
    """A question needs pieces that were left out. No Exception: no rule may catch it."""

    def __init__(self, pieces: Iterable[Piece], *, whole: bool = True) -> None:
        """`whole` asks for bodies too; without it, the header of a function or class is enough."""
        super().__init__("a piece of the file was left out")
        self.pieces = frozenset(pieces)
        self.whole = whole


class Narrowed:
    """A module with some of its pieces out of sight."""

    def __init__(self, text: str, pieces: Outline) -> None:
        self.text = text
        self.pieces = pieces
        self.concerned: set[str] = set()
        """The codes of the rules that may find something in some part."""
        self._opened: set[Piece] = set()
        self._whole: set[Piece] = set()

    # -- what is in sight --------------------------------------------------------------------------------------------

    def is_whole(self, piece: Piece) -> bool:
        """Whether all of a piece is in sight."""
        return piece in self._whole

    def is_open(self, piece: Piece) -> bool:
        """Whether a piece, or its header, is in sight."""
        return piece in self._whole or piece in self._opened

    def show(self, piece: Piece, *, whole: bool = True) -> None:
        """Bring a piece into sight, with the headers of the classes around it."""
        if whole or piece.kind in ("assignment", "text") or piece.body is None or _is_small(piece):
            self._whole.update(piece)
        else:
            self._opened.add(piece)
        owner = piece.owner
        while owner is not None:
            self._opened.add(owner)
            owner = owner.owner

    def answer(self, requests: Iterable[Unseen]) -> None:
        """Bring into sight what questions need, and what that mentions."""
        for request in requests:
            for piece in request.pieces:
                self.show(piece, whole=request.whole)
        _show_mentioned(self)

    # -- what is out of sight ----------------------------------------------------------------------------------------

    def binding(self, owner: Piece | None) -> dict[str, list[Piece]]:
        """Name -> the pieces out of sight that give it a meaning in the module, or in a class body."""
        found: dict[str, list[Piece]] = {}
        for piece in self.pieces if owner is None else owner.members:
            if not self.is_open(piece):
                for name in piece.binds:
                    found.setdefault(name, []).append(piece)
        if owner is None:
            for piece in self._leaves():
                for name in piece.globals:
                    found.setdefault(name, []).append(piece)
        return found

    def storing(self, cls: Piece, attribute: str) -> list[Piece]:
        """The methods of a class, out of sight, that may set an attribute of `self`."""
        text, named, found = self.text, f".{attribute}", []
        stored = re.compile(_STORES.format(name=attribute), re.MULTILINE)
        for piece in (piece for member in cls.members for piece in member if not self.is_whole(piece)):
            at = text.find(named, piece.start, piece.end) if piece.kind == "function" else -1
            while at >= 0:  # each line is looked at that names it
                line = max(text.rfind("\n", 0, at) + 1, piece.start)
                end = text.find("\n", at, piece.end)
                end = piece.end if end < 0 else end
                if stored.search(text, line, end):
                    found.append(piece)
                    break
                at = text.find(named, end, piece.end)
        return found

    def mentioning(self, words: Collection[str] | None) -> list[Piece]:
        """The pieces out of sight that hold one of `words`; all of them when that is None."""
        hidden = list(self._leaves())
        if words is None:
            return hidden
        return [p for p in hidden if any(stands(word, self.text[p.start : p.end]) for word in words)]

    def _leaves(self) -> Iterator[Piece]:
        """The pieces out of sight: of a class in sight, those of its members."""
        todo = list(self.pieces)
        while todo:
            piece = todo.pop()
            if piece in self._whole:
                continue
            if piece.kind == "class" and piece.members:
                todo += piece.members
                if piece in self._opened:
                    continue
            yield piece

    # -- the text ----------------------------------------------------------------------------------------------------

    def render(self) -> str:
        """The text with what is out of sight left out, each character where it was."""
        parts: list[str] = []
        done = 0
        for start, end in sorted(self.gaps()):
            parts += [self.text[done:start], "(", " " * (end - start - 2), ")"]
            done = end
        return "".join([*parts, self.text[done:]])

    def gaps(self) -> Iterator[tuple[int, int]]:
        """From where to where the text is left out."""
        return self._gaps(self.pieces)

    def _gaps(self, pieces: list[Piece]) -> Iterator[tuple[int, int]]:
        start = end = following = -1
        for piece in pieces:
            if self.is_open(piece):
                if piece not in self._whole and piece.body is not None:
                    yield from self._gaps(piece.members) if piece.kind == "class" else [piece.body]
                continue
            if piece.index != following:
                if start >= 0:
                    yield start, end
                start = piece.start
            end, following = piece.end, piece.index + 1
        if start >= 0:
            yield start, end


def narrow(text: str, funnel: Funnel, imported: Imported = dict, earlier: Earlier | None = None) -> Narrowed | None:
    """The module with only what the rules of the funnel need in sight; None when this interpreter cannot parse it.

    `imported` says to which libraries lead the names that come from other modules of the project;
    `earlier` is what the check of an earlier version of the text has left.
    """
    found = outlined(text) if earlier is None else outlined(text, earlier.syntax.parse)
    if found is None:
        return None
    pieces, syntax = found
    narrowed = Narrowed(text, pieces)
    _show_triggers(narrowed, syntax, funnel, imported)
    if not narrowed.concerned:
        return narrowed
    if earlier is not None:
        earlier.show(narrowed)
    _show_mentioned(narrowed)
    seen = len(text) - sum(end - start for start, end in narrowed.gaps())
    if seen > _WORTHWHILE * len(text):
        for piece in pieces:
            narrowed.show(piece)
    return narrowed


def _show_triggers(narrowed: Narrowed, syntax: Syntax, funnel: Funnel, imported: Imported) -> None:
    """Bring the pieces into sight in which a rule may find something, and note which rules."""
    text = narrowed.text
    module = Part(syntax.module, text, imported=imported)
    for piece, roots in syntax.pieces.items():
        if piece is None:
            part = _outside(text, 0, len(text), narrowed.pieces)
        else:
            part = _frame(text, piece) if piece.members else text[piece.start : piece.end]
        near = funnel.near(part, Part(roots, part, module), narrowed.concerned)
        narrowed.concerned |= near
        if near and piece is not None:
            narrowed.show(piece, whole=not piece.members)


def _show_mentioned(narrowed: Narrowed) -> None:
    """Bring into sight what is mentioned there by name, and what is mentioned by that, and so on."""
    named: dict[str, list[Piece]] = {}
    stored: dict[str, list[Piece]] = {}
    for top in narrowed.pieces:
        for piece in top:
            for name in (*piece.binds, *piece.globals):
                named.setdefault(name, []).append(piece)
            for name in piece.stores:
                stored.setdefault(name, []).append(piece)
    words = set(_words(_outside(narrowed.text, 0, len(narrowed.text), narrowed.pieces)))
    todo = set(words)
    for top in narrowed.pieces:
        for piece in top:
            if narrowed.is_open(piece):
                todo |= _words(_in_sight(narrowed, piece))
    words |= todo
    while todo:
        name = todo.pop()
        wanted = [(piece, name in piece.globals) for piece in named.get(name, ())]
        wanted += [(piece, True) for piece in stored.get(name, ()) if _is_asked_for(narrowed, piece)]
        for piece, whole in wanted:
            if narrowed.is_whole(piece) or (narrowed.is_open(piece) and not whole):
                continue
            narrowed.show(piece, whole=whole)
            for seen in _with_owners(piece):
                new = _words(_in_sight(narrowed, seen)) - words
                words |= new
                todo |= new
        if not todo:  # classes that came into sight after a name that their methods store
            todo = {name for name in words & stored.keys() if any(_is_asked_for(narrowed, p) for p in stored[name])}


@remembered(1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _is_asked_for(narrowed: Narrowed, method: Piece) -> bool:
    """Whether a method out of sight belongs to a class in sight."""
    return method.owner is not None and narrowed.is_open(method.owner) and not narrowed.is_whole(method)


def _is_small(piece: Piece) -> bool:
    return piece.kind == "function" and piece.end - piece.start <= _SMALL


def _with_owners(piece: Piece) -> Iterator[Piece]:
    around: Piece | None = piece
    while around is not None:
        yield around
        around = around.owner


def _in_sight(narrowed: Narrowed, piece: Piece) -> str:
    """The text of an open piece without that of its members and of a body out of sight."""
    if piece.kind == "class" and piece.body is not None:
        return _frame(narrowed.text, piece)
    if narrowed.is_whole(piece) or piece.body is None:
        return narrowed.text[piece.start : piece.end]
    return narrowed.text[piece.start : piece.body[0]]


def _frame(text: str, piece: Piece) -> str:
    """The header of a class, and the statements of its body that are no pieces."""
    return _outside(text, piece.start, piece.end, piece.members)


def _outside(text: str, start: int, end: int, pieces: list[Piece]) -> str:
    parts = []
    for piece in pieces:
        parts.append(text[start : piece.start])
        start = piece.end
    return "\n".join([*parts, text[start:end]])

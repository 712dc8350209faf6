"""What the check of a text leaves for that of its next version, in an editor: what need not be found out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterable

from relint.reparsing import Reparser

if TYPE_CHECKING:
    from relint.grafting import Parts
    from relint.narrow import Narrowed, Unseen
    from relint.outline import Piece

_FRESH = 20
"""Checks after which it is found out anew what questions need: they may need less than before."""

_Path = tuple[frozenset[str], ...]


@dataclass(eq=False)
class Earlier:
    """What the last check of a text found out. It is never wrong, only out of date: a check may then take longer."""

    parts: Parts = field(default_factory=dict)
    """The functions that were parsed."""
    asked: dict[_Path, bool] = field(default_factory=dict)
    """The pieces that questions needed: by the names that they and the classes around them bind; whether all of one."""
    used: int = 0
    syntax: Reparser = field(default_factory=Reparser)

    def remember(self, requests: Iterable[Unseen]) -> None:
        """Questions could not be answered without these pieces."""
        for request in requests:
            for piece in request.pieces:
                path = _path(piece)
                self.asked[path] = self.asked.get(path, False) or request.whole

    def show(self, narrowed: Narrowed) -> None:
        """Bring into sight at once what questions needed before: each would cost another look at the file."""
        self.used += 1
        if self.used % _FRESH == 0:
            self.asked.clear()
        if self.asked:
            for piece in (each for top in narrowed.pieces for each in top):
                if (whole := self.asked.get(_path(piece))) is not None:
                    narrowed.show(piece, whole=whole)


def _path(piece: Piece) -> _Path:
    around = (piece.binds,)
    return around if piece.owner is None else (*_path(piece.owner), *around)

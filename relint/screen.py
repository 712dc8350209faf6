"""Guards a tree of which pieces were left out: a question that leads behind the screen raises `Unseen`."""

from __future__ import annotations

from typing import Any, Collection, Iterator, Mapping, NoReturn, TypeVar

import libcst as cst

from relint.narrow import Narrowed, Unseen
from relint.outline import Piece

_Value = TypeVar("_Value")
_BODIES: dict[type, Any] = {kind: vars(kind)["body"] for kind in (cst.IndentedBlock, cst.Module)}
"""The slots in which nodes hold their statements."""


class _Behind:
    """What a guarded body holds in place of its statements."""

    def __init__(self, pieces: Collection[Piece], whole: bool, statements: Any) -> None:
        self.pieces = pieces
        self.whole = whole
        self.statements = statements


def _guarded(kind: type) -> type:
    """The node type with a `body` that raises Unseen; of the same layout, so that nodes can change over to it."""
    body = property(lambda node: _ask(_BODIES[kind].__get__(node)))
    return type(f"_Guarded{kind.__name__}", (kind,), {"__slots__": (), "body": body})


def _ask(behind: _Behind) -> NoReturn:
    raise Unseen(behind.pieces, whole=behind.whole)


_GUARDED = {kind: _guarded(kind) for kind in _BODIES}


class Screen:
    """Which nodes of a narrowed tree hide something."""

    def __init__(self, module: cst.Module, narrowed: Narrowed) -> None:
        self._narrowed = narrowed
        self._piece_of: dict[cst.CSTNode, Piece | None] = {module: None}
        self._guards: list[tuple[cst.CSTNode, _Behind]] = []
        self.stubs: dict[cst.CSTNode, Piece] = {}
        """The functions of which only the header is in sight."""
        self._pair(module, narrowed.pieces)
        self.up()

    @property
    def guarded(self) -> list[cst.CSTNode]:
        """The nodes of which the body hides something."""
        return [node for node, _ in self._guards]

    def up(self) -> None:
        """Guard the bodies that hide something."""
        for node, behind in self._guards:
            kind = type(node)
            _BODIES[kind].__set__(node, behind)
            object.__setattr__(node, "__class__", _GUARDED[kind])

    def down(self) -> None:
        """Let libcst at all nodes again, as it must be to render them."""
        for node, behind in self._guards:
            kind = cst.Module if isinstance(node, cst.Module) else cst.IndentedBlock
            object.__setattr__(node, "__class__", kind)
            _BODIES[kind].__set__(node, behind.statements)

    def names(self, node: cst.CSTNode) -> Mapping[str, Collection[Piece]]:
        """Name -> the pieces out of sight that bind it in this module or class body."""
        return self._narrowed.binding(self._piece_of[node]) if node in self._piece_of else {}

    def look_into(self, node: cst.CSTNode) -> None:
        """Raises Unseen when the body of this function is out of sight."""
        if node in self.stubs:
            raise Unseen([self.stubs[node]])

    def look_for_stores(self, cls: cst.ClassDef, attribute: str) -> None:
        """Raises Unseen when a method out of sight may set this attribute of `self`."""
        piece = self._piece_of.get(cls)
        if piece is not None and (found := self._narrowed.storing(piece, attribute)):
            raise Unseen(found)

    def look_for(self, words: Collection[str] | None) -> None:
        """Raises Unseen when something out of sight holds one of `words`; None stands for all words."""
        if found := self._narrowed.mentioning(words):
            raise Unseen(found)

    def _pair(self, parent: Any, pieces: list[Piece]) -> None:
        """Find the node of each open function and class, and note what they and `parent` hide."""
        narrowed = self._narrowed
        definitions = (s for s in parent.body if isinstance(s, cst.FunctionDef | cst.ClassDef))
        for piece in pieces:
            if piece.kind in ("function", "class") and narrowed.is_open(piece):
                node = next(definitions)
                whole = narrowed.is_whole(piece)
                if piece.kind == "class":
                    if not whole:
                        self._piece_of[node] = piece
                    self._pair(node.body, piece.members)
                elif whole:
                    continue
                else:
                    self.stubs[node] = piece
                    self._guards.append((node.body, _Behind([piece], True, node.body.body)))
        if hidden := [piece for piece in pieces if not narrowed.is_open(piece)]:
            self._guards.append((parent, _Behind(hidden, False, parent.body)))


class Guarded(dict[str, _Value]):
    """The bindings of a scope some of which are out of sight."""

    def __init__(self, hidden: Mapping[str, Collection[Piece]]) -> None:
        super().__init__()
        self._hidden = hidden

    def get(self, name: str, default: Any = None) -> Any:
        """Raises Unseen for a name that something out of sight binds."""
        self._look_for(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> _Value:
        self._look_for(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._look_for(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._ask()
        return super().__iter__()

    def keys(self) -> Any:
        """Raises Unseen, as all that goes through the names."""
        self._ask()

    def values(self) -> Any:
        """Raises Unseen."""
        self._ask()

    def items(self) -> Any:
        """Raises Unseen."""
        self._ask()

    def in_sight(self) -> Iterator[tuple[str, _Value]]:
        """The names in sight with what binds them there."""
        return iter(super().items())

    def _look_for(self, name: object) -> None:
        if name in self._hidden:
            raise Unseen(self._hidden[name], whole=False)  # type: ignore[index]

    def _ask(self) -> NoReturn:
        raise Unseen([piece for pieces in self._hidden.values() for piece in pieces], whole=False)

"""A parsed module and what one walk over it tells: parents, nodes by type, and (on demand) where each node stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Collection, Iterable, Iterator, Sequence, TypeVar, overload

import libcst as cst

from relint.grafting import Grafted
from relint.lines import Lines
from relint.model import Position
from relint.nodes import children
from relint.order import Order
from relint.outline import first_indent
from relint.places import Places
from relint.screen import Screen

if TYPE_CHECKING:
    from relint.narrow import Narrowed

_Node = TypeVar("_Node", bound=cst.CSTNode)


class Tree:
    """One parsed file. `parents` and `nodes` leave out white space and names that are no references."""

    def __init__(
        self, module: cst.Module, text: str, narrowed: Narrowed | None = None, grafted: Grafted | None = None
    ) -> None:
        """`narrowed` says which pieces of `text` were left out of what was parsed; offsets are those of `text`.
        `grafted` says how `module` was put together."""
        self.module = module
        self.text = text
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.nodes: dict[type, list[cst.CSTNode]] = {}
        self.lines = Lines(text)
        in_order = self._index()
        self.top: Sequence[cst.BaseStatement | cst.SimpleStatementLine] = module.body
        """The statements of the module; those left out have a stand-in there. Imports and a docstring never are."""
        self.screen = Screen(module, narrowed) if narrowed is not None else None
        parsed = text if narrowed is None else narrowed.render()
        self._places = Places(module, parsed, self.parents, grafted, self.screen)
        self._order = Order(in_order, self.nodes, self.screen.guarded if self.screen is not None else ())

    @property
    def faithful(self) -> bool:
        """Whether libcst gives back, character by character, all text that was looked for: only then may offsets be
        edited."""
        return self._places.faithful

    def _index(self) -> list[cst.CSTNode]:
        parents, nodes = self.parents, self.nodes
        in_order: list[cst.CSTNode] = []
        stack: list[cst.CSTNode] = [self.module]
        while stack:
            node = stack.pop()
            in_order.append(node)
            kind = type(node)
            known = nodes.get(kind)
            if known is None:
                nodes[kind] = [node]
            else:
                known.append(node)
            below = children(node)
            for child in below:
                parents[child] = node
            below.reverse()
            stack.extend(below)
        return in_order

    def walk(
        self, root: cst.CSTNode, types: tuple[type[_Node], ...], *, stop: tuple[type[cst.CSTNode], ...] = ()
    ) -> Iterator[_Node]:
        """The nodes of `types` at or under `root`, in source order, without entering nodes of the types in `stop`.

        `root` itself is always entered.
        """
        return self._order.walk(root, types, stop)  # type: ignore[return-value]

    @overload
    def of(self, kind: type[_Node], /) -> Iterable[_Node]: ...

    @overload
    def of(self, *kinds: type[cst.CSTNode]) -> Iterable[Any]: ...

    def of(self, *kinds: type[cst.CSTNode]) -> Iterable[Any]:
        """All nodes of exactly these types, in source order within a type."""
        for kind in kinds:
            yield from self.nodes.get(kind, ())

    @overload
    def every(self, kind: type[_Node], /, *, words: Collection[str] | None = None) -> Iterable[_Node]: ...

    @overload
    def every(self, *kinds: type[cst.CSTNode], words: Collection[str] | None = None) -> Iterable[Any]: ...

    def every(self, *kinds: type[cst.CSTNode], words: Collection[str] | None = None) -> Iterable[Any]:
        """All nodes of exactly these types in the file, for a question whose answer may stand anywhere in it.

        `words`: only the nodes that stand near one of these identifiers matter. (`of` leaves out the functions in
        which no rule can have a finding.)
        """
        if self.screen is not None:
            self.screen.look_for(words)
        return self.of(*kinds)

    def look_for(self, *words: str) -> None:
        """As `every`, for nodes that were collected by `of` before."""
        self.every(words=words)

    def seen(self, *kinds: type[cst.CSTNode]) -> Iterable[Any]:
        """As `of`, without the functions of which only the header is in sight."""
        hidden = self.screen.stubs if self.screen is not None else ()
        return (node for node in self.of(*kinds) if node not in hidden) if hidden else self.of(*kinds)

    @property
    def default_indent(self) -> str:
        """The white space of the file's first indented block; four blanks where there is none."""
        return self.module.default_indent if self.screen is None else first_indent(self.text)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node in the text, without the white space and comments around it."""
        return self._places.span(node)

    def source(self, node: cst.CSTNode) -> str:
        """The text of a node."""
        if node not in self._places and (plain := _plain_text(node)) is not None:
            return plain
        start, end = self.span(node)
        return self.text[start:end]

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        return self.lines.position(offset)


def _plain_text(node: cst.CSTNode) -> str | None:
    """The text of `a.b.c` without rendering the whole module; None for anything that is written in another way."""
    kind = type(node)
    if kind is cst.Name:
        return node.value  # type: ignore[attr-defined,no-any-return]
    if kind is cst.Attribute:
        value: cst.BaseExpression = node.value  # type: ignore[attr-defined]
        dot: cst.Dot = node.dot  # type: ignore[attr-defined]
        if value.lpar or not (_is_empty(dot.whitespace_before) and _is_empty(dot.whitespace_after)):
            return None
        before = _plain_text(value)
        return None if before is None else f"{before}.{node.attr.value}"  # type: ignore[attr-defined]
    return None


def _is_empty(space: cst.BaseParenthesizableWhitespace) -> bool:
    return isinstance(space, cst.SimpleWhitespace) and not space.value

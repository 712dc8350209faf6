"""A parsed module and what one walk over it tells: parents, nodes by type, and (on demand) where each node stands."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Collection, Iterable, Iterator, Sequence, TypeVar, overload

import libcst as cst
from libcst._nodes.internal import CodegenState

from relint.lines import Lines
from relint.model import Position
from relint.outline import first_indent
from relint.screen import Screen

if TYPE_CHECKING:
    from relint.narrow import Narrowed

_Node = TypeVar("_Node", bound=cst.CSTNode)

# Names that are no references (an attribute, a keyword, what a definition is called) and all white space stay out.
_SKIPPED = frozenset(
    "attr keyword equal comma semicolon dot lpar rpar lbracket rbracket lbrace rbrace header footer leading_lines "
    "lines_after_decorators trailing_whitespace leading_whitespace operator colon first_colon second_colon "
    "posonly_ind asynchronous separator trailing_comma relative indent newline comment empty_lines "
    "first_line last_line conversion".split()
)
_SKIPPED_OF: dict[str, frozenset[str]] = {
    "ImportAlias": frozenset({"name", "asname"}),
    "ImportFrom": frozenset({"module"}),
    "LazyImportFrom": frozenset({"module"}),
    "Param": frozenset({"name"}),
    "FunctionDef": frozenset({"name"}),
    "ClassDef": frozenset({"name"}),
    "NameItem": frozenset({"name"}),
    "MatchKeywordElement": frozenset({"key"}),
    "TypeVar": frozenset({"name"}),
    "TypeVarTuple": frozenset({"name"}),
    "ParamSpec": frozenset({"name"}),
}
_LINE_START_WITH_FORM_FEED = re.compile(r"(?:(?<=[\r\n])|\A)[ \t\f]*\f")
_FIRST = ("decorators", "type_parameters", "bases", "keywords")
_fields_of: dict[type, tuple[str, ...]] = {}


def fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a node type that hold children worth walking, in source order."""
    fields = _fields_of.get(kind)
    if fields is None:
        skipped = _SKIPPED_OF.get(kind.__name__, frozenset())
        names = [
            field.name
            for field in dataclasses.fields(kind)
            if field.name not in _SKIPPED and field.name not in skipped and not field.name.startswith("whitespace")
        ]
        if kind in (cst.FunctionDef, cst.ClassDef):
            names.sort(key=lambda name: name not in _FIRST)
        fields = _fields_of[kind] = tuple(names)
    return fields


class Kinds(dict[type, bool]):
    """Whether a type is one of some types: what `isinstance` says, which is slow on libcst's abstract classes."""

    def __init__(self, types: tuple[type, ...]) -> None:
        super().__init__()
        self._types = types

    def __missing__(self, kind: type) -> bool:
        answer = self[kind] = issubclass(kind, self._types)
        return answer


@lru_cache(maxsize=1024)
def kinds(types: tuple[type, ...]) -> Kinds:
    """`kinds((A, B))[type(x)]` is `isinstance(x, (A, B))`."""
    return Kinds(types)


_NODES = Kinds((cst.CSTNode,))


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The walked children of a node, in source order."""
    found: list[cst.CSTNode] = []
    for name in fields_of(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            found.extend(value)
        elif _NODES[kind]:
            found.append(value)
    return found


def walk(
    root: cst.CSTNode, types: tuple[type[_Node], ...], *, stop: tuple[type[cst.CSTNode], ...] = ()
) -> Iterator[_Node]:
    """The nodes of `types` at or under `root`, in source order, without entering nodes of the types in `stop`.

    `root` itself is always entered.
    """
    wanted, closed = kinds(types), kinds(stop)
    stack = [root]
    while stack:
        node = stack.pop()
        kind = type(node)
        if wanted[kind]:
            yield node  # type: ignore[misc]
        if node is root or not closed[kind]:
            stack.extend(reversed(children(node)))


class Tree:
    """One parsed file. `parents` and `nodes` leave out white space and names that are no references."""

    def __init__(self, module: cst.Module, text: str, narrowed: Narrowed | None = None) -> None:
        """`narrowed` says which pieces of `text` were left out of what was parsed; offsets are those of `text`."""
        self.module = module
        self.text = text
        self._parsed = text if narrowed is None else narrowed.render()
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.nodes: dict[type, list[cst.CSTNode]] = {}
        self._spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self._located = False
        self.faithful = True
        """Whether libcst gives back, character by character, all text that was looked for: only then may offsets be
        edited."""
        self.lines = Lines(text)
        self._index()
        self.top: Sequence[cst.BaseStatement | cst.SimpleStatementLine] = module.body
        """The statements of the module; those left out have a stand-in there. Imports and a docstring never are."""
        self.screen = Screen(module, narrowed) if narrowed is not None else None

    def _index(self) -> None:
        parents, nodes = self.parents, self.nodes
        stack: list[cst.CSTNode] = [self.module]
        while stack:
            node = stack.pop()
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
        if node not in self._spans and not self._locate_around(node):
            self._locate()
        return self._spans[node]

    def source(self, node: cst.CSTNode) -> str:
        """The text of a node."""
        if node not in self._spans and (plain := _plain_text(node)) is not None:
            return plain
        start, end = self.span(node)
        return self.text[start:end]

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        return self.lines.position(offset)

    def _locate_around(self, node: cst.CSTNode) -> bool:
        """Find the places in the function or class around a node, where it is known where that stands."""
        if self.screen is None:
            return False
        around: list[cst.CSTNode] = [node]
        while (parent := self.parents.get(around[-1])) is not None:
            around.append(parent)
        at = next((at for at, each in enumerate(around) if each in self.screen.whole), None)
        if at is None:
            return False
        root, piece = around[at], self.screen.whole[around[at]]
        recorder = _Recorder(self.module.default_indent, self.module.default_newline)
        for block in reversed(around[at:]):
            if isinstance(block, cst.IndentedBlock):
                recorder.increase_indent(recorder.default_indent if block.indent is None else block.indent)
        root._codegen(recorder)
        decorators: Sequence[cst.Decorator] = root.decorators  # type: ignore[attr-defined]
        before = recorder.spans[decorators[0] if decorators else root][0]
        text = self.text[piece.start : piece.end]
        if "".join(recorder.tokens)[before : before + len(text)] != text or node not in recorder.spans:
            return False
        moved = piece.start - before
        self._spans.update({each: (start + moved, end + moved) for each, (start, end) in recorder.spans.items()})
        return True

    def _locate(self) -> None:
        if self._located:
            return
        self._located = True
        recorder = _Recorder(self.module.default_indent, self.module.default_newline)
        if self.screen is not None:
            self.screen.down()
        self.module._codegen(recorder)
        if self.screen is not None:
            self.screen.up()
        self._spans = recorder.spans
        rendered = "".join(recorder.tokens)
        if rendered != self._parsed:
            self._align(rendered, self._spans)

    def _align(self, rendered: str, spans: dict[cst.CSTNode, tuple[int, int]]) -> None:
        """Move the spans to where the text has them; where that cannot be told, the tree is not faithful."""
        dropped = _dropped(rendered, self._parsed)
        if dropped is None:
            self.faithful = False
            return
        for node, (start, end) in spans.items():
            after = bisect_right(dropped, start)
            spans[node] = (start + after, end + (bisect_left(dropped, end) if end > start else after))


def _dropped(rendered: str, text: str) -> list[int] | None:
    """Where in the rendered text each missing character of the text would stand; None when they differ otherwise.

    libcst loses a form feed before the first word of a line, the blanks before it, and a CR at the end of the text.
    """
    if text.endswith("\r") and not rendered.endswith("\r"):
        rendered += "\r"
    kept: list[str] = []
    dropped: list[int] = []
    done = at = 0
    for match in _LINE_START_WITH_FORM_FEED.finditer(text):
        kept.append(text[done : match.start()])
        at += match.start() - done
        if rendered.startswith(match[0], at):
            kept.append(match[0])
            at += len(match[0])
        else:
            dropped += [at] * len(match[0])
        done = match.end()
    kept.append(text[done:])
    return dropped if "".join(kept) == rendered else None


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


class _Recorder(CodegenState):
    """Renders the tree as libcst does and notes where each node begins and ends.

    libcst's own PositionProvider does the same at a third of the speed (it counts lines and builds objects a node).
    """

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.offset = 0
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self.begun: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.begun.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.begun.pop()
        if node not in self.spans:
            self.spans[node] = (start, self.offset)

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)


class _Syntactic:
    __slots__ = ("state", "node", "start_node", "end_node", "start")

    def __init__(
        self, state: _Recorder, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *_: object) -> None:
        spans = self.state.spans
        start = spans[self.start_node][0] if self.start_node is not None else self.start
        end = spans[self.end_node][1] if self.end_node is not None else self.state.offset
        spans[self.node] = (start, end)

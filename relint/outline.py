"""The pieces of a module that may be left out when it is parsed: functions, classes, assignments, loose texts.

`ast` finds them at ten times the speed of libcst. Whatever else stands at module or class level (imports, `if`, `try`,
calls) always stays.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field
from typing import Callable, Iterator, Literal, NamedTuple, Sequence

from relint.lines import line_starts
from relint.nesting import is_shallow
from relint.syntax import parse

_GLOBALS = re.compile(r"\bglobal[ \t]+([\w, \t]+)")
_STORED = re.compile(r"\.(\w+)[ \t]*(?::[^=\n]+)?(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)")
_USUAL_INDENT = "    "
_SHORT = 60
"""Characters: an assignment so short at module level always stays."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(eq=False)
class Piece:
    """One definition or statement of a module or class body that can be left out. Offsets are in characters."""

    kind: Literal["function", "class", "assignment", "text"]
    start: int
    end: int
    binds: frozenset[str] = frozenset()
    """The names that it gives a meaning in the body that holds it."""
    body: tuple[int, int] | None = None
    """From the first to the last statement of a function or class; None where it cannot be left out alone."""
    members: list[Piece] = field(default_factory=list)
    """The pieces of a class body."""
    owner: Piece | None = None
    """The class whose body holds it."""
    index: int = 0
    """Its place among all statements of that body."""
    globals: frozenset[str] = frozenset()
    """Names of the module that it may give a meaning."""
    stores: frozenset[str] = frozenset()
    """Attributes that it sets, most likely on `self`."""

    def __iter__(self) -> Iterator[Piece]:
        """This piece and the pieces in it."""
        yield self
        for member in self.members:
            yield from member


class Outline(list[Piece]):
    """The pieces of a module in source order."""

    shallow = False
    """Whether it certainly nests no deeper than may be parsed."""


Parse = Callable[[str], "ast.Module | None"]


class Syntax(NamedTuple):
    """The statements of a module, and what each piece consists of: a class, of what is in no piece of its body; None
    stands for what is in no piece at all."""

    module: list[ast.stmt]
    pieces: dict[Piece | None, list[ast.AST]]


def outline(text: str) -> Outline | None:
    """The pieces of a module; None when this interpreter cannot parse it."""
    found = outlined(text)
    return found[0] if found is not None else None


def outlined(text: str, parse: Parse = parse) -> tuple[Outline, Syntax] | None:
    """As `outline`, with what `ast` has made of it."""
    module = parse(text)
    if module is None:
        return None
    outliner = _Outliner(text)
    found = Outline(outliner.pieces(module.body, None))
    found.shallow = is_shallow(module, text, outliner.offset)
    return found, Syntax(module.body, outliner.syntax)


def first_indent(text: str) -> str:
    """The white space of the first indented block: libcst's `default_indent`. Four blanks where there is none."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.INDENT:
                return token.string
    except (tokenize.TokenError, SyntaxError):
        return _USUAL_INDENT
    return _USUAL_INDENT


class _Outliner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)
        self.syntax: dict[Piece | None, list[ast.AST]] = {}

    def pieces(self, body: Sequence[ast.stmt], owner: Piece | None) -> list[Piece]:
        found: list[Piece] = []
        rest = self.syntax.setdefault(owner, [])
        for index, statement in enumerate(body):
            piece = self._piece(statement)
            if piece is None or not _may_be_left_out(piece, first=owner is None and index == 0, top=owner is None):
                rest.append(statement)
                continue
            self.syntax.setdefault(piece, [statement])
            piece.owner, piece.index = owner, index
            found.append(piece)
        return found

    def _piece(self, statement: ast.stmt) -> Piece | None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._function(statement)
            case ast.ClassDef():
                return self._class(statement)
            case ast.Assign(targets=targets) if (names := _names(targets)) is not None:
                return Piece("assignment", *self._span(statement), names)
            case ast.AnnAssign(target=ast.Name(id=name)):
                return Piece("assignment", *self._span(statement), frozenset({name}))
            case ast.Expr(value=ast.Constant(value=str())):
                return Piece("text", *self._span(statement))
        return None

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Piece:
        start, end = self._span(node)
        text = self.text[start:end]
        named = (match[1] for match in _GLOBALS.finditer(text)) if "global" in text else ()
        return Piece(
            "function",
            start,
            end,
            frozenset({node.name}),
            self._body(node),
            globals=frozenset(name.strip() for names in named for name in names.split(",")),
            stores=frozenset(_STORED.findall(text)),
        )

    def _class(self, node: ast.ClassDef) -> Piece:
        piece = Piece("class", *self._span(node), frozenset({node.name}), self._body(node))
        if piece.body is not None:
            self.syntax[piece] = [*node.decorator_list, *node.bases, *node.keywords]
            piece.members = self.pieces(node.body, piece)
        return piece

    def _body(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[int, int] | None:
        first, last = node.body[0], node.body[-1]
        if isinstance(first, _DEFINITIONS) and first.decorator_list:
            return None  # libcst begins a definition after its decorators, which a stand-in cannot show
        start = self.offset(first.lineno, first.col_offset)
        end = self._end(last)
        line = self.starts[first.lineno - 1]
        on_its_own_line = not self.text[line:start].strip()
        return (start, end) if on_its_own_line and end - start >= 2 else None

    def _span(self, node: ast.stmt) -> tuple[int, int]:
        start = self.offset(node.lineno, node.col_offset)
        if isinstance(node, _DEFINITIONS) and node.decorator_list:
            first = node.decorator_list[0]
            start = self.text.rfind("@", 0, self.offset(first.lineno, first.col_offset))
        return start, self._end(node)

    def _end(self, node: ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def offset(self, line: int, column: int) -> int:
        """The character offset of ast's line and column, which counts UTF-8 bytes."""
        start = self.starts[line - 1]
        if self.text.isascii():
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return start + len(self.text[start:end].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


def _may_be_left_out(piece: Piece, *, first: bool, top: bool) -> bool:
    if piece.end - piece.start < 2:
        return False
    if first and piece.kind == "text":
        return False  # what is written at the top of a module goes after its docstring
    # A short assignment at the top is cheaper to parse than to ask for.
    return not (top and piece.kind == "assignment" and piece.end - piece.start <= _SHORT)


def _names(targets: Sequence[ast.expr]) -> frozenset[str] | None:
    """The names that targets bind; None when one is more than a name."""
    found: set[str] = set()
    for target in targets:
        match target:
            case ast.Name(id=name):
                found.add(name)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                inner = _names(elements)
                if inner is None:
                    return None
                found |= inner
            case ast.Starred(value=value):
                if (inner := _names([value])) is None:
                    return None
                found |= inner
            case _:
                return None
    return frozenset(found)

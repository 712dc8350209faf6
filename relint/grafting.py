"""The tree of a narrowed module, put together from functions that are parsed one by one, and each of them once.

A second look at a file, with more of it in sight, or at the next version of it in an editor, parses what is new.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Iterator, NamedTuple, Sequence

import libcst as cst

from relint.narrow import Narrowed
from relint.outline import Piece
from relint.parsing import parse


@dataclass(eq=False)
class Part:
    """A function that was parsed by itself."""

    node: cst.FunctionDef
    spans: dict[cst.CSTNode, tuple[int, int]] | None = None
    """Where its nodes stand in its text, once somebody has asked; empty where that cannot be told."""


Parts = dict[tuple[str, str, str, str, int], Part]
"""Functions by their text, what else their trees depend on, and how many equal ones stand before them."""

_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=([\r\n])|\Z)")
_Statements = Sequence[cst.BaseStatement]


class Misfit(Exception):
    """A module is not what its outline says: it must be parsed as it is."""


class Function(NamedTuple):
    """A function that is parsed by itself: its text with its last line end, and the white space before it."""

    start: int
    end: int
    text: str
    indent: str


class Placed(NamedTuple):
    """A part, and the function of this text that it is the tree of."""

    part: Part
    function: Function


@dataclass(eq=False)
class Grafted:
    """A module that was put together."""

    module: cst.Module
    stock: cst.Module
    """The module with a stand-in for each function; it shares the other nodes."""
    text: str
    """The text of the stock."""
    functions: dict[cst.CSTNode, Placed] = field(default_factory=dict)
    """Its functions that were parsed by themselves."""
    stand_ins: dict[cst.CSTNode, cst.CSTNode] = field(default_factory=dict)
    """The nodes of the stock for those that are others because something in them is."""
    parts: Parts = field(default_factory=dict)
    """Its functions, for the next time."""

    def filled(self, body: _Statements, parts: Iterator[Placed]) -> _Statements:
        """Statements of the stock with the functions in their places."""
        filled: list[cst.BaseStatement] = []
        changed = False
        for statement in body:
            match statement:
                case cst.SimpleStatementLine(body=[cst.Expr(value=cst.List(elements=[]))], leading_lines=above) if (
                    not statement.trailing_whitespace.comment
                ):
                    placed = next(parts, None)
                    if placed is None:
                        raise Misfit
                    function = placed.part.node.with_changes(leading_lines=above)
                    self.functions[function] = placed
                    filled.append(function)
                    changed = True
                case cst.ClassDef(body=cst.IndentedBlock() as block):
                    inner = self.filled(block.body, parts)
                    if inner is not block.body:
                        new_block = block.with_changes(body=inner)
                        new = statement.with_changes(body=new_block)
                        self.stand_ins[new_block], self.stand_ins[new] = block, statement
                        statement, changed = new, True
                    filled.append(statement)
                case _:
                    filled.append(statement)
        return filled if changed else body


def grafted(narrowed: Narrowed, known: Parts) -> Grafted:
    """The tree of what is in sight; functions that are `known` are not parsed again.

    Raises Misfit, or what libcst raises.
    """
    functions = list(_functions(narrowed, narrowed.pieces))
    text = _without(narrowed, functions)
    stock = parse(text, valid=True)
    keys = list(_keys(functions, stock))
    found = {key: known[key] for key in keys if key in known}
    missing = [(key, each) for key, each in zip(keys, functions, strict=True) if key not in found]
    new = _parsed([each for _, each in missing], stock)
    found.update((key, Part(node)) for (key, _), node in zip(missing, new, strict=True))
    parts = iter([Placed(found[key], each) for key, each in zip(keys, functions, strict=True)])
    whole = Grafted(stock, stock, text, parts=found)
    body = whole.filled(stock.body, parts)
    if next(parts, None) is not None:
        raise Misfit
    if body is not stock.body:
        whole.module = stock.with_changes(body=body)
        whole.stand_ins[whole.module] = stock
    return whole


def _keys(functions: list[Function], stock: cst.Module) -> Iterator[tuple[str, str, str, str, int]]:
    equal: Counter[tuple[str, str]] = Counter()  # a tree must not hold a node twice
    for each in functions:
        yield each.text, each.indent, stock.default_indent, stock.default_newline, equal[each.text, each.indent]
        equal[each.text, each.indent] += 1


def _functions(narrowed: Narrowed, pieces: list[Piece]) -> Iterator[Function]:
    """The functions in sight that have their lines for themselves, in source order."""
    text = narrowed.text
    for piece in pieces:
        if piece.kind == "class" and narrowed.is_open(piece):
            yield from _functions(narrowed, piece.members)
        elif piece.kind == "function" and narrowed.is_whole(piece):
            line = max(text.rfind("\n", 0, piece.start), text.rfind("\r", 0, piece.start)) + 1
            indent = text[line : piece.start]
            rest = _REST_OF_LINE.match(text, piece.end)
            if rest is not None and not indent.strip(" \t"):
                end = rest.end()
                newline = "\r\n" if text.startswith("\r\n", end) else rest[1] or "\n"
                yield Function(piece.start, end, text[piece.start : end] + newline, indent)


def _without(narrowed: Narrowed, functions: list[Function]) -> str:
    """The text in sight with an empty `[   ]` in place of each function."""
    parts: list[str] = []
    text, done = narrowed.text, 0
    gaps = [(start, end, "(", ")") for start, end in narrowed.gaps()]
    gaps += [(each.start, each.end, "[", "]") for each in functions]
    for start, end, left, right in sorted(gaps):
        parts += [text[done:start], left, " " * (end - start - 2), right]
        done = end
    return "".join([*parts, text[done:]])


def _parsed(functions: list[Function], stock: cst.Module) -> list[cst.FunctionDef]:
    """The trees of functions as they are in a module with the line ends and the indentation of `stock`."""
    if not functions:
        return []
    newline = stock.default_newline
    first = f"if 0:{newline}{stock.default_indent}0{newline}"
    texts = [f"if 0:{newline}{each.indent}{each.text}" if each.indent else each.text for each in functions]
    statements = parse("".join([first, *texts]), valid=True).body[1:]
    if len(statements) != len(functions):
        raise Misfit
    return [_inner(node) if each.indent else _function(node) for each, node in zip(functions, statements, strict=True)]


def _inner(node: cst.CSTNode) -> cst.FunctionDef:
    match node:
        case cst.If(body=cst.IndentedBlock(body=[function])):
            return _function(function)
    raise Misfit


def _function(node: cst.CSTNode) -> cst.FunctionDef:
    if not isinstance(node, cst.FunctionDef):
        raise Misfit
    return node

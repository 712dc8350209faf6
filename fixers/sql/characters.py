"""Where does each character of a text stand in the file?"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.queries.spelling import spelled
from relint.queries.sql import Site
from relint.queries.text import Hole, Piece


@dataclass(frozen=True)
class Char:
    """A character of the text, where it is spelled and in which literal; `literal` None for an operand.

    `own` says that it stands in the expression that is rewritten.
    """

    start: int
    end: int
    literal: cst.SimpleString | cst.FormattedString | None
    own: bool
    part: Piece | Hole


def characters(ctx: Context, site: Site) -> list[Char] | None:
    """Every character of the text with its place in the source; those of other expressions are not `own`."""
    chars: list[Char] = []
    root = site.root
    template = _template(ctx, root)
    for part in site.text:
        own = part.root is root or part.root is template
        if isinstance(part, Hole) and not isinstance(part.site, Piece):
            literal = ctx.parent(part.site) if isinstance(part.site, cst.FormattedStringExpression) else None
            assert literal is None or isinstance(literal, cst.FormattedString)
            chars.append(Char(*ctx.range(part.site), literal, own, part))
            continue
        piece = part.site if isinstance(part, Hole) else part
        assert isinstance(piece, Piece)
        spans = _spans(ctx, piece)
        if spans is None:
            return None
        found = _literal(ctx, piece)
        own = own and not (found is None and isinstance(piece.node, _NAMED))
        if isinstance(part, Hole) or len(spans) != len(part.text):
            chars.append(Char(spans[0][0], spans[-1][1], found, own, part))
        else:
            chars += [Char(start, end, found, own, part) for start, end in spans]
    return chars


_NAMED = (cst.Name, cst.Attribute, cst.Call, cst.BinaryOperation)
"""What stands for a text of another module, or for one that was filled before."""


def interior(ctx: Context, literal: cst.SimpleString | cst.FormattedString) -> tuple[int, int]:
    """Where the text of a literal begins and ends, between its quotes."""
    start, end = ctx.range(literal)
    return start + len(literal.prefix) + len(delimiter(literal)), end - len(delimiter(literal))


def delimiter(literal: cst.SimpleString | cst.FormattedString) -> str:
    """The quotes that a literal ends with."""
    return literal.quote if isinstance(literal, cst.SimpleString) else literal.end


def _literal(ctx: Context, piece: Piece) -> cst.SimpleString | cst.FormattedString | None:
    node = ctx.parent(piece.node) if isinstance(piece.node, cst.FormattedStringText) else piece.node
    return node if isinstance(node, cst.SimpleString | cst.FormattedString) else None


def _spans(ctx: Context, piece: Piece) -> list[tuple[int, int]] | None:
    """Where each character of a piece is spelled."""
    literal = _literal(ctx, piece)
    if literal is None:  # a number, or text of another module
        return [ctx.range(piece.node)] * len(piece.text)
    braces = isinstance(piece.node, cst.FormattedStringText)
    start, end = ctx.range(piece.node)
    if isinstance(literal, cst.SimpleString):
        start, end = start + len(literal.prefix) + len(literal.quote), end - len(literal.quote)
    raw = "r" in literal.prefix.lower()
    found = spelled(ctx.text[start:end], raw=raw, braces=braces)[piece.start : piece.end]
    return [(start + low, start + high) for _, low, high in found] or None


def _template(ctx: Context, root: cst.BaseExpression) -> cst.BaseExpression | None:
    """The literal that `NAME % values` or `NAME.format(values)` fills, when nothing else can be meant by the name.

    A public name of the module may be filled by other files too.
    """
    match root:
        case cst.BinaryOperation(left=cst.Name() as name, operator=cst.Modulo()):
            pass
        case cst.Call(func=cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="format"))):
            pass
        case _:
            return None
    found, literal = ctx.names.find(name), ctx.value_of(name)
    if found is None or not isinstance(literal, cst.SimpleString | cst.ConcatenatedString):
        return None
    scope, _ = found
    shared = scope is ctx.names.module and not name.value.startswith("_")
    local = isinstance(scope.node, cst.FunctionDef | cst.Module)
    return literal if local and not shared and len(ctx.names.uses(scope, name.value)) == 1 else None

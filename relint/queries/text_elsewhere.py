"""Texts that another module of the project writes out: `from app.queries import ORDERS_OF`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from relint.definitions import surface_of
from relint.elsewhere import Place, ask, defined_at
from relint.names import parameters
from relint.project import Project
from relint.queries.text import Piece, Texts, holes, text_of, with_holes_as

if TYPE_CHECKING:
    from relint.context import Context


def texts_elsewhere(ctx: Context, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
    """The texts of an imported constant, or of what an imported function without parameters returns.

    Their characters stand at `node`. None unless the other module writes out all of it.
    """
    place = _place(ctx, node)
    if place is None or not _may_be_text(ctx.project, place):
        return None
    written = ask(ctx, place, "texts", _written_out)
    return tuple((Piece(text, node, 0, len(text), root),) for text in written) if written else None


def _place(ctx: Context, node: cst.BaseExpression) -> Place | None:
    match node:
        case cst.Name() | cst.Attribute():
            dotted = ctx.names.dotted(node)
            return None if dotted is None else defined_at(ctx, dotted)
        case cst.Call(func=func, args=[]):
            place = _place(ctx, func)
            return place.called() if place is not None else None
    return None


def _may_be_text(project: Project, place: Place) -> bool:
    """Whether what defines it holds a string at all, so that little is parsed in vain."""
    name, _, attribute = place.text.removesuffix("()").partition(".")
    found = surface_of(project, place.path).definitions.get(name, ())
    kinds = {"class"} if attribute else {"def"} if place.text.endswith("()") else {"assign", "compound"}
    return bool(found) and all(each.kind in kinds and ('"' in each.text or "'" in each.text) for each in found)


def _written_out(ctx: Context, expression: cst.BaseExpression) -> tuple[str, ...] | None:
    if isinstance(expression, cst.Call):
        function = ctx.function_def(expression.func)
        if function is None or parameters(function):
            return None
    texts = text_of(ctx, expression)
    if any(map(holes, texts)):
        return None
    return tuple(with_holes_as(text, lambda _, __: "") for text in texts)

"""Texts that another module of the project writes out: `from app.queries import ORDERS_OF, orders_of`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from relint.definitions import surface_of
from relint.elsewhere import Place, ask, defined_at
from relint.names import parameters
from relint.project import Project
from relint.queries.text import Hole, Piece, Text, Texts, bounded, holes, joined, text_of, with_holes_as

if TYPE_CHECKING:
    from relint.context import Context
    from relint.queries.text_folding import Folder


def texts_elsewhere(folder: Folder, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
    """The texts of an imported constant, or of what an imported function makes of its arguments.

    Their characters stand at `node`. None unless the other module writes out all of it but the arguments.
    """
    place = _place(folder.ctx, node)
    has_arguments = isinstance(node, cst.Call) and bool(node.args)
    if place is None or (has_arguments and ("." in place.text or _QUOTES.search(place.text))):
        return None
    if not _may_be_text(folder.ctx.project, place, _RETURNS_TEXT if has_arguments else _TEXT):
        return None
    if not isinstance(node, cst.Call) or not has_arguments:
        written = ask(folder.ctx, place, "texts", _written_out)
        return tuple((Piece(text, node, 0, len(text), root),) for text in written) if written else None
    filled = ask(folder.ctx, place, "filled texts", _filled_in)
    return bounded(text for each in filled for text in _with_arguments(folder, each, node, root)) if filled else None


@dataclass(frozen=True)
class _Gap:
    """Where a function puts a parameter into its text."""

    name: str
    position: int
    spec: str


_Template = tuple[str | _Gap, ...]
_TEXT = re.compile(r"[\"']")
_RETURNS_TEXT = re.compile(
    r"\breturn\s*\(?\s*[rRfF]{0,2}[\"'](?:[^\n]{0,40}'(?:\{|%s)|[^\n]{0,300}?(?:[=<>]|\b(?:LIKE|IN|SELECT|WHERE|VALUES)\b))"
)
"""What returns a comparison, or puts quotes around something: other texts with arguments are names and messages."""
_QUOTES = re.compile(r"quot|escape|literal", re.IGNORECASE)


def _place(ctx: Context, node: cst.BaseExpression) -> Place | None:
    match node:
        case cst.Name() | cst.Attribute():
            dotted = ctx.names.dotted(node)
            return None if dotted is None else defined_at(ctx, dotted)
        case cst.Call(func=func):
            place = _place(ctx, func)
            return place.called() if place is not None else None
    return None


def _may_be_text(project: Project, place: Place, wanted: re.Pattern[str]) -> bool:
    """Whether what defines it holds a string at all, or returns one, so that little is parsed in vain."""
    name, _, attribute = place.text.removesuffix("()").partition(".")
    found = surface_of(project, place.path).definitions.get(name, ())
    kinds = {"class"} if attribute else {"def"} if place.text.endswith("()") else {"assign", "compound"}
    return bool(found) and all(each.kind in kinds and wanted.search(each.text) for each in found)


def _written_out(ctx: Context, expression: cst.BaseExpression) -> tuple[str, ...] | None:
    if isinstance(expression, cst.Call):
        function = ctx.function_def(expression.func)
        if function is None or parameters(function):
            return None
    texts = text_of(ctx, expression)
    if any(map(holes, texts)):
        return None
    return tuple(with_holes_as(text, lambda _, __: "") for text in texts)


# -- what a function makes of its arguments --------------------------------------------------------------------------


def _filled_in(ctx: Context, expression: cst.BaseExpression) -> tuple[_Template, ...] | None:
    """What a function returns, with the names of parameters where it puts them in; None where it puts in more."""
    function = ctx.function_def(expression.func) if isinstance(expression, cst.Call) else None
    if function is None or ctx.names.class_of_method(function) is not None:
        return None
    templates = [_template(ctx, function, text) for text in text_of(ctx, expression)]
    return tuple(t for t in templates if t is not None) if None not in templates else None


def _template(ctx: Context, function: cst.FunctionDef, text: Text) -> _Template | None:
    parts: list[str | _Gap] = []
    for part in text:
        gap = part.text if isinstance(part, Piece) else _gap(ctx, function, part)
        if gap is None:
            return None
        parts.append(gap)
    return tuple(parts)


def _gap(ctx: Context, function: cst.FunctionDef, hole: Hole) -> _Gap | None:
    found = ctx.names.find(hole.value) if isinstance(hole.value, cst.Name) else None
    if found is None or found[0].node is not function or [b.kind for b in found[1]] != ["parameter"]:
        return None
    names = [parameter.name.value for parameter in (*function.params.posonly_params, *function.params.params)]
    name = found[1][0].name
    return _Gap(name, names.index(name), hole.spec) if name in names else None


def _with_arguments(folder: Folder, template: _Template, call: cst.Call, root: cst.BaseExpression) -> Texts:
    """A template that the arguments of a call fill; none where one of them is not written in it."""
    parts: list[Texts] = []
    for part in template:
        if isinstance(part, str):
            parts.append(((Piece(part, call, 0, len(part), root),),))
            continue
        arg = folder.ctx.argument(call, part.name, part.position)
        if arg is None or arg.star:
            return ()
        parts.append(folder.inserted(arg.value, root, part.spec, arg.value))
    return joined(*parts)

"""Edits of calls and other expressions: the place that knows commas and parentheses."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.lines import line_end, line_start
from relint.model import Edit, Edits


def set_keyword(ctx: Context, call: cst.Call, name: str, value: str) -> Edits:
    """Give the argument `name=value`: replace the value it has, or append it in the layout of the call."""
    given = ctx.keyword(call, name)
    if given is not None:
        return (ctx.edit(given.value, value),)
    return append_argument(ctx, call, f"{name}={value}")


def append_argument(ctx: Context, call: cst.Call, *arguments: str) -> Edits:
    """Append arguments, keeping a trailing comma, comments, and one argument a line, below one another or below `(`."""
    closing = ctx.range(call)[1] - 1
    argument = ", ".join(arguments)
    if not call.args:
        return (Edit(closing, closing, argument),)
    last = call.args[-1]
    start, end = ctx.range(last)
    text = ctx.text
    if isinstance(last.value, cst.GeneratorExp) and len(call.args) == 1 and not last.value.lpar:
        # `f(x for x in xs)`: a generator that is not alone needs its own parentheses.
        return (Edit(start, start, "("), Edit(end, end, f"), {argument}"))
    comma = _comma_after(last, end, text)
    line = line_start(text, start)
    stands_alone = not text[line:start].strip() and "\n" in text[end:closing]
    if stands_alone:
        below = line_end(text, comma or end)
        added = "".join(f"\n{text[line:start]}{each}," for each in arguments)
        if comma:
            return (Edit(below, below, added),)
        if below == end:  # one edit: two at one place would lose their order
            return (Edit(end, end, f",{added}"),)
        return (Edit(end, end, ","), Edit(below, below, added))
    if comma is None and _stand_below_each_other(ctx, call):
        return (Edit(end, end, "".join(f",\n{text[line:start]}{each}" for each in arguments)),)
    if comma:
        rest = text[comma:closing]
        return (Edit(comma, comma, f" {argument}" + ("," if rest.strip() or "\n" in rest else "")),)
    return (Edit(end, end, f", {argument}"),)


def prepend_argument(ctx: Context, call: cst.Call, argument: str) -> Edits:
    """Insert an argument before all others, in the layout of the call."""
    if not call.args:
        return append_argument(ctx, call, argument)
    first = call.args[0]
    start, end = ctx.range(first)
    if isinstance(first.value, cst.GeneratorExp) and len(call.args) == 1 and not first.value.lpar:
        return (Edit(start, start, f"{argument}, ("), Edit(end, end, ")"))
    line = line_start(ctx.text, start)
    separator = "," + (f"\n{ctx.text[line:start]}" if not ctx.text[line:start].strip() else " ")
    return (Edit(start, start, f"{argument}{separator}"),)


def prepend_element(ctx: Context, element: cst.BaseDictElement | cst.BaseElement, text: str) -> Edits:
    """Insert an element of a dict, list, set or tuple before another one, in the layout of that."""
    start = ctx.range(element)[0]
    before = ctx.text[line_start(ctx.text, start) : start]
    return (Edit(start, start, f"{text}, " if before.strip() else f"{text},\n{before}"),)


def remove_argument(ctx: Context, call: cst.Call, arg: cst.Arg) -> Edits:
    """Remove one argument and the comma that belongs to it."""
    index = list(call.args).index(arg)
    start, end = ctx.range(arg)
    if index + 1 < len(call.args):
        return (Edit(start, ctx.range(call.args[index + 1])[0], ""),)
    if index:
        return (Edit(ctx.range(call.args[index - 1])[1], end, ""),)
    return (Edit(start, _comma_after(arg, end, ctx.text) or end, ""),)


def replace_node(ctx: Context, node: cst.CSTNode, text: str) -> Edits:
    """Replace the text of one node."""
    return (ctx.edit(node, text),)


def parenthesize(ctx: Context, node: cst.CSTNode) -> Edits:
    """Put parentheses around a node."""
    start, end = ctx.range(node)
    return (Edit(start, start, "("), Edit(end, end, ")"))


def parenthesized(ctx: Context, node: cst.BaseExpression) -> str:
    """The text of an expression, in parentheses when it is no atom, so that any operator may follow.

    Parentheses that are there already are no part of a node's own text.
    """
    text = ctx.source(node)
    atoms = (
        cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Integer | cst.Float | cst.SimpleString
        | cst.FormattedString | cst.List | cst.Dict | cst.Set | cst.ListComp | cst.DictComp | cst.SetComp
    )  # fmt: skip
    return text if isinstance(node, atoms) else f"({text})"


def _stand_below_each_other(ctx: Context, call: cst.Call) -> bool:
    """Whether each argument but the first begins a line, as in `f(a,` with `b)` below."""
    starts = [ctx.range(arg)[0] for arg in call.args[1:]]
    return bool(starts) and not any(ctx.text[line_start(ctx.text, start) : start].strip() for start in starts)


def _comma_after(arg: cst.Arg, end: int, text: str) -> int | None:
    """Offset behind the comma that follows an argument; None when there is none."""
    if not isinstance(arg.comma, cst.Comma):
        return None
    # Only white space and comments may stand between an argument and its comma.
    while text[end] != ",":
        end = line_end(text, end) if text[end] == "#" else end + 1
    return end + 1

"""Is what fills a hole without quotes one value that came in: a parameter, an item of a row, a field of an object?

What the function computes or has made by another may be a number, text that is quoted already, or a piece of SQL.
"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.names import Binding, is_none, last_name
from relint.queries.flow import nearest

MAX_DEPTH = 4
"""Names followed from one hole."""


def is_given(ctx: Context, value: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an expression holds what a caller, a row, a request or a document brought, and nothing made of it."""
    match value:
        case cst.Call(func=cst.Name(value="str"), args=[only]):
            return is_given(ctx, only.value, depth)
        case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
            return is_given(ctx, left, depth) and (is_given(ctx, right, depth) or is_none(right))
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="get" | "pop")), args=[_, *_]):
            return not _is_of_settings(ctx, owner, depth)
        case cst.Subscript(value=owner, slice=[cst.SubscriptElement(slice=cst.Index())]):
            return isinstance(owner, cst.Name | cst.Attribute | cst.Subscript) and not _is_of_settings(
                ctx, owner, depth
            )
        case cst.Attribute(value=owner):
            if ctx.names.self_class(owner) is None:
                return not _is_of_settings(ctx, owner, depth)
            return _all_given(ctx, ctx.definitions(value) or [], depth)
        case cst.Name():
            return _all_given(ctx, nearest(ctx, value, ctx.names.bindings(value)), depth)
    return False


def is_number_unless_given(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a value is a parameter that has a number as its default."""
    found = nearest(ctx, value, ctx.names.bindings(value)) if isinstance(value, cst.Name) else []
    return bool(found) and all(b.kind == "parameter" and _is_number_by_default(b) for b in found)


def _all_given(ctx: Context, found: list[Binding], depth: int) -> bool:
    stored = [b for b in found if b.kind != "assign" or b.value is None or not is_none(b.value)]
    return depth < MAX_DEPTH and bool(stored) and all(_gives(ctx, binding, depth + 1) for binding in stored)


def _gives(ctx: Context, binding: Binding, depth: int) -> bool:
    match binding.kind:
        case "parameter":
            return _takes_anything(binding)
        case "for" | "unpack":
            return _is_item_of_values(binding)
        case "assign":
            return binding.value is not None and is_given(ctx, binding.value, depth)
    return False


def _is_item_of_values(binding: Binding) -> bool:
    """Whether a loop or an assignment takes apart what came in, and not names, or what a function made."""
    match binding.node:
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return not _OF_NAMES.search(last_name(source))
        case cst.Assign(value=cst.Call(func=func)):
            return last_name(func) in _READ_ROWS
        case cst.Assign(value=source):
            return not _OF_NAMES.search(last_name(source))
    return False


def _takes_anything(parameter: Binding) -> bool:
    """Whether a parameter is declared as text, as anything, or not at all; a default that is a number says more."""
    if _is_number_by_default(parameter):
        return False
    return parameter.annotation is None or _names_text(parameter.annotation)


def _is_number_by_default(parameter: Binding) -> bool:
    return isinstance(parameter.value, cst.Integer | cst.Float | cst.UnaryOperation)


def _names_text(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name() | cst.Attribute():
            return last_name(annotation) in _TEXT
        case cst.SimpleString(evaluated_value=str() as text):
            return text.replace(" ", "").removesuffix("|None") in _TEXT
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            return any(_names_text(side) for side in (left, right))
        case cst.Subscript(value=outer, slice=items):
            inner = [item.slice.value for item in items if isinstance(item.slice, cst.Index)]
            return last_name(outer) in ("Optional", "Union", "Annotated") and any(map(_names_text, inner))
    return False


def _is_of_settings(ctx: Context, owner: cst.BaseExpression, depth: int) -> bool:
    """`self.config.limit`, `options["limit"]`, `Tables.ORDERS`, also where a local name stands for `self.config`."""
    node = owner
    while isinstance(node, cst.Attribute | cst.Subscript | cst.Call):
        if _SETTINGS.search(last_name(node)):
            return True
        node = node.func if isinstance(node, cst.Call) else node.value
    if not isinstance(node, cst.Name) or _SETTINGS.search(node.value) or node.value[:1].isupper():
        return True
    found = ctx.names.bindings(node)
    if any(b.kind in ("import", "function", "class") for b in found):
        return True
    made = [b.value for b in found if b.kind == "assign" and b.value is not None]
    return depth < MAX_DEPTH and any(
        isinstance(value, cst.Attribute | cst.Subscript | cst.Call) and _is_of_settings(ctx, value, depth + 1)
        for value in made
        if not isinstance(value, cst.Call)
    )


_READ_ROWS = frozenset({"fetchone", "first", "one", "popitem", "split", "partition", "rsplit"})
_OF_NAMES = re.compile(r"(?:^|_)(?:names?|cols?|columns?|fields|tables|keys)$")
_TEXT = frozenset({"str", "Any", "object", "AnyStr"})
_SETTINGS = re.compile(
    r"(?:^|_)(?:class|model|table|enum|constants?|consts?|config\w*|conf|cfg|settings?|options?|opts|module|mod|flags?|types?"
    r"|dialect|env|defaults?|meta|schema|params|parameters|hyper\w*)(?:$|_)",
    re.IGNORECASE,
)
"""What holds values that the program or its administrator chose."""

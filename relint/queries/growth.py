"""Does what a loop goes over show that data decides how long it is?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import SAME_LENGTH, VIEWS, is_bounded, levels, stops_at_a_number, word_list

DATA: frozenset[str] = frozenset(
    "article blob chunk collection comment contact customer date doc document email event evt file filename host "
    "image img invoice job line link message msg notification order page paper passage path payment photo post "
    "product prompt record row sample sentence sitemap song subscriber symbol text ticker ticket track transaction "
    "txn upload uri url user video webpage website".split()
)
"""What there is more of as time goes by."""
MANY: frozenset[str] = DATA - frozenset(
    "collection date file filename host image img path photo symbol ticker track video".split()
)
"""What there are hardly ever few of."""
_WHOLE = frozenset("corpus dataset inbox mailbox".split())
_OF_EACH = frozenset("data id ids keys list lists name names pks queue queues".split())
"""`user_ids` and `url_list` are as many as the users and URLs."""
_FETCHING = frozenset(
    "fetchall fetchmany glob iglob iterdir iter_rows itertuples listdir mappings readlines rglob scalars scan_iter "
    "scandir splitlines".split()
)
COMBINING: frozenset[str] = frozenset("cast chain filter from_iterable map partition product zip zip_longest".split())
"""Functions that give back as many items as one of their arguments, or more."""
OF_SETS: frozenset[str] = frozenset({"difference", "intersection", "symmetric_difference", "union"})
"""Methods of sets that give back some of the items."""


def grows(ctx: Context, items: cst.BaseExpression, words: frozenset[str] = DATA) -> bool:
    """Whether an expression shows that it holds as many items as there is data.

    It is called so (`urls`, `user_ids`, `list_files()`), was fetched (`fetchall`, `iterdir`), or made from such.
    `words` are those that say so.
    """
    return bool(ctx.settled(f"grows {hash(words)}", items, lambda: _grows(ctx, items, words)))


def repeats_with_data(ctx: Context, loop: cst.For | cst.CompFor, words: frozenset[str] = DATA) -> bool:
    """Whether a loop goes round as often as there is data: over what `grows`, or a `for url in x`."""
    match loop.target:
        case cst.Name(value="_"):
            return False
        case cst.Name(value=name) if name in words and not is_bounded(ctx, loop.iter):
            return True
    return grows(ctx, loop.iter, words)


def added_to(ctx: Context, name: cst.Name) -> Iterator[cst.For | cst.BaseExpression]:
    """What fills the collection that a function's own name holds: the loops that add to it, what it is extended by."""
    found = ctx.names.find(name)
    if found is None or not isinstance(found[0].node, cst.FunctionDef):
        return
    for use in ctx.names.uses(found[0], name.value):
        held: cst.CSTNode = use
        parent = ctx.parent(use)
        while isinstance(parent, cst.Subscript) and parent.value is held:  # `by_key[key] = x`, `by_key[key].append(x)`
            held, parent = parent, ctx.parent(parent)
        match parent:
            case cst.Attribute(value=owner, attr=cst.Name(value="append" | "add" | "setdefault")) if owner is held:
                adds = True
            case cst.AssignTarget():
                adds = True
            case cst.Attribute(value=owner, attr=cst.Name(value="extend" | "update")) if owner is held:
                adds = False
                match ctx.parent(parent):
                    case cst.Call(args=[cst.Arg(value=added)]):
                        yield added
            case _:
                adds = False
        if adds and (loop := ctx.enclosing(use, cst.For)) is not None and not stops_at_a_number(ctx, loop):
            yield loop


def _grows(ctx: Context, items: cst.BaseExpression, words: frozenset[str]) -> bool:
    if is_bounded(ctx, items):
        return False
    match items:
        case cst.Await(expression=inner):
            return grows(ctx, inner, words)
        case cst.GeneratorExp(for_in=loop) | cst.ListComp(for_in=loop) | cst.SetComp(for_in=loop):
            return any(repeats_with_data(ctx, level, words) for level in levels(loop))
        case cst.DictComp(for_in=loop):
            return any(repeats_with_data(ctx, level, words) for level in levels(loop))
        case cst.IfExp(body=left, orelse=right) | cst.BooleanOperation(left=left, right=right):
            return grows(ctx, left, words) or grows(ctx, right, words)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add() | cst.BitOr() | cst.Subtract()):
            return grows(ctx, left, words) or grows(ctx, right, words)
        case cst.List(elements=elements) | cst.Set(elements=elements) | cst.Tuple(elements=elements):
            return any(isinstance(e, cst.StarredElement) and grows(ctx, e.value, words) for e in elements)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return _is_data(str(ctx.literal(key)), words)
        case cst.Subscript(value=value):
            return grows(ctx, value, words)
        case cst.Call():
            return _call_grows(ctx, items, words)
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return _is_data(name, words) or _is_filled(ctx, items, words)
    return False


def _call_grows(ctx: Context, call: cst.Call, words: frozenset[str]) -> bool:
    arguments = [argument.value for argument in call.args]
    last = last_name(call.func)
    if last in SAME_LENGTH or last in COMBINING:
        return any(grows(ctx, argument, words) for argument in arguments)
    if last == "range":
        return any(grows(ctx, arg.value, words) for a in arguments for c in ctx.walk(a, cst.Call) for arg in c.args)
    if last in VIEWS and isinstance(call.func, cst.Attribute):
        return grows(ctx, call.func.value, words)
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in OF_SETS:
            return grows(ctx, owner, words)
        case cst.Attribute(value=cst.Call() | cst.Await(), attr=cst.Name(value="all")):
            return True  # `session.query(User).all()`
    return last in _FETCHING or _is_data(last, words)


def _is_filled(ctx: Context, name: cst.Name | cst.Attribute, words: frozenset[str]) -> bool:
    """Whether a name was given what grows, or a loop over what grows adds to it."""
    for binding in ctx.definitions(name) or []:
        if binding.kind == "assign" and binding.value is not None and grows(ctx, binding.value, words):
            return True
    if not isinstance(name, cst.Name):
        return False
    for added in added_to(ctx, name):
        if repeats_with_data(ctx, added, words) if isinstance(added, cst.For) else grows(ctx, added, words):
            return True
    return False


def _is_data(name: str, data: frozenset[str]) -> bool:
    """Whether a name is the plural of something in `data`: `new_urls`, `linksByPage`, `user_ids`, `url_list`."""
    words = word_list(re.split(r"_(?:by|for|from|in|of|per|to|with)_", name)[0])
    if not words:
        return False
    last = words[-1]
    if last in _OF_EACH:
        return len(words) > 1 and (words[-2] in data or words[-2].removesuffix("s") in data)
    return last in _WHOLE or (last.endswith("s") and last[:-1] in data)

"""What a collection holds, by what the file puts into it."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import Binding, last_name
from relint.queries.bounds import SAME_LENGTH

_ADDING = frozenset({"append", "appendleft", "add"})


def made_by(ctx: Context, expression: cst.BaseExpression) -> list[cst.Call]:
    """The calls that may have made an object: a name may hold it, or a loop may take it from what holds many.

    Empty when one of the values is no call, or out of sight.
    """
    return ctx.memo(("made by", expression), lambda: _made_by(ctx, expression))


def _made_by(ctx: Context, expression: cst.BaseExpression) -> list[cst.Call]:
    calls: list[cst.Call] = []
    seen: set[Binding] = set()
    todo = [expression]
    while todo:
        match todo.pop():
            case cst.Call() as call:
                calls.append(call)
            case cst.Name() | cst.Attribute() as name if found := ctx.definitions(name):
                for binding in found:
                    if binding not in seen:
                        seen.add(binding)
                        values = _values(ctx, binding)
                        if not values:
                            return []
                        todo += values
            case _:
                return []
    return calls


def _values(ctx: Context, binding: Binding) -> list[cst.BaseExpression]:
    match binding.node:
        case cst.For(target=cst.Name(), iter=items) | cst.CompFor(target=cst.Name(), iter=items):
            return list(put_into(ctx, items))
    return [binding.value] if binding.kind == "assign" and binding.value is not None else []


def put_into(ctx: Context, items: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What the file puts into a list, a set or the keys of a mapping; a name's own display and what is added later."""
    seen: set[cst.CSTNode] = set()
    todo = [items]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        match current:
            case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
                yield from (element.value for element in elements)
            case cst.ListComp(elt=element) | cst.SetComp(elt=element) | cst.GeneratorExp(elt=element):
                yield element
            case cst.DictComp(key=key):
                yield key
            case cst.Call(func=cst.Name(value=function), args=[cst.Arg(value=inner), *_]) if function in SAME_LENGTH:
                todo.append(inner)
            case cst.Name() | cst.Attribute():
                # A name for another collection is not followed: what is added there may be of another kind.
                values = ctx.bindings(current) or ()
                todo += [value for value in values if not isinstance(value, cst.Name | cst.Attribute)]
                yield from _added(ctx, current)


def _added(ctx: Context, collection: cst.Name | cst.Attribute) -> Iterator[cst.BaseExpression]:
    text = ctx.source(collection)
    for method in ctx.tree.every(cst.Attribute, words=(last_name(collection),)):
        if method.attr.value in _ADDING and ctx.source(method.value) == text:
            match ctx.parent(method):
                case cst.Call(args=[cst.Arg(value=added)]):
                    yield added

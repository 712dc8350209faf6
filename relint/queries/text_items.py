"""Texts of the items of collections: what `join` puts together, what a lookup gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Sequence

import libcst as cst

from relint.queries.text import MAX_TEXTS, Texts, bounded, holes, is_hole, is_text, joined

if TYPE_CHECKING:
    from relint.context import Context
    from relint.queries.text_folding import Folder


def joined_items(
    folder: Folder, separators: Texts, items: cst.BaseExpression, root: cst.BaseExpression
) -> Texts | None:
    """`separator.join(items)`; None when nothing is known of the items."""
    separator = separators[:1]
    elements = _items(folder, items, root)
    if elements is None or is_hole(separator[0]):
        return None
    parts: list[Texts] = []
    for element in elements:
        parts += [separator, element] if parts else [element]
    return joined(*parts)


def members(folder: Folder, container: cst.BaseExpression, key: cst.BaseExpression | None = None) -> Texts | None:
    """The texts of the values of a literal dict, tuple or list: what a lookup in it may give.

    With a literal `key` the one value that it leads to.
    """
    display: cst.CSTNode | None = container
    if isinstance(container, cst.Name | cst.Attribute):
        display = folder.ctx.value_of(container) or folder.class_constant(container)
    match display:
        case cst.Dict(elements=elements):
            if (chosen := _chosen(folder.ctx, display, key)) is not None:
                texts = folder.entry(chosen)
                return texts if all(map(is_text, texts)) else None
            values = [e.value for e in elements if isinstance(e, cst.DictElement)]
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            values = [e.value for e in elements]
        case cst.Call():
            return folder.item_returned(display, (int(key.value),)) if isinstance(key, cst.Integer) else None
        case _:
            return None
    found = [text for value in values for text in folder.entry(value)]
    if len(values) < len(display.elements) or not found:
        return None
    if all(len(holes(text)) == 0 for text in found):
        return tuple(found[:1]) if len(found) > MAX_TEXTS else bounded(found)
    return bounded(found) if all(map(is_text, found)) else None


def _chosen(ctx: Context, display: cst.Dict, key: cst.BaseExpression | None) -> cst.BaseExpression | None:
    wanted = ctx.literal(key)
    if not isinstance(wanted, str):
        return None
    for element in display.elements:
        if isinstance(element, cst.DictElement) and ctx.literal(element.key) == wanted:
            return element.value
    return None


def looked_up(folder: Folder, container: cst.BaseExpression, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
    """`container.get(key, default)`."""
    texts = members(folder, container, call.args[0].value if call.args else None)
    if texts is None or len(call.args) < 2:
        return texts
    return bounded((*texts, *folder.fold(call.args[1].value, root)))


def _items(folder: Folder, node: cst.BaseExpression, root: cst.BaseExpression) -> list[Texts] | None:
    """The texts of each item of an iterable, an item made by a loop standing for all of them."""
    match node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            return _elements(folder, elements, root)
        case cst.ListComp(elt=elt) | cst.GeneratorExp(elt=elt) | cst.SetComp(elt=elt):
            return [folder.fold(elt, root)]
        case cst.SimpleString():
            return [folder.fold(node, root)]  # `",".join("?" * n)`: its characters
        case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
            return _items(folder, left, root) or _items(folder, right, root)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            return _both(folder, left, right, root)
        case cst.IfExp(body=body, orelse=orelse):
            return _both(folder, body, orelse, root)
        case cst.Call(func=cst.Name(value="sorted" | "list" | "tuple" | "set" | "reversed"), args=[arg, *_]):
            return _items(folder, arg.value, root)
        case cst.Call(func=cst.Name(value="map"), args=[cst.Arg(value=cst.Lambda(body=body)), _]):
            return [folder.fold(body, root)]
        case cst.Call(func=cst.Name(value="map"), args=[cst.Arg(value=cst.Name() | cst.Attribute() as function), _]):
            made = folder.returned(function)
            return [made] if made is not None else None
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="repeat")), args=[arg, *_]):
            return [folder.fold(arg.value, root)]
        case cst.Name() | cst.Attribute():
            return _list_in_name(folder, node)
    return None


def _both(
    folder: Folder, left: cst.BaseExpression, right: cst.BaseExpression, root: cst.BaseExpression
) -> list[Texts] | None:
    first, second = _items(folder, left, root), _items(folder, right, root)
    return first + second if first is not None and second is not None else None


def _elements(folder: Folder, elements: Sequence[cst.BaseElement], root: cst.BaseExpression) -> list[Texts] | None:
    found: list[Texts] = []
    for element in elements:
        if not isinstance(element, cst.StarredElement):
            found.append(folder.fold(element.value, root))
        elif (inner := _items(folder, element.value, root)) is not None:
            found += inner
        else:
            found.append(folder.unknown(element.value, root))
    return found


def _list_in_name(folder: Folder, node: cst.Name | cst.Attribute) -> list[Texts] | None:
    """The items of a list that the file builds: its display, then what is appended, in source order."""
    key = node.value if isinstance(node, cst.Name) else folder.ctx.source(node)
    if node in folder.open_names:
        return None
    found = folder.ctx.definitions(node)
    if found and any(b.value is not None and _is_made_of(b.value, key) for b in found):
        found = [b for b in found if b.kind != "parameter"]  # `names = [f"'{n}'" for n in names]`
    if not found or any(b.kind not in ("assign", "augment") or b.value is None for b in found):
        return None
    folder.open_names.add(node)
    try:
        items: list[Texts] = []
        known = False
        for binding in found:
            assert binding.value is not None
            inner = _items(folder, binding.value, binding.value)
            if inner is None and not _makes_list(binding.value):
                items.append(folder.unknown(binding.value, binding.value))
                continue
            known = True
            items += inner or []
        added = list(_appended(folder, node, key))
        return items + added if known or added else None
    finally:
        folder.open_names.discard(node)


def _appended(folder: Folder, node: cst.Name | cst.Attribute, key: str) -> Iterator[Texts]:
    names = folder.ctx.names
    for call in _calls_that_add(folder.ctx, key):
        assert isinstance(call.func, cst.Attribute)
        owner, value = call.func.value, call.args[-1].value
        if isinstance(node, cst.Name):
            assert isinstance(owner, cst.Name)
            if names.bindings(owner) is not names.bindings(node):
                continue
        elif names.scope_of(owner).node is not names.scope_of(node).node:
            continue
        if call.func.attr.value == "extend":
            yield from _items(folder, value, value) or [folder.unknown(value, value)]
        else:
            yield folder.entry(value)


def _calls_that_add(ctx: Context, key: str) -> list[cst.Call]:
    """Every `key.append(x)`, `key.add(x)`, `key.insert(i, x)` and `key.extend(xs)` in the file, in source order."""

    def answer() -> dict[str, list[cst.Call]]:
        calls: dict[str, list[cst.Call]] = {}
        for call in ctx.tree.of(cst.Call):
            match call.func:
                case cst.Attribute(value=cst.Name() | cst.Attribute() as owner, attr=attr):
                    if attr.value in ("append", "add", "insert", "extend") and call.args:
                        calls.setdefault(ctx.source(owner), []).append(call)
        return calls

    if "." in key:  # an attribute, which other methods may add to
        ctx.tree.look_for(key.rpartition(".")[2])
    return ctx.memo("appending calls", answer).get(key, [])


def _is_made_of(value: cst.BaseExpression, name: str) -> bool:
    """Whether a comprehension makes new items of those that a name held."""
    if not isinstance(value, cst.ListComp | cst.SetComp):
        return False
    source = value.for_in.iter
    return isinstance(source, cst.Name) and source.value == name


def _makes_list(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value in ("list", "set")

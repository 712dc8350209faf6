"""Templates that are filled: `template % values`, `template.format(...)`, `template.replace("{name}", x)`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Callable, Iterator

import libcst as cst

from relint.queries.text import Hole, Piece, Text, Texts, bounded, is_text, joined

if TYPE_CHECKING:
    from relint.queries.text_folding import Folder


def modulo(folder: Folder, templates: Texts, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
    """`template % right`; None when no template is known."""
    known = [template for template in templates if is_text(template)]
    filled = (_filled_modulo(folder, template, right, root) for template in known)
    return bounded(text for texts in filled for text in texts) if known else None


def formatted(folder: Folder, templates: Texts, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
    """`template.format(...)`; None when no template is known that the call can fill."""
    known = [template for template in templates if is_text(template)]
    filled = (_filled_format(folder, template, call, root) for template in known)
    return bounded(text for texts in filled for text in texts) or None


def replaced(folder: Folder, templates: Texts, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
    """`template.replace("{table}", x)`: the literal is what is replaced; None when a template is not known."""
    wanted = folder.ctx.literal(call.args[0].value)
    if not isinstance(wanted, str) or not wanted or wanted in "'\"" or not all(map(is_text, templates)):
        return None  # what takes quotes away says nothing of the text, but is told from the call
    texts: list[Text] = []
    for template in templates:
        split: list[Texts] = []
        for part in template:
            if isinstance(part, Hole):
                split.append(((part,),))
                continue
            at = 0
            while (found := part.text.find(wanted, at)) >= 0:
                site = cut(part, found, found + len(wanted))
                split.append(((cut(part, at, found),),))
                split.append(folder.inserted(call.args[1].value, root, "", site))
                at = found + len(wanted)
            split.append(((cut(part, at, len(part.text)),),))
        texts += joined(*map(_without_empty, split))
    return bounded(texts)


def shortened(text: Text, slice_: cst.Slice) -> Text:
    """`text[:-2]`, where the end is known; any other cut is not followed."""
    match slice_.lower, slice_.upper, text:
        case None, cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer(value=count)), (
            *rest,
            Piece() as last,
        ):
            return (*rest, cut(last, 0, max(0, len(last.text) - int(count))))
    return text


def cut(piece: Piece, start: int, end: int) -> Piece:
    """A part of a piece."""
    return Piece(piece.text[start:end], piece.node, piece.start + start, piece.start + end, piece.root)


def _filled_modulo(folder: Folder, template: Text, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts:
    given = right
    if isinstance(right, cst.Name) and isinstance(bound := folder.ctx.value_of(right), cst.Tuple | cst.Dict):
        given = bound
    values = _tuple_values(given, right)
    parts: list[Texts] = []
    position = 0
    for part in _filled_before(template):
        if isinstance(part, Hole):
            parts.append(((part,),))
            continue
        at = 0
        for found in _MODULO.finditer(part.text):
            parts.append(((cut(part, at, found.start()),),))
            at = found.end()
            site = cut(part, found.start(), at)
            if found["type"] == "%":
                parts.append(((replace(site, text="%"),),))
                continue
            spec = "" if found["type"] == "s" and not found["how"] else f":{found['how']}{found['type']}"
            spec = f"!{found['type']}" if found["type"] in "ra" else spec
            value = _named(given, found["name"], right) if found["name"] is not None else values(position)
            position += found["name"] is None
            parts.append(folder.inserted(value, root, spec, site))
        parts.append(((cut(part, at, len(part.text)),),))
    return joined(*map(_without_empty, parts))


def _filled_format(folder: Folder, template: Text, call: cst.Call, root: cst.BaseExpression) -> Texts:
    """None of them where a field gets nothing: then this is not the template that the call fills."""
    parts: list[Texts] = []
    automatic = 0
    for part in _filled_before(template):
        if isinstance(part, Hole):
            parts.append(((part,),))
            continue
        for piece, field in _fields(part):
            parts.append(((piece,),))
            if field is None:
                continue
            name, spec, site = field
            key = re.split(r"[.\[]", name, maxsplit=1)[0]
            if key == "":
                key, automatic = str(automatic), automatic + 1
            value = _format_argument(folder, call, key)
            if value is None and not (folder.ctx.unpacks(call) or folder.ctx.unpacks(call, "*")):
                return ()
            if value is None or len(key) < len(name):
                parts.append(((Hole(value or call, value or call, root, site, spec or "!?"),),))
            else:
                parts.append(folder.inserted(value, root, spec, site))
    return joined(*map(_without_empty, parts))


def _filled_before(template: Text) -> Text:
    """A template in which fields stand together again that were written for a second filling: `{{name}}`, `%%s`.

    Such text stands at the whole expression of the first.
    """
    if not any(isinstance(part, Piece) and len(part.text) != part.end - part.start for part in template):
        return template
    parts: list[Piece | Hole] = []
    for part in template:
        last = parts[-1] if parts else None
        if isinstance(part, Piece) and isinstance(last, Piece) and part.root is last.root:
            text = last.text + part.text
            parts[-1] = Piece(text, part.root, 0, len(text), part.root)
        else:
            parts.append(part)
    return tuple(parts)


def _format_argument(folder: Folder, call: cst.Call, key: str) -> cst.BaseExpression | None:
    ctx = folder.ctx
    arg = ctx.positional(call, int(key)) if key.isdigit() else ctx.keyword(call, key)
    if arg is not None:
        return arg.value
    for unpacked in (a.value for a in call.args if a.star == "**"):
        values = ctx.value_of(unpacked) or unpacked
        if (found := _named(values, key, values)) is not values:
            return found
    return None


_MODULO = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?(?P<how>[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?)[hlL]?(?P<type>[diouxXeEfFgGcrsa%])"
)


def _tuple_values(given: cst.BaseExpression, right: cst.BaseExpression) -> Callable[[int], cst.BaseExpression]:
    """The value at each position of the right side of `%`."""
    if isinstance(given, cst.Tuple) and not any(isinstance(e, cst.StarredElement) for e in given.elements):
        values = [element.value for element in given.elements]
        return lambda position: values[position] if position < len(values) else right
    return lambda position: right


def _named(given: cst.BaseExpression, name: str, right: cst.BaseExpression) -> cst.BaseExpression:
    match given:
        case cst.Dict(elements=elements):
            for element in elements:
                if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                    if element.key.evaluated_value == name:
                        return element.value
        case cst.Call(func=cst.Name(value="dict"), args=args):
            for arg in args:
                if arg.keyword is not None and arg.keyword.value == name:
                    return arg.value
    return right


def _fields(part: Piece) -> Iterator[tuple[Piece, tuple[str, str, Piece] | None]]:
    """(literal, field) of a `.format` template; a field is (name, spec, the piece that spells it)."""
    at = 0
    for found in re.finditer(r"\{\{|\}\}|\{(?P<field>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", part.text):
        yield cut(part, at, found.start()), None
        at = found.end()
        site = cut(part, found.start(), at)
        if found["field"] is None:
            yield replace(site, text=found.group()[0]), None
            continue
        name, _, spec = found["field"].partition(":")
        name, _, conversion = name.partition("!")
        spec = (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        yield cut(part, found.start(), found.start()), (name, spec, site)
    yield cut(part, at, len(part.text)), None


def _without_empty(texts: Texts) -> Texts:
    return tuple(tuple(p for p in text if not isinstance(p, Piece) or p.text) for text in texts)

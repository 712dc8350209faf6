"""What text may an expression be? Folded strings with holes, through names, `+`, `+=`, `%`, `.format`, `join` and more.

`text_of(ctx, expr)` is the one question behind every rule that reads text which a program puts together (SQL first).
An answer is a tuple of texts; each text is a tuple of pieces (written in the file) and holes (only known at run time).
The answer is bounded: beyond MAX_TEXTS alternatives those with the most holes are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Sequence, TypeGuard

import libcst as cst

from relint.queries.spelling import decoded

if TYPE_CHECKING:
    from relint.context import Context

MAX_TEXTS = 12
"""Alternatives kept of one expression."""
MAX_PARTS = 300
"""Pieces and holes in one text; a longer one is cut to an unknown."""
MAX_DEPTH = 100
"""Names and calls followed from one expression."""


@dataclass(frozen=True, eq=False, repr=False)
class Piece:
    """Characters that stand in the file: `text` is `start:end` of the value of the literal `node`.

    `node` is a SimpleString, a FormattedStringText or an Integer; `root` is the whole expression it is part of.
    """

    text: str
    node: cst.CSTNode
    start: int
    end: int
    root: cst.BaseExpression


@dataclass(frozen=True, eq=False, repr=False)
class Hole:
    """A value that is known at run time only.

    `node` is the expression written at the hole, `value` the one it was followed to (`x`, and `int(y)` after
    `x = int(y)`). `spec` is how it is formatted (`%s` and `{}` are the empty spec; `:d`, `!r`).
    `root` is the whole expression that puts it into the text, `site` the part of it that stands for the hole: a
    FormattedStringExpression, a Piece (`%s`, `{}`), or the expression itself in a concatenation.
    """

    node: cst.BaseExpression
    value: cst.BaseExpression
    root: cst.BaseExpression
    site: cst.CSTNode | Piece
    spec: str = ""


Text = tuple[Piece | Hole, ...]
Texts = tuple[Text, ...]


def text_of(ctx: Context, expression: cst.BaseExpression) -> Texts:
    """The texts that `expression` may be, at least one; what is not known is a hole that is the expression itself."""
    folder: Folder = ctx.memo("text folder", lambda: Folder(ctx))
    return folder.entry(expression)


def with_holes_as(text: Text, hole: Callable[[int, Hole], str]) -> str:
    """A text as one string, each hole written as `hole(number, it)` says."""
    numbers = iter(range(len(text)))
    return "".join(part.text if isinstance(part, Piece) else hole(next(numbers), part) for part in text)


def holes(text: Text) -> list[Hole]:
    """The holes of a text in order."""
    return [part for part in text if isinstance(part, Hole)]


def is_hole(text: Text) -> TypeGuard[tuple[Hole]]:
    """Whether nothing of it is known."""
    return len(text) == 1 and isinstance(text[0], Hole)


def is_text(text: Text) -> bool:
    """Whether any character of it is known."""
    return any(isinstance(part, Piece) and part.text for part in text)


def bounded(texts: Iterable[Text]) -> Texts:
    """The distinct texts, at most MAX_TEXTS: every hole once, then those with most holes, the longest; order kept."""
    distinct: dict[tuple[object, ...], Text] = {}
    for text in texts:
        if len(text) <= MAX_PARTS:
            distinct.setdefault(tuple(p.text if isinstance(p, Piece) else (p.node, p.value) for p in text), text)
    found = list(distinct.values())
    if len(found) > MAX_TEXTS:
        kept = set(map(id, _covering(sorted(found, key=lambda text: (-len(holes(text)), -len(text))))))
        found = [text for text in found if id(text) in kept]
    return tuple(found)


def _covering(texts: list[Text]) -> list[Text]:
    """The first MAX_TEXTS texts, those that bring a new hole before the others."""
    seen: set[int] = set()
    first: list[Text] = []
    rest: list[Text] = []
    for text in texts:
        sites = {id(hole.node) for hole in holes(text)}
        (rest if sites <= seen else first).append(text)
        seen |= sites
    return [*first, *rest][:MAX_TEXTS]


def joined(*alternatives: Texts) -> Texts:
    """Every way to put one of each alternatives behind another, bounded."""
    texts: Texts = ((),)
    for choices in alternatives:
        if len(choices) == 1:
            texts = tuple(text + choices[0] for text in texts)
        else:
            texts = bounded(text + choice for text in texts for choice in choices)
    return bounded(texts)


class Folder:
    """Folds expressions of one file; every public method answers with texts."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._known: dict[cst.BaseExpression, Texts] = {}
        self._open: set[cst.CSTNode] = set()
        self.open_names: set[cst.CSTNode] = set()

    def entry(self, expression: cst.BaseExpression) -> Texts:
        """The texts of a whole expression: what a name is bound to, what a call is given."""
        if expression in self._known:
            return self._known[expression]
        if expression in self._open or len(self._open) > MAX_DEPTH:
            return self._unknown(expression, expression)
        self._open.add(expression)
        try:
            texts = self.fold(expression, expression)
        finally:
            self._open.discard(expression)
        if not self._open or len(self._open) < MAX_DEPTH // 2:
            self._known[expression] = texts
        return texts

    def fold(self, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts:
        """The texts of a part of `root`; never empty."""
        texts = self._fold(node, root)
        if not texts:
            return self._unknown(node, root)
        return tuple(self._placed(text, node, root) for text in texts)

    def _placed(self, text: Text, node: cst.BaseExpression, root: cst.BaseExpression) -> Text:
        """A text of which nothing is known is a hole where it is written, not where it was followed to."""
        if is_hole(text) and isinstance(node, cst.Name | cst.Attribute | cst.Subscript):
            return (Hole(node, text[0].value, root, node),)
        return text

    def _unknown(self, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts:
        return ((Hole(node, node, root, node),),)

    def _fold(self, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
        match node:
            case cst.SimpleString():
                return self._simple_string(node, root)
            case cst.ConcatenatedString(left=left, right=right):
                return joined(self.fold(left, root), self.fold(right, root))
            case cst.FormattedString(parts=parts):
                return joined(*(self._formatted_part(node, part, root) for part in parts))
            case cst.Integer(value=digits):
                return ((Piece(digits, node, 0, len(digits), root),),)
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                if isinstance(left, cst.Integer) or isinstance(right, cst.Integer):
                    return None
                return joined(self.fold(left, root), self.fold(right, root))
            case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=right):
                return self.modulo(self.fold(left, root), right, root)
            case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
                return self._repeated(left, right, root)
            case cst.IfExp(body=body, orelse=orelse):
                return bounded((*self.fold(body, root), *self.fold(orelse, root)))
            case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
                return bounded((*self.fold(left, root), *self.fold(right, root)))
            case cst.NamedExpr(value=value) | cst.Await(expression=value):
                return self.fold(value, root) if isinstance(node, cst.NamedExpr) else None
            case cst.Name():
                from relint.queries.flow import texts_of_name

                return texts_of_name(self, node)
            case cst.Attribute():
                return self._attribute(node)
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Slice() as cut)]):
                texts = self.fold(value, root)
                return tuple(_shortened(text, cut) for text in texts) if any(map(is_text, texts)) else None
            case cst.Subscript(value=value):
                return self._members(value)
            case cst.Call():
                return self._call(node, root)
        return None

    # -- literals ----------------------------------------------------------------------------------------------------

    def _simple_string(self, node: cst.SimpleString, root: cst.BaseExpression) -> Texts | None:
        value = node.evaluated_value
        return ((Piece(value, node, 0, len(value), root),),) if isinstance(value, str) else None

    def _formatted_part(
        self, string: cst.FormattedString, part: cst.BaseFormattedStringContent, root: cst.BaseExpression
    ) -> Texts:
        if isinstance(part, cst.FormattedStringText):
            value = decoded(part.value, raw="r" in string.prefix.lower(), braces=True)
            return ((Piece(value, part, 0, len(value), root),),)
        assert isinstance(part, cst.FormattedStringExpression)
        spec = f"!{part.conversion}" if part.conversion else ""
        if part.format_spec is not None:
            spec += ":" + "".join(p.value if isinstance(p, cst.FormattedStringText) else "?" for p in part.format_spec)
        return self._inserted(part.expression, root, spec, part)

    def _inserted(
        self, node: cst.BaseExpression, root: cst.BaseExpression, spec: str, site: cst.CSTNode | Piece
    ) -> Texts:
        """The texts of a value put at `site`; with a format only literal text stays what it is."""
        texts = self.fold(node, root)
        if spec and not all(map(is_text, texts)):
            return tuple((Hole(node, text[0].value if is_hole(text) else node, root, site, spec),) for text in texts)
        return tuple((replace(text[0], site=site),) if is_hole(text) else text for text in texts)

    def _repeated(self, left: cst.BaseExpression, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
        """`"x" * n` is taken for one `"x"`: what repeats is a generator of placeholders."""
        for side in (left, right):
            if isinstance(side, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString):
                return self.fold(side, root)
        return None

    # -- formatting --------------------------------------------------------------------------------------------------

    def modulo(self, templates: Texts, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
        """`template % right`; None when no template is known."""
        known = [template for template in templates if is_text(template)]
        filled = (self._filled_modulo(template, right, root) for template in known)
        return bounded(text for texts in filled for text in texts) if known else None

    def _filled_modulo(self, template: Text, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts:
        given = right
        if isinstance(right, cst.Name) and isinstance(bound := self.ctx.value_of(right), cst.Tuple | cst.Dict):
            given = bound
        values = _tuple_values(given, right)
        parts: list[Texts] = []
        position = 0
        for part in template:
            if isinstance(part, Hole):
                parts.append(((part,),))
                continue
            at = 0
            for found in _MODULO.finditer(part.text):
                parts.append(((_cut(part, at, found.start()),),))
                at = found.end()
                site = _cut(part, found.start(), at)
                if found["type"] == "%":
                    parts.append(((replace(site, text="%"),),))
                    continue
                spec = "" if found["type"] == "s" and not found["how"] else f":{found['how']}{found['type']}"
                spec = f"!{found['type']}" if found["type"] in "ra" else spec
                value = _named(given, found["name"], right) if found["name"] is not None else values(position)
                position += found["name"] is None
                parts.append(self._inserted(value, root, spec, site))
            parts.append(((_cut(part, at, len(part.text)),),))
        return joined(*map(_without_empty, parts))

    def _format(self, templates: Texts, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
        known = [template for template in templates if is_text(template)]
        filled = (self._filled_format(template, call, root) for template in known)
        return bounded(text for texts in filled for text in texts) if known else None

    def _filled_format(self, template: Text, call: cst.Call, root: cst.BaseExpression) -> Texts:
        parts: list[Texts] = []
        automatic = 0
        for part in template:
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
                value = self._format_argument(call, key)
                if value is None or len(key) < len(name):
                    parts.append(((Hole(value or call, value or call, root, site, spec or "!?"),),))
                else:
                    parts.append(self._inserted(value, root, spec, site))
        return joined(*map(_without_empty, parts))

    def _format_argument(self, call: cst.Call, key: str) -> cst.BaseExpression | None:
        arg = self.ctx.positional(call, int(key)) if key.isdigit() else self.ctx.keyword(call, key)
        if arg is not None:
            return arg.value
        for unpacked in (a.value for a in call.args if a.star == "**"):
            values = self.ctx.value_of(unpacked) or unpacked
            if (found := _named(values, key, values)) is not values:
                return found
        return None

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call(self, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
        match call.func:
            case cst.Attribute(value=value, attr=cst.Name(value="format")):
                return self._format(self.fold(value, root), call, root)
            case cst.Attribute(value=value, attr=cst.Name(value="join")) if len(call.args) == 1:
                return self._join(self.fold(value, root), call.args[0].value, root)
            case cst.Attribute(value=value, attr=cst.Name(value="strip" | "rstrip" | "lstrip" | "lower" | "upper")):
                return self._if_text(self.fold(value, root))
            case cst.Attribute(value=value, attr=cst.Name(value="replace")) if len(call.args) >= 2:
                return self._replaced(self.fold(value, root), call, root)
            case cst.Attribute(value=value, attr=cst.Name(value="get")):
                return self._looked_up(value, call, root)
            case cst.Name(value="str") if len(call.args) == 1:
                return self._if_text(self.fold(call.args[0].value, root))
        if call.args and self.ctx.callee(call) == "json.dumps":
            return self._if_text(self.fold(call.args[0].value, root))
        if call.args and self.ctx.callee(call) in _TRANSPARENT:
            return self.fold(call.args[0].value, root)
        return self._returned(call)

    def _if_text(self, texts: Texts) -> Texts | None:
        return texts if all(is_text(text) for text in texts) else None

    def _replaced(self, templates: Texts, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
        """`template.replace("{table}", x)`: the literal is what is replaced."""
        wanted = self.ctx.literal(call.args[0].value)
        if not isinstance(wanted, str) or not wanted or self._if_text(templates) is None:
            return None
        parts: list[Text] = []
        for template in templates:
            split: list[Texts] = []
            for part in template:
                if isinstance(part, Hole):
                    split.append(((part,),))
                    continue
                at = 0
                while (found := part.text.find(wanted, at)) >= 0:
                    site = _cut(part, found, found + len(wanted))
                    split.append(((_cut(part, at, found),),))
                    split.append(self._inserted(call.args[1].value, root, "", site))
                    at = found + len(wanted)
                split.append(((_cut(part, at, len(part.text)),),))
            parts += joined(*map(_without_empty, split))
        return bounded(parts)

    def _returned(self, call: cst.Call) -> Texts | None:
        """What a plain function in the file returns."""
        function = self.ctx.function_def(call.func)
        if function is None or function.asynchronous is not None or not _is_plain(function):
            return None
        return self._returned_by(function)

    def _returned_by(self, function: cst.FunctionDef) -> Texts | None:
        if any(self.ctx.walk(function.body, cst.Yield)):
            return None
        returned = [r.value for r in self.ctx.walk(function.body, cst.Return) if r.value is not None]
        texts = [text for value in returned[:4] for text in self.entry(value)]
        return bounded(texts) if 0 < len(returned) <= 4 and any(map(is_text, texts)) else None

    # -- collections -------------------------------------------------------------------------------------------------

    def _join(self, separators: Texts, items: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
        separator = separators[:1]
        elements = self._items(items, root)
        if elements is None or is_hole(separator[0]):
            return None
        parts: list[Texts] = []
        for element in elements:
            parts += [separator, element] if parts else [element]
        return joined(*parts)

    def _items(self, node: cst.BaseExpression, root: cst.BaseExpression) -> list[Texts] | None:
        """The texts of each item of an iterable, an item made by a loop standing for all of them."""
        match node:
            case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
                return self._elements(elements, root)
            case cst.ListComp(elt=elt) | cst.GeneratorExp(elt=elt) | cst.SetComp(elt=elt):
                return [self.fold(elt, root)]
            case cst.SimpleString():
                return [self.fold(node, root)]  # `",".join("?" * n)`: its characters
            case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
                return self._items(left, root) or self._items(right, root)
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                first, second = self._items(left, root), self._items(right, root)
                return first + second if first is not None and second is not None else None
            case cst.IfExp(body=body, orelse=orelse):
                first, second = self._items(body, root), self._items(orelse, root)
                return first + second if first is not None and second is not None else None
            case cst.Call(func=cst.Name(value="sorted" | "list" | "tuple" | "set" | "reversed"), args=[arg, *_]):
                return self._items(arg.value, root)
            case cst.Call(func=cst.Name(value="map"), args=[function, _]):
                return self._mapped(function.value, root)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="repeat")), args=[arg, *_]):
                return [self.fold(arg.value, root)]
            case cst.Name() | cst.Attribute():
                return self._list_in_name(node)
        return None

    def _elements(self, elements: Sequence[cst.BaseElement], root: cst.BaseExpression) -> list[Texts] | None:
        found: list[Texts] = []
        for element in elements:
            if not isinstance(element, cst.StarredElement):
                found.append(self.fold(element.value, root))
            elif (inner := self._items(element.value, root)) is not None:
                found += inner
            else:
                found.append(self._unknown(element.value, root))
        return found

    def _mapped(self, function: cst.BaseExpression, root: cst.BaseExpression) -> list[Texts] | None:
        if isinstance(function, cst.Lambda):
            return [self.fold(function.body, root)]
        if isinstance(function, cst.Attribute) and function.attr.value == "format":
            return None
        return None

    def _list_in_name(self, node: cst.Name | cst.Attribute) -> list[Texts] | None:
        """The items of a list that the file builds: its display, then what is appended, in source order."""
        key = node.value if isinstance(node, cst.Name) else self.ctx.source(node)
        if node in self.open_names:
            return None
        found = self.ctx.definitions(node)
        if found and any(b.value is not None and _is_made_of(self.ctx, b.value, key) for b in found):
            found = [b for b in found if b.kind != "parameter"]  # `names = [f"'{n}'" for n in names]`
        if not found or any(b.kind not in ("assign", "augment") or b.value is None for b in found):
            return None
        self.open_names.add(node)
        try:
            items: list[Texts] = []
            known = False
            for binding in found:
                assert binding.value is not None
                inner = self._items(binding.value, binding.value)
                if inner is None and not _makes_list(binding.value):
                    items.append(self._unknown(binding.value, binding.value))
                    continue
                known = True
                items += inner or []
            added = list(self._appended(node, key))
            return items + added if known or added else None
        finally:
            self.open_names.discard(node)

    def _appended(self, node: cst.Name | cst.Attribute, key: str) -> Iterator[Texts]:
        for call in self._calls_of_methods(key):
            assert isinstance(call.func, cst.Attribute)
            owner, value = call.func.value, call.args[-1].value
            if isinstance(node, cst.Name):
                assert isinstance(owner, cst.Name)
                if self.ctx.names.bindings(owner) is not self.ctx.names.bindings(node):
                    continue
            elif self.ctx.names.scope_of(owner).node is not self.ctx.names.scope_of(node).node:
                continue
            if call.func.attr.value == "extend":
                yield from self._items(value, value) or [self._unknown(value, value)]
            else:
                yield self.entry(value)

    def _calls_of_methods(self, key: str) -> list[cst.Call]:
        """Every `key.append(x)`, `key.insert(i, x)` and `key.extend(xs)` in the file, in source order."""

        def answer() -> dict[str, list[cst.Call]]:
            calls: dict[str, list[cst.Call]] = {}
            for call in self.ctx.tree.of(cst.Call):
                match call.func:
                    case cst.Attribute(value=cst.Name() | cst.Attribute() as owner, attr=attr):
                        if attr.value in ("append", "insert", "extend") and call.args:
                            calls.setdefault(self.ctx.source(owner), []).append(call)
            return calls

        return self.ctx.memo("appending calls", answer).get(key, [])

    def _members(self, container: cst.BaseExpression) -> Texts | None:
        """The texts of the values of a literal dict, tuple or list: what a lookup in it may give."""
        display: cst.CSTNode | None = container
        if isinstance(container, cst.Name | cst.Attribute):
            display = self.ctx.value_of(container) or self._class_constant(container)
        match display:
            case cst.Dict(elements=elements):
                values = [e.value for e in elements if isinstance(e, cst.DictElement)]
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                values = [e.value for e in elements]
            case _:
                return None
        texts = [text for value in values for text in self.entry(value)]
        if len(values) < len(display.elements) or not texts:
            return None
        if all(len(holes(text)) == 0 for text in texts):
            return tuple(texts[:1]) if len(texts) > MAX_TEXTS else bounded(texts)
        return bounded(texts) if all(map(is_text, texts)) else None

    def _looked_up(self, container: cst.BaseExpression, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
        texts = self._members(container)
        if texts is None or len(call.args) < 2:
            return texts
        return bounded((*texts, *self.fold(call.args[1].value, root)))

    # -- attributes --------------------------------------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute) -> Texts | None:
        constant = self._class_constant(node)
        if constant is not None:
            return self.entry(constant)
        found = self.ctx.definitions(node)
        if found and len(found) == 1 and isinstance(found[0].node, cst.FunctionDef):
            function = found[0].node
            return self._returned_by(function) if _decorators(function) == ["property"] else None
        if not found or any(b.kind not in ("assign", "augment") or b.value is None for b in found):
            return None
        texts = [text for b in found if b.kind == "assign" and b.value is not None for text in self.entry(b.value)]
        for binding in found:
            if binding.kind == "augment" and binding.value is not None and any(map(is_text, texts)):
                texts = list(joined(tuple(texts), self.entry(binding.value)))
        return bounded(texts) or None

    def _class_constant(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """`Class.NAME` of a class in the file, bound once."""
        if not isinstance(node, cst.Attribute) or (cls := self.ctx.class_def(node.value)) is None:
            return None
        found = self.ctx.names.attribute(cls, node.attr.value)
        return found[0].value if len(found) == 1 and found[0].kind == "assign" else None


_TRANSPARENT = frozenset(
    {"textwrap.dedent", "inspect.cleandoc", "builtins.str", "sys.intern", "django.utils.safestring.mark_safe"}
)
"""Callables whose text is the text of their first argument, as far as its holes go."""

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
        yield _cut(part, at, found.start()), None
        at = found.end()
        site = _cut(part, found.start(), at)
        if found["field"] is None:
            yield replace(site, text=found.group()[0]), None
            continue
        name, _, spec = found["field"].partition(":")
        name, _, conversion = name.partition("!")
        spec = (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        yield _cut(part, found.start(), found.start()), (name, spec, site)
    yield _cut(part, at, len(part.text)), None


def _cut(piece: Piece, start: int, end: int) -> Piece:
    return Piece(piece.text[start:end], piece.node, piece.start + start, piece.start + end, piece.root)


def _shortened(text: Text, cut: cst.Slice) -> Text:
    """`text[:-2]`, where the end is known; any other cut is not followed."""
    match cut.lower, cut.upper, text:
        case None, cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer(value=count)), (
            *rest,
            Piece() as last,
        ):
            return (*rest, _cut(last, 0, max(0, len(last.text) - int(count))))
    return text


def _without_empty(texts: Texts) -> Texts:
    return tuple(tuple(p for p in text if not isinstance(p, Piece) or p.text) for text in texts)


def _is_plain(function: cst.FunctionDef) -> bool:
    """Whether a call of the function gives what it returns."""
    return set(_decorators(function)) <= {"staticmethod", "classmethod"}


def _decorators(function: cst.FunctionDef) -> list[str]:
    found = (decorator.decorator for decorator in function.decorators)
    return [decorator.value if isinstance(decorator, cst.Name) else "" for decorator in found]


def _is_made_of(ctx: Context, value: cst.BaseExpression, name: str) -> bool:
    """Whether a comprehension makes new items of those that a name held."""
    if not isinstance(value, cst.ListComp | cst.SetComp):
        return False
    source = value.for_in.iter
    return isinstance(source, cst.Name) and source.value == name


def _makes_list(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "list"

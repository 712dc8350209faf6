"""Folds expressions into texts; what names hold is `flow`, what fills templates `text_formatting`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from relint.queries import flow
from relint.queries.spelling import decoded
from relint.queries.text import Hole, Piece, Text, Texts, bounded, is_hole, is_text, joined
from relint.queries.text_elsewhere import texts_elsewhere
from relint.queries.text_formatting import formatted, modulo, replaced, shortened
from relint.queries.text_items import joined_items, looked_up, members

if TYPE_CHECKING:
    from relint.context import Context

MAX_DEPTH = 100
"""Names and calls followed from one expression."""


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
            return self.unknown(expression, expression)
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
            return self.unknown(node, root)
        return tuple(self._placed(text, node, root) for text in texts)

    def unknown(self, node: cst.BaseExpression, root: cst.BaseExpression) -> Texts:
        """The one text of which nothing is known."""
        return ((Hole(node, node, root, node),),)

    def inserted(
        self, node: cst.BaseExpression, root: cst.BaseExpression, spec: str, site: cst.CSTNode | Piece
    ) -> Texts:
        """The texts of a value put at `site`; with a format only literal text stays what it is."""
        texts = self.fold(node, root)
        if spec and not all(map(is_text, texts)):
            return tuple((Hole(node, text[0].value if is_hole(text) else node, root, site, spec),) for text in texts)
        return tuple((replace(text[0], site=site),) if is_hole(text) else text for text in texts)

    def class_constant(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """`Class.NAME` of a class in the file, bound once."""
        if not isinstance(node, cst.Attribute) or (cls := self.ctx.class_def(node.value)) is None:
            return None
        found = self.ctx.names.attribute(cls, node.attr.value)
        return found[0].value if len(found) == 1 and found[0].kind == "assign" else None

    def _placed(self, text: Text, node: cst.BaseExpression, root: cst.BaseExpression) -> Text:
        """A text of which nothing is known, or a word in a larger text, is a hole where it is written."""
        if is_hole(text) and isinstance(node, cst.Name | cst.Attribute | cst.Subscript):
            return (Hole(node, text[0].value, root, node),)
        if node is not root and isinstance(node, _FOLLOWED) and (made := _made_as_word(text, root)) is not None:
            return (Hole(node, made, root, node),)
        return text

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
                texts = joined(self.fold(left, root), self.fold(right, root))
                return texts if any(map(is_text, texts)) else None  # `day + timedelta(1)`
            case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=right):
                return modulo(self, self.fold(left, root), right, root)
            case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
                return self._repeated(left, right, root)
            case cst.IfExp(body=body, orelse=orelse):
                return bounded((*self.fold(body, root), *self.fold(orelse, root)))
            case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
                return bounded((*self.fold(left, root), *self.fold(right, root)))
            case cst.NamedExpr(value=value):
                return self.fold(value, root)
            case cst.Name():
                return flow.texts_of_name(self, node) or texts_elsewhere(self, node, root)
            case cst.Attribute():
                return self._attribute(node) or texts_elsewhere(self, node, root)
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Slice() as cut)]):
                texts = self.fold(value, root)
                return tuple(shortened(text, cut) for text in texts) if any(map(is_text, texts)) else None
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                return members(self, value, key)
            case cst.Call():
                return self._call(node, root)
            case cst.Await(expression=cst.Call(func=func)):
                return self.returned(func, awaited=True)
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
        return self.inserted(part.expression, root, spec, part)

    def _repeated(self, left: cst.BaseExpression, right: cst.BaseExpression, root: cst.BaseExpression) -> Texts | None:
        """`"x" * n` is taken for one `"x"`: what repeats is a generator of placeholders."""
        for side in (left, right):
            if isinstance(side, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString):
                return self.fold(side, root)
        return None

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call(self, call: cst.Call, root: cst.BaseExpression) -> Texts | None:
        match call.func:
            case cst.Attribute(value=value, attr=cst.Name(value="format")):
                return formatted(self, self.fold(value, root), call, root)
            case cst.Attribute(value=value, attr=cst.Name(value="join")) if len(call.args) == 1:
                return joined_items(self, self.fold(value, root), call.args[0].value, root)
            case cst.Attribute(value=value, attr=cst.Name(value="strip" | "rstrip" | "lstrip" | "lower" | "upper")):
                return _if_text(self.fold(value, root))
            case cst.Attribute(value=value, attr=cst.Name(value="replace")) if len(call.args) >= 2:
                return replaced(self, self.fold(value, root), call, root)
            case cst.Attribute(value=value, attr=cst.Name(value="get")):
                return looked_up(self, value, call, root)
            case cst.Name(value="str") if len(call.args) == 1:
                return _if_text(self.fold(call.args[0].value, root))
        if call.args and self.ctx.callee(call) == "json.dumps":
            return _if_text(self.fold(call.args[0].value, root))
        if call.args and self.ctx.callee(call) in _TRANSPARENT:
            return self.fold(call.args[0].value, root)
        return self.returned(call.func) or texts_elsewhere(self, call, root)

    def returned(self, called: cst.BaseExpression, *, awaited: bool = False) -> Texts | None:
        """What a plain function in the file returns, or one that is awaited."""
        function = self._plain_function(called, awaited=awaited)
        return self._returned_by(function) if function is not None else None

    def item_returned(self, call: cst.Call, path: tuple[int, ...]) -> Texts | None:
        """One item of the tuple or list that a plain function in the file returns."""
        function = self._plain_function(call.func)
        found = [flow.at(value, path) for value in self._values_of(function)] if function is not None else []
        items = [item for item in found if item is not None]
        texts = [text for item in items for text in self.entry(item)]
        return bounded(texts) if len(items) == len(found) <= 4 and any(map(is_text, texts)) else None

    def _plain_function(self, called: cst.BaseExpression, *, awaited: bool = False) -> cst.FunctionDef | None:
        function = self.ctx.function_def(called)
        if function is None or (function.asynchronous is not None) is not awaited:
            return None
        return function if _is_plain(function) else None

    def _returned_by(self, function: cst.FunctionDef) -> Texts | None:
        returned = self._values_of(function)
        texts = [text for value in returned[:4] for text in self.entry(value)]
        return bounded(texts) if 0 < len(returned) <= 4 and any(map(is_text, texts)) else None

    def _values_of(self, function: cst.FunctionDef) -> list[cst.BaseExpression]:
        """What a function returns; nothing for a generator."""
        if any(self.ctx.walk(function.body, cst.Yield)):
            return []
        return [r.value for r in self.ctx.walk(function.body, cst.Return) if r.value is not None]

    # -- attributes --------------------------------------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute) -> Texts | None:
        constant = self.class_constant(node)
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


def _if_text(texts: Texts) -> Texts | None:
    return texts if any(map(is_text, texts)) and not any(map(is_hole, texts)) else None


def _made_as_word(text: Text, root: cst.BaseExpression) -> cst.BaseExpression | None:
    """The expression elsewhere that put a word together: a reader sees `f"{prefix}_{name}"` as one value."""
    made = text[0].root if text else None
    if made is None or made is root or any(part.root is not made for part in text):
        return None
    written = "".join(part.text if isinstance(part, Piece) else "" for part in text)
    has_hole = any(isinstance(part, Hole) for part in text)
    return made if has_hole and written and _IN_WORDS.fullmatch(written) else None


def _is_plain(function: cst.FunctionDef) -> bool:
    """Whether a call of the function gives what it returns."""
    return set(_decorators(function)) <= {"staticmethod", "classmethod"}


def _decorators(function: cst.FunctionDef) -> list[str]:
    found = (decorator.decorator for decorator in function.decorators)
    return [decorator.value if isinstance(decorator, cst.Name) else "" for decorator in found]


_FOLLOWED = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)
_IN_WORDS = re.compile(r"[\w.\-/%]+")
_TRANSPARENT = frozenset(
    {"textwrap.dedent", "inspect.cleandoc", "builtins.str", "sys.intern", "django.utils.safestring.mark_safe"}
)
"""Callables whose text is the text of their first argument, as far as its holes go."""

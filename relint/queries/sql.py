"""Where does the file put run-time values into SQL text?

`sites(ctx)` is the one answer: every expression that puts a hole into SQL text, with the place of each hole and the
database call that gets the text, if one is in sight. Rules 401 and 402 only choose among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.databases import COMPOSERS, DRIVERS, SINKS, TEXT, Driver
from relint.names import last_name
from relint.queries.sql_holes import place_of
from relint.queries.sql_parse import is_statement, looks_like_sql
from relint.queries.sql_places import HOLE, Place, Spot, spots
from relint.queries.text import Hole, Piece, Text, holes, is_text, text_of, with_holes_as


@dataclass(frozen=True, eq=False)
class Sink:
    """A call that hands SQL text to a database. `name` is the last part of what is called."""

    call: cst.Call
    name: str
    arg: cst.Arg
    driver: Driver | None


@dataclass(frozen=True, eq=False)
class Filled:
    """A hole that is filled with something out of sight."""

    hole: Hole
    spot: Spot
    place: Place


@dataclass(eq=False)
class Site:
    """One expression that puts holes into SQL text.

    `text` is the whole text that it was seen in first, `alternatives` how many texts the call may get.
    """

    root: cst.BaseExpression
    text: Text
    sink: Sink | None
    alternatives: int
    spots: list[Spot]
    filled: list[Filled] = field(default_factory=list)

    @property
    def values(self) -> list[Filled]:
        """The holes that stand for values."""
        return [f for f in self.filled if f.place is Place.VALUE]

    @property
    def names(self) -> list[Filled]:
        """The holes that stand for names without quotes around them."""
        return [f for f in self.filled if f.place is Place.IDENTIFIER and not f.spot.quote]

    @property
    def fragments(self) -> list[Filled]:
        """The holes that stand for pieces of the statement."""
        return [f for f in self.filled if f.place is Place.FRAGMENT]


def sites(ctx: Context) -> list[Site]:
    """Every expression of the file that puts something unknown into SQL text, in source order."""
    return ctx.memo("sql sites", lambda: _Search(ctx).sites())


class _Search:
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.by_root: dict[cst.BaseExpression, Site] = {}

    def sites(self) -> list[Site]:
        for sink in self._sinks():
            for expression, prefix in _texts_given(self.ctx, sink):
                self._add(expression, sink, prefix)
        for expression in self._passed_on():
            self._add(expression, None, "")
        found = [site for site in self.by_root.values() if site.filled]
        return sorted(found, key=lambda site: self.ctx.range(site.root))

    def _add(self, expression: cst.BaseExpression, sink: Sink | None, prefix: str) -> None:
        texts = [text for text in text_of(self.ctx, expression) if is_text(text)]
        for text in texts:
            raw = prefix + with_holes_as(text, lambda _, __: HOLE)
            if not looks_like_sql(raw):
                continue
            found = spots(raw)
            filled = [
                Filled(hole, spot, place_of(self.ctx, hole, spot))
                for hole, spot in zip(holes(text), found, strict=True)
            ]
            if sink is None and not (any(f.place is Place.VALUE for f in filled) and is_statement(raw, found)):
                continue
            for one in filled:
                root = one.hole.root
                if one.place is Place.NONE or (sink is None and root in self.by_root and self.by_root[root].sink):
                    continue
                site = self.by_root.setdefault(root, Site(root, text, sink, len(texts), found))
                _put(site, one)

    # -- with a database call ----------------------------------------------------------------------------------------

    def _sinks(self) -> Iterator[Sink]:
        for call in self.ctx.tree.of(cst.Call):
            name = last_name(call.func)
            if name == "SQL" and self.ctx.callee(call) in COMPOSERS and call.args:
                yield Sink(call, name, call.args[0], None)
            if name not in SINKS or (name == "text" and not _is_sqlalchemy_text(self.ctx, call)):
                continue
            position, keywords = SINKS[name]
            arg = self.ctx.positional(call, position)
            for keyword in keywords:
                arg = arg or self.ctx.keyword(call, keyword)
            if arg is not None:
                yield Sink(call, name, arg, driver_of(self.ctx, call, name))
        for call in self.ctx.tree.of(cst.Call):
            if last_name(call.func) == "extra":
                for keyword in ("where", "select"):
                    if (arg := self.ctx.keyword(call, keyword)) is not None:
                        yield Sink(call, "extra", arg, DRIVERS["django"])

    # -- without one -------------------------------------------------------------------------------------------------

    def _passed_on(self) -> Iterator[cst.BaseExpression]:
        """Text put together here that is assigned, returned or passed on, but not to a reader."""
        tree = self.ctx.tree
        if not _STATEMENT.search(self.ctx.text):
            return
        for node in tree.of(cst.FormattedString, cst.BinaryOperation, cst.Call, cst.ConcatenatedString):
            if (
                _builds_text(node)
                and _may_begin_sql(node)
                and not _is_part(self.ctx, node)
                and _goes_on(self.ctx, node)
            ):
                yield node
        for name in tree.of(cst.Name):
            if isinstance(self.ctx.parent(name), cst.Return | cst.Arg) and not self.ctx.names.is_store(name):
                if any(b.kind == "augment" for b in self.ctx.names.bindings(name)) and _goes_on(self.ctx, name):
                    yield name


def driver_of(ctx: Context, call: cst.Call, name: str) -> Driver | None:
    """The driver whose parameters a database call takes; None when it cannot be told."""
    if name in ("raw", "RawSQL", "RunSQL", "extra"):
        return DRIVERS["django"]
    if name in ("text", "DDL"):
        return DRIVERS["sqlalchemy"]
    owner = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    known = ctx.instance_of(owner) or ctx.qualname(owner)
    if known is not None:
        return _driver(known)
    imported = {
        driver
        for bindings in ctx.names.module.bindings.values()
        for binding in bindings
        if binding.kind == "import" and (driver := _driver(binding.target or "")) is not None
    }
    return imported.pop() if len(imported) == 1 else None


def _driver(dotted: str) -> Driver | None:
    first, _, rest = dotted.partition(".")
    return DRIVERS.get(first) or DRIVERS.get(f"{first}.{rest.partition('.')[0]}")


def _put(site: Site, one: Filled) -> None:
    """Add a hole to its site; seen twice, the graver place counts."""
    for index, other in enumerate(site.filled):
        if other.hole.site is one.hole.site or (other.hole.node is one.hole.node and other.spot == one.spot):
            if _GRAVITY[one.place] > _GRAVITY[other.place]:
                site.filled[index] = one
            return
    site.filled.append(one)


def _texts_given(ctx: Context, sink: Sink) -> Iterator[tuple[cst.BaseExpression, str]]:
    """(expression, what stands before it in the statement) for each text that a call is given."""
    value = sink.arg.value
    if sink.name == "extra":
        prefix = "SELECT a FROM t WHERE " if sink.arg.keyword and sink.arg.keyword.value == "where" else "SELECT "
        for item in _members(value):
            yield item, prefix
        return
    if sink.name == "RunSQL":
        reverse = ctx.argument(sink.call, "reverse_sql", 1)
        for given in (value, reverse.value if reverse is not None else None):
            several = _members(given) if isinstance(given, cst.List | cst.Tuple) else [given] if given else []
            for item in several:
                pair = isinstance(item, cst.Tuple | cst.List) and item.elements
                yield (item.elements[0].value if pair else item), ""  # type: ignore[attr-defined]
        return
    yield value, ""


def _members(value: cst.BaseExpression | None) -> Iterable[cst.BaseExpression]:
    match value:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return [element.value for element in elements]
        case cst.Dict(elements=elements):
            return [element.value for element in elements]
    return []


def _is_sqlalchemy_text(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call)
    if name is None:
        return isinstance(call.func, cst.Attribute)  # `db.text(...)`
    return name in TEXT or (name.endswith(".text") and name.startswith(("sqlalchemy.", "sqlmodel.")))


def _builds_text(node: cst.CSTNode) -> bool:
    match node:
        case cst.FormattedString() | cst.ConcatenatedString():
            return True
        case cst.BinaryOperation(operator=cst.Add() | cst.Modulo()):
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="format" | "join"))):
            return True
    return False


def _may_begin_sql(node: cst.CSTNode) -> bool:
    """Whether the first piece of a text, if it is written right here, begins a statement; spares the folding."""
    match node:
        case cst.SimpleString(value=value) | cst.FormattedStringText(value=value):
            return bool(_STATEMENT.search(value[:400])) or not value.strip("rRbBfFuU\"' \n")
        case cst.FormattedString(parts=[first, *_]):
            return _may_begin_sql(first)
        case cst.ConcatenatedString(left=left) | cst.BinaryOperation(left=left):
            return _may_begin_sql(left)
        case cst.Call(func=cst.Attribute(value=value_, attr=cst.Name(value="format"))):
            return _may_begin_sql(value_)
        case cst.Integer() | cst.Float() | cst.List() | cst.Tuple() | cst.FormattedString():
            return False
    return True


def _is_part(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a larger text expression holds this one."""
    parent = ctx.parent(node)
    if isinstance(parent, cst.Attribute):
        parent = ctx.parent(parent)
    return parent is not None and _builds_text(parent) and not (isinstance(parent, cst.Call) and node in _args(parent))


def _args(call: cst.Call) -> list[cst.BaseExpression]:
    return [arg.value for arg in call.args]


def _goes_on(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether text is assigned, returned or passed on to what may run it: no log, message, exception or assertion."""
    child: cst.CSTNode = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.Raise() | cst.Assert() | cst.Comparison() | cst.Subscript() | cst.FormattedStringExpression():
                return False
            case cst.Arg(keyword=cst.Name(value=keyword)) if _FOR_READERS.search(keyword):
                return False
            case cst.Call(func=func):
                return not _SPEAKS.search(last_name(func)) and child is not func
            case cst.Assign(targets=targets):
                return not any(_FOR_READERS.search(last_name(target.target)) for target in targets)
            case cst.AnnAssign(target=only) | cst.AugAssign(target=only):
                return not _FOR_READERS.search(last_name(only))
            case cst.FunctionDef(name=name):
                return not name.value.startswith("as_")
            case cst.Return() | cst.Yield():
                function = ctx.enclosing(node, cst.FunctionDef)
                return function is None or not _RETURNS_PROSE.search(function.name.value)
            case cst.Expr():
                return False
        child = ancestor
    return False


_STATEMENT = re.compile(r"\b(?:select|insert|update|delete|merge|with|values|replace)\b", re.IGNORECASE)
_GRAVITY = {Place.NONE: 0, Place.FRAGMENT: 1, Place.IDENTIFIER: 2, Place.VALUE: 3}
_FOR_READERS = re.compile(
    r"(?:^|_)(?:msg|message|messages|error|errors|err|help|doc|docs|description|desc|reason|title|label|prompt|detail|details"
    r"|suggest(?:ed|ions?)?|warning|comment|log|hint|expected|template_name)(?:$|_)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"^(?:debug|info|warn|warning|error|exception|critical|fatal|log|print|pprint|echo|secho|fail|_|gettext|ugettext|_lazy"
    r"|add_argument|write|writeln|notice|trace|abort|skip|format_message|assert\w*)$|(?:Error|Exception|Warning)$|^log_|_log$"
)
_RETURNS_PROSE = re.compile(r"^__(?:str|repr|unicode)__$|^as_(?:sql|sqlite|postgresql|mysql|oracle)$|message|descri")


def shown(ctx: Context, hole: Hole) -> str:
    """The expression of a hole on one line, as messages show it."""
    node = hole.site.text if hole.node is hole.root and isinstance(hole.site, Piece) else ctx.source(hole.node)
    text = " ".join(node.split())
    return text if len(text) <= 60 else f"{text[:57]}..."

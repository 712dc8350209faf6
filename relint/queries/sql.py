"""Where does the file put run-time values into SQL text?

`sites(ctx)` is the one answer: every expression that puts a hole into SQL text, with the place of each hole and the
database call that gets the text, if one is in sight. Rules 401 and 402 only choose among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.declared_numbers import is_declared_number
from relint.queries.sql_callees import is_statement_in_full
from relint.queries.sql_holes import place_of
from relint.queries.sql_own_text import is_no_value, may_be_own_text
from relint.queries.sql_parse import PLACEHOLDER, is_clause, is_command, is_condition, is_statement, looks_like_sql
from relint.queries.sql_passed_on import passed_on
from relint.queries.sql_places import COMPARES, HOLE, Place, Spot, first_word, spots
from relint.queries.sql_sinks import Sink, given_parameters, sinks, texts_given
from relint.queries.sql_wrappers import wrapped
from relint.queries.text import Hole, Piece, Text, holes, is_text, text_of, with_holes_as


@dataclass(frozen=True, eq=False)
class Filled:
    """A hole that is filled with something out of sight."""

    hole: Hole
    spot: Spot
    place: Place
    number: bool = False
    """Whether the file says that it is a number, so that no quote can be in it."""
    own: bool = False
    """Whether it may be text that the program itself wrote."""


@dataclass(eq=False)
class Site:
    """One expression that puts holes into SQL text.

    `text` is the whole text that it was seen in first, `alternatives` how many texts the call may get.
    """

    root: cst.BaseExpression
    text: Text
    sink: Sink | None
    alternatives: int
    spots: Sequence[Spot]
    filled: list[Filled] = field(default_factory=list)

    @property
    def values(self) -> list[Filled]:
        """The holes that stand for values."""
        return [f for f in self.filled if f.place is Place.VALUE]

    @property
    def doubtful(self) -> list[Filled]:
        """The values of which nothing says that they are numbers."""
        return [f for f in self.values if not f.number]

    @property
    def certain(self) -> bool:
        """Whether one of the values can only be one.

        Where no database call in sight gets the text, it is compared, counted or inserted in what is SQL beyond doubt.
        """
        values = [one for one in self.doubtful if not one.own]
        if self.sink is not None or not values:
            return bool(values)
        return any(_is_found_alone(v.spot, self.text) for v in values)

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
        self.reached: set[cst.BaseExpression] = set()
        """Expressions and holes that reach a database call: what they are without it does not matter."""
        self.wrapped: set[cst.CSTNode] = set()
        """Holes of text that a wrapper gets: with which parameters says its caller, not the call in it."""
        self.roots: dict[cst.CSTNode, cst.BaseExpression] = {}
        """Where each hole was reported that reaches none."""

    def sites(self) -> list[Site]:
        for sink in (*wrapped(self.ctx), *sinks(self.ctx)):
            for expression, prefix in texts_given(self.ctx, sink):
                self._add(expression, sink, prefix)
        for expression, name in passed_on(self.ctx):
            self._add(expression, None, "", name)
        found = [site for site in self.by_root.values() if site.filled]
        return sorted(found, key=lambda site: self.ctx.range(site.root))

    def _add(self, expression: cst.BaseExpression, sink: Sink | None, prefix: str, name: str = "") -> None:
        texts = [text for text in text_of(self.ctx, expression) if is_text(text)]
        for text in texts:
            raw = prefix + with_holes_as(text, lambda _, __: HOLE)
            if raw.count(HOLE) != len(holes(text)):
                continue  # the sign for a hole, written in the file: no text for a database
            if sink is not None and not looks_like_sql(raw):
                continue
            found = spots(raw)
            filled = [self._filled(hole, spot, raw) for hole, spot in zip(holes(text), found, strict=True)]
            filled = _without_names(self.ctx, filled)
            if sink is not None:
                filled = _without_placeholders(self.ctx, sink, raw, filled)
            elif not self._is_believed(raw, found, filled, name):
                continue
            for one in filled:
                root = _written_in(text, one.hole)
                if sink is not None:
                    self.reached |= {root, one.hole.root, one.hole.node}
                    if sink.wrapper is not None:
                        self.wrapped.add(one.hole.node)
                    elif one.hole.node in self.wrapped:
                        continue
                elif root in self.reached or one.hole.node in self.reached:
                    continue
                elif self.roots.setdefault(one.hole.node, root) is not root:
                    continue  # seen in a smaller expression around it
                if one.place is Place.NONE or (sink is not None and _is_found_there(text, one)):
                    continue
                site = self.by_root.setdefault(root, Site(root, text, sink, len(texts), found))
                _put(site, one)

    def _filled(self, hole: Hole, spot: Spot, raw: str) -> Filled:
        place = place_of(self.ctx, hole, spot)
        if place is Place.VALUE and is_no_value(hole, spot, raw):
            place = Place.IDENTIFIER if spot.quote else Place.FRAGMENT
        number = place is Place.VALUE and any(
            is_declared_number(self.ctx, v) for v in {hole.node: None, hole.value: None}
        )
        own = place is Place.VALUE and may_be_own_text(self.ctx, hole, spot, raw)
        return Filled(hole, spot, place, number, own)

    def _is_believed(self, raw: str, found: Sequence[Spot], filled: list[Filled], name: str) -> bool:
        """Whether text is SQL though no database call in sight gets it."""
        values = [one.spot for one in filled if one.place is Place.VALUE]
        if not values:
            return False
        if (looks_like_sql(raw) and is_statement(raw, found)) or is_command(raw, values):
            return True
        return is_clause(raw, values, name) and bool(_SQL_IN_FILE.search(self.ctx.text))


def _written_in(text: Text, hole: Hole) -> cst.BaseExpression:
    """The expression that puts a hole into text.

    What comes bare from elsewhere (an item of a list that is joined, an argument) has no text of its own there: it is
    put where the text next to it stands.
    """
    if hole.node is not hole.root:
        return hole.root
    if isinstance(hole.site, Piece):
        return hole.site.root
    at = next(index for index, part in enumerate(text) if part is hole)
    beside = [text[at - 1]] if at else []
    beside += text[at + 1 : at + 2]
    return next((part.root for part in beside if isinstance(part, Piece)), hole.root)


def _is_found_there(text: Text, one: Filled) -> bool:
    """Whether a function of another module writes the text around a hole, and it is found there by itself."""
    for part in text:
        call = part.node if isinstance(part, Piece) else None
        if isinstance(call, cst.Call) and one.hole.node in (given := [arg.value for arg in call.args]):
            own = tuple(p for p in text if (p.node is call if isinstance(p, Piece) else p.node in given))
            return not one.own and _is_found_alone(one.spot, own)
    return False


def _is_found_alone(spot: Spot, text: Text) -> bool:
    """Whether a value stands in SQL beyond doubt, where no call in sight gets it: compared, counted or inserted.

    Between quotes it may be written in small letters.
    """
    raw = with_holes_as(text, lambda _, __: HOLE)
    if not is_statement_in_full(raw) and not is_condition(raw):
        return False
    compared = spot.before in COMPARES or spot.group == "IN"
    if compared and spot.quote == "'":
        return True
    word = first_word(raw)
    inserted = spot.quote == "'" and word in ("INSERT", "REPLACE")
    return word in raw and (compared or inserted or spot.before in ("LIMIT", "OFFSET"))


def _without_names(ctx: Context, filled: list[Filled]) -> list[Filled]:
    """What names a column at one place of a text names it at the others too (`{c} = GREATEST(0, {c} - ?)`)."""
    names = {ctx.source(one.hole.node) for one in filled if one.place is Place.IDENTIFIER}
    return [
        replace(one, place=Place.IDENTIFIER)
        if one.place is Place.VALUE and not one.spot.quote and ctx.source(one.hole.node) in names
        else one
        for one in filled
    ]


def _without_placeholders(ctx: Context, sink: Sink, raw: str, filled: list[Filled]) -> list[Filled]:
    """Where parameters are passed and no placeholder is written, the bare values bring them (`WHERE id = {mark}`)."""
    given = given_parameters(ctx, sink)
    if given is None or not _may_be_parameters(given):
        return filled
    if PLACEHOLDER.search(_QUOTED.sub("", raw)) or any(one.place is Place.FRAGMENT for one in filled):
        return filled
    bare = [one for one in filled if one.place is Place.VALUE and not one.spot.quote]
    marks = [one for one in bare if one.spot.before not in ("LIMIT", "OFFSET")] or bare
    return [replace(one, place=Place.NONE) if one in marks else one for one in filled]


def _may_be_parameters(given: cst.BaseExpression) -> bool:
    if isinstance(given, cst.Dict | cst.List | cst.Tuple):
        return bool(given.elements)
    return isinstance(given, _MAY_BE_PARAMETERS) and not _CONNECTION.search(last_name(given))


def _put(site: Site, one: Filled) -> None:
    """Add a hole to its site; seen twice, the graver place counts."""
    for index, other in enumerate(site.filled):
        if other.hole.site is one.hole.site or (other.hole.node is one.hole.node and other.spot == one.spot):
            if _GRAVITY[one.place] > _GRAVITY[other.place]:
                site.filled[index] = one
            return
    site.filled.append(one)


def shown(ctx: Context, hole: Hole) -> str:
    """The expression of a hole on one line, as messages show it: `row["name"]` where a mapping fills `%(name)s`."""
    node, key = _filled_from(ctx, hole)
    text = " ".join(ctx.source(node).split())
    if key:
        text = key if text in ("locals()", "vars()") else f'{text}["{key}"]'
    return text if len(text) <= 60 else f"{text[:57]}..."


def _filled_from(ctx: Context, hole: Hole) -> tuple[cst.BaseExpression, str]:
    """The expression of a hole, and the key where that is a mapping: `% row`, `.format(**row)`."""
    field = _FIELD.match(hole.site.text) if isinstance(hole.site, Piece) else None
    if field is not None:
        match hole.root:
            case cst.BinaryOperation(right=right) if right is hole.node and field["named"]:
                return right, field["named"]
            case cst.Call(args=args) if hole.root is hole.node and field["key"]:
                mappings = [arg.value for arg in args if arg.star == "**"]
                return (mappings[0], field["key"]) if len(mappings) == 1 else (hole.node, "")
    return hole.node, ""


_FIELD = re.compile(r"%\((?P<named>\w+)\)|\{(?P<key>[A-Za-z_]\w*)")
_GRAVITY = {Place.NONE: 0, Place.FRAGMENT: 1, Place.IDENTIFIER: 2, Place.VALUE: 3}
_MAY_BE_PARAMETERS = (cst.Name, cst.Attribute, cst.Call, cst.BinaryOperation, cst.ListComp)
_CONNECTION = re.compile(r"^_?(?:con|conn|cnx|connection|engine|db|cursor|cur|session|None|True|False)$")
_QUOTED = re.compile(r"'[^']*'")
_SQL_IN_FILE = re.compile(
    r"\bSELECT\b[^;]{0,400}?\bFROM\b|\bINSERT INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE FROM\b"
    r"|(?i:[\"']\s*(?:select\s|insert\s+into\b|update\s+\S+\s+set\b|delete\s+from\b))"
)
"""A file that writes clauses writes statements too; query languages that only look like SQL do not."""

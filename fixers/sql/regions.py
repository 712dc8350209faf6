"""Which stretches of a text become parameters, and what does each of them hold?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import libcst as cst

from relint.context import Context
from relint.fixers.sql.characters import Char
from relint.libraries.databases import Driver, Style
from relint.queries.known_strings import is_string
from relint.queries.sql import Site
from relint.queries.sql_holes import is_number, speaking_name
from relint.queries.sql_places import HOLE, Place, Spot
from relint.queries.text import Hole, Piece


class Region(NamedTuple):
    """A stretch of the text, the parameter in its place with a name for it, and what stands around the placeholder."""

    start: int
    end: int
    expression: str
    name: str
    form: str = "{}"


@dataclass
class Regions:
    """Looks for the values of a site in its text `raw`, whose characters are `chars`."""

    ctx: Context
    site: Site
    driver: Driver
    style: Style
    raw: str
    chars: list[Char]
    all_text: bool = True
    """Whether every parameter is certainly a string where the database wants one."""
    typed: bool = False
    """Whether a parameter is a list, which only fits where its items are of the column's type."""

    def found(self) -> list[Region] | None:
        """The stretches in order; None where one of the values cannot be a parameter."""
        places = [index for index, char in enumerate(self.raw) if char == HOLE]
        by_site = {id(one.hole.site): one for one in self.site.values}
        regions: dict[int, Region] = {}
        keeps = not isinstance(self.site.root, cst.BinaryOperation | cst.Call) or self._is_sum()
        for place, spot in zip(places, self.site.spots, strict=True):
            hole = self.chars[place].part
            assert isinstance(hole, Hole)
            if id(hole.site) not in by_site:
                if keeps or not self.chars[place].own:
                    continue
                if spot.place is not Place.VALUE or spot.quote:
                    return None
            name = speaking_name(hole.node)
            if (listed := self._listed(place, spot, hole)) is not None:
                regions[listed.start] = listed
                continue
            region = self._quoted(spot) if spot.quote else self._bare(place, spot, hole)
            if region is None:
                return None
            start, end, expression = region
            form = "{}"
            if spot.before in _CASTS and self.driver.server_side and self.driver.style != "qmark":
                if not spot.quote or spot.behind in _UNITS:
                    return None
                form = f"CAST({{}} AS {spot.before.lower()})"
                start = self.raw.upper().rfind(spot.before, 0, start)
                if start < 0:
                    return None
            if not self._may_stand(spot, end):
                return None
            regions[start] = Region(start, end, expression, name, form)
        return [regions[start] for start in sorted(regions)]

    def _is_sum(self) -> bool:
        """Whether the root is a concatenation, whose other operands may stay."""
        root = self.site.root
        if isinstance(root, cst.Call):
            inner = [a.value for a in root.args]
            return not isinstance(root.func, cst.Attribute) or any(isinstance(i, cst.FormattedString) for i in inner)
        while isinstance(root, cst.BinaryOperation):
            if isinstance(root.operator, cst.Modulo):
                return False
            root = root.left
        return True

    def _may_stand(self, spot: Spot, end: int) -> bool:
        """Whether a parameter means there what the text meant."""
        if spot.before in ("IN", "VALUES", "VALUE") or (
            spot.alone and spot.group in ("IN", "VALUES") and not spot.quote
        ):
            return False
        if self.driver.server_side and spot.before in ("->", "->>", "#>", "#>>"):
            return False
        behind = self.raw[end:].lstrip()
        # SQLAlchemy takes the colon of `::date` for the beginning of a name.
        return not (self.style == "named" and behind.startswith(":"))

    def _listed(self, place: int, spot: Spot, hole: Hole) -> Region | None:
        """What stands behind IN: psycopg2 takes the tuple of `IN {tuple(names)}`, PostgreSQL else a list for ANY."""
        if hole.spec:
            return None
        match hole.node:
            case cst.Call(func=cst.Name(value="tuple"), args=[cst.Arg(star="", keyword=None, value=items)]):
                text = self.ctx.source(hole.node)
                if spot.before != "IN" or spot.quote or "\n" in text:
                    return None
                if self.driver.name in _TAKE_TUPLES:
                    self.all_text = False
                    return Region(place, place + 1, text, speaking_name(hole.node))
                start, end = place, place + 1
            case cst.Call(
                func=cst.Attribute(value=cst.SimpleString() as separator, attr=cst.Name(value="join")),
                args=[cst.Arg(star="", value=joined)],
            ) if spot.group == "IN" and (spot.alone or spot.quote):
                found = _joined(joined, quoted=bool(spot.quote))
                between = str(separator.evaluated_value).replace(" ", "")
                start, end = spot.span if spot.quote else (place, place + 1)
                start, end = self.raw[:start].rstrip().rfind("("), self.raw.find(")", end)
                inside = self.raw[start + 1 : end].strip()
                if found is None or (inside, between) not in ((HOLE, ","), (f"'{HOLE}'", "','")):
                    return None
                items, end = found, end + 1
            case _:
                return None
        return self._any(start, end, items)

    def _any(self, start: int, end: int, items: cst.BaseExpression) -> Region | None:
        """`= ANY(list)` in place of what stands behind IN."""
        said, text = _IN.search(self.raw[:start]), self.ctx.source(items)
        if self.driver.name not in _TAKE_LISTS or said is None or isinstance(items, cst.GeneratorExp) or "\n" in text:
            return None
        self.all_text, self.typed = False, True
        form = "<> ALL({})" if said[1] else "= ANY({})"
        return Region(said.start(), end, f"list({text})", speaking_name(items), form)

    def _bare(self, place: int, spot: Spot, hole: Hole) -> tuple[int, int, str] | None:
        node = hole.node
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "str" and node.args:
            node = node.args[0].value  # the text does not need it any more
        text = self.ctx.source(node)
        number = (
            is_number(self.ctx, hole.value) or is_number(self.ctx, hole.node) or self._annotated(hole, ("int", "float"))
        )
        if "\n" in text or (isinstance(hole.node, cst.BinaryOperation) and not number):
            return None
        if isinstance(hole.node, cst.Call) and speaking_name(hole.node.func) in (
            "join",
            "format",
            "tuple",
            "list",
            "repr",
        ):
            return None
        self.all_text = False
        if hole.spec not in ("", ":d", ":i") or (hole.spec and not number):
            return (place, place + 1, f"int({text})") if hole.spec in (":d", ":i") else None
        counts = spot.before in ("LIMIT", "OFFSET") or (spot.before == "," and not spot.group)
        if counts and not number and not self.driver.postgres and self.driver.style == "format":
            return place, place + 1, f"int({text})"  # MySQL quotes a string there
        return place, place + 1, text

    def _quoted(self, spot: Spot) -> tuple[int, int, str] | None:
        """A quoted literal with holes: what stands between the quotes moves into the parameter."""
        start, end = spot.span
        if spot.quote == "$$":
            return None
        inner = self.raw[start + 1 : end - 1]
        if not (self.raw[start] == self.raw[end - 1] and end - start > 2) or self.raw[start - 1 : start].isalnum():
            return None
        if "\\" in inner or "\n" in inner or any(not char.own for char in self.chars[start:end]):
            return None
        if self.driver.style == "numeric" and spot.before not in ("LIKE", "ILIKE", "||"):
            self.all_text = False
        if inner == HOLE:
            hole = self.chars[start + 1].part
            assert isinstance(hole, Hole)
            if self._is_several(hole):
                return None
            self.typed = self.typed or self._may_be_several(start, end)
            text = self.ctx.source(hole.node)
            if hole.spec == "" and "\n" not in text:
                return start, end, text if self._is_string(hole) else f"str({text})"
        return self._as_f_string(start, end, spot.quote)

    def _is_several(self, hole: Hole) -> bool:
        """Whether what stands between the quotes closes and opens them again: `"','".join(names)`."""
        value = self.ctx.value_of(hole.node) if isinstance(hole.node, cst.Name) else hole.node
        match value:
            case cst.Call(func=cst.Attribute(value=cst.SimpleString() as separator, attr=cst.Name(value="join"))):
                return "'" in str(separator.evaluated_value) or '"' in str(separator.evaluated_value)
        return False

    def _may_be_several(self, start: int, end: int) -> bool:
        """Whether a literal is all that stands behind IN: for one value, people write `=`."""
        before, behind = self.raw[:start].rstrip(), self.raw[end:].lstrip()
        return before.endswith("(") and _IN.search(before[:-1]) is not None and behind.startswith(")")

    def _as_f_string(self, start: int, end: int, quote: str) -> tuple[int, int, str] | None:
        parts = []
        for index in range(start + 1, end - 1):
            part = self.chars[index].part
            if isinstance(part, Piece):
                character = self.raw[index]
                if character == quote and self.raw[index + 1] == quote:
                    continue  # '' is one quote
                parts.append(character * 2 if character in "{}" else character)
                continue
            source = self.ctx.source(part.node)
            from_percent = isinstance(part.site, Piece) and self.ctx.text[self.chars[index].start] == "%"
            if "\n" in source or "\\" in source or "!" in part.spec or (part.spec and from_percent):
                return None
            parts.append(f"{{{source}{part.spec}}}")
        text = "".join(parts)
        for delimiter in '"', "'":
            if delimiter not in text:
                return start, end, f"f{delimiter}{text}{delimiter}"
        return None

    def _is_string(self, hole: Hole) -> bool:
        """Between quotes everything was one: drivers would pass a number as a number, and None as NULL."""
        if not isinstance(hole.site, Piece | cst.FormattedStringExpression):
            return True  # `"'" + x + "'"` takes nothing else
        return is_string(self.ctx, hole.node) or is_string(self.ctx, hole.value)

    def _annotated(self, hole: Hole, names: tuple[str, ...]) -> bool:
        found = self.ctx.definitions(hole.node) if isinstance(hole.node, cst.Name) else None
        if not found or found[0].annotation is None:
            return False
        return self.ctx.source(found[0].annotation) in names


_TAKE_TUPLES = frozenset({"psycopg2", "aiopg"})
_TAKE_LISTS = _TAKE_TUPLES | {"psycopg", "asyncpg"}
_IN = re.compile(r"\b(NOT\s+)?IN\s*$", re.IGNORECASE)
_CASTS = frozenset({"INTERVAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ"})
_UNITS = frozenset("YEAR MONTH WEEK DAY HOUR MINUTE SECOND YEARS MONTHS DAYS HOURS MINUTES SECONDS".split())


def _joined(items: cst.BaseExpression, *, quoted: bool) -> cst.BaseExpression | None:
    """The values of which `",".join(...)` makes a text: `numbers` of `map(str, numbers)`, `names` between quotes."""
    match items:
        case cst.Call(func=cst.Name(value="map"), args=[cst.Arg(value=cst.Name(value=made)), cst.Arg(value=values)]):
            return values if made == "str" or (made == "repr" and not quoted) else None
        case cst.Name() | cst.Attribute() if quoted:
            return items
    return None

"""Takes values out of SQL text: the edits on the literals, and the parameters in their order.

Only the characters of the holes and of the quotes around them change; the rest of every literal stays as it is spelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst

from relint.context import Context
from relint.libraries.databases import Driver, Style
from relint.model import Edit
from relint.queries.known_strings import is_string
from relint.queries.spelling import spelled
from relint.queries.sql import Site
from relint.queries.sql_holes import is_number, speaking_name
from relint.queries.sql_places import HOLE, Place, Spot
from relint.queries.sql_sinks import given_parameters
from relint.queries.text import Hole, Piece, with_holes_as


@dataclass(frozen=True)
class Parameter:
    """One parameter: its expression, a name for it, and how many placeholders of the text stand before it."""

    expression: str
    name: str
    before: int


@dataclass(frozen=True)
class _Char:
    """A character of the text, where it is spelled and in which literal; `literal` None for an operand."""

    start: int
    end: int
    literal: cst.SimpleString | cst.FormattedString | None
    own: bool
    part: Piece | Hole


@dataclass
class Rewriting:
    """What the fix does to the text."""

    ctx: Context
    site: Site
    driver: Driver
    style: Style
    """The driver's style, or the named one where the call has named parameters already."""
    edits: list[Edit] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    existing: int = 0
    """How many placeholders the text has already."""
    all_text: bool = True
    """Whether every parameter is certainly a string where the database wants one."""
    taken: frozenset[str] = frozenset()
    """Names that parameters of other parts of the text have."""

    @classmethod
    def of(cls, ctx: Context, site: Site, taken: frozenset[str] = frozenset()) -> Rewriting | None:
        """The rewriting of a site; None where it would not be the same statement."""
        assert site.sink is not None
        assert site.sink.driver is not None
        given = given_parameters(ctx, site.sink)
        style: Style = site.sink.driver.style
        if isinstance(given, cst.Dict) and style in ("qmark", "format"):
            style = "named"
        rewriting = cls(ctx, site, site.sink.driver, style, taken=taken)
        return rewriting if rewriting._rewrite(given) else None

    # -- the text ----------------------------------------------------------------------------------------------------

    def _rewrite(self, given: cst.BaseExpression | None) -> bool:
        raw = with_holes_as(self.site.text, lambda _, __: HOLE)
        chars = self._chars()
        if chars is None or len(chars) != len(raw):
            return False
        self.raw, self.chars = raw, chars
        before = placeholders(raw, self.driver.style)
        self.existing = len(before)
        if given is None and before and self.driver.style != "named":
            return False
        regions = self._regions()
        if not regions:
            return False
        for start, end, expression, name, cast in regions:
            number = sum(place < start for place in before)
            parameter = Parameter(expression, self._free(name, expression, given), number)
            self.parameters.append(parameter)
            placeholder = self._placeholder(parameter, given)
            if not self._replace(start, end, f"CAST({placeholder} AS {cast})" if cast else placeholder):
                return False
        replaced = {place for start, end, *_ in regions for place in range(start, end)}
        return self._spell_the_rest(replaced, doubles=given is None) and self._drop_operator(replaced)

    def _chars(self) -> list[_Char] | None:
        """Every character of the text with its place in the source; those of other expressions are not `own`."""
        chars: list[_Char] = []
        root = self.site.root
        template = _template(self.ctx, root)
        for part in self.site.text:
            own = part.root is root or part.root is template
            if isinstance(part, Hole) and not isinstance(part.site, Piece):
                literal = self.ctx.parent(part.site) if isinstance(part.site, cst.FormattedStringExpression) else None
                assert literal is None or isinstance(literal, cst.FormattedString)
                chars.append(_Char(*self.ctx.range(part.site), literal, own, part))
                continue
            piece = part.site if isinstance(part, Hole) else part
            assert isinstance(piece, Piece)
            spans = self._spans(piece)
            if spans is None:
                return None
            found = self._literal(piece)
            if isinstance(part, Hole) or len(spans) != len(part.text):
                chars.append(_Char(spans[0][0], spans[-1][1], found, own, part))
            else:
                chars += [_Char(start, end, found, own, part) for start, end in spans]
        return chars

    def _literal(self, piece: Piece) -> cst.SimpleString | cst.FormattedString | None:
        node = self.ctx.parent(piece.node) if isinstance(piece.node, cst.FormattedStringText) else piece.node
        return node if isinstance(node, cst.SimpleString | cst.FormattedString) else None

    def _spans(self, piece: Piece) -> list[tuple[int, int]] | None:
        """Where each character of a piece is spelled."""
        literal = self._literal(piece)
        if literal is None:  # a number
            return [self.ctx.range(piece.node)] * len(piece.text)
        braces = isinstance(piece.node, cst.FormattedStringText)
        start, end = self.ctx.range(piece.node)
        if isinstance(literal, cst.SimpleString):
            start, end = start + len(literal.prefix) + len(literal.quote), end - len(literal.quote)
        raw = "r" in literal.prefix.lower()
        found = spelled(self.ctx.text[start:end], raw=raw, braces=braces)[piece.start : piece.end]
        return [(start + low, start + high) for _, low, high in found] or None

    # -- regions -----------------------------------------------------------------------------------------------------

    def _regions(self) -> list[tuple[int, int, str, str, str]] | None:
        """(start, end, expression, name, cast) of each stretch of the text that becomes a parameter; None to refuse."""
        places = [index for index, char in enumerate(self.raw) if char == HOLE]
        by_site = {id(one.hole.site): one for one in self.site.values}
        regions: dict[int, tuple[int, int, str, str, str]] = {}
        keeps = not isinstance(self.site.root, cst.BinaryOperation | cst.Call) or self._is_sum()
        for place, spot in zip(places, self.site.spots, strict=True):
            hole = self.chars[place].part
            assert isinstance(hole, Hole)
            if id(hole.site) not in by_site:
                if keeps or not self.chars[place].own:
                    continue
                if spot.place is not Place.VALUE or spot.quote:
                    return None
            region = self._quoted(spot) if spot.quote else self._bare(place, spot, hole)
            if region is None:
                return None
            start, end, expression = region
            cast = ""
            if spot.before in _CASTS and self.driver.server_side and self.driver.style != "qmark":
                if not spot.quote or spot.behind in _UNITS:
                    return None
                cast = spot.before.lower()
                start = self.raw.upper().rfind(spot.before, 0, start)
                if start < 0:
                    return None
            if not self._may_stand(spot, end):
                return None
            regions[start] = (start, end, expression, speaking_name(hole.node), cast)
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
            text = self.ctx.source(hole.node)
            if hole.spec == "" and "\n" not in text:
                return start, end, text if self._is_string(hole) else f"str({text})"
        return self._as_f_string(start, end, spot.quote)

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

    # -- placeholders ------------------------------------------------------------------------------------------------

    def _free(self, name: str, expression: str, given: cst.BaseExpression | None) -> str:
        """A name for a named parameter: the same expression keeps its name."""
        for other in self.parameters:
            if other.expression == expression:
                return other.name
        taken = {other.name for other in self.parameters}.union(self.taken, _NAMED.findall(self.raw))
        if isinstance(given, cst.Dict):
            keys = (e.key for e in given.elements if isinstance(e, cst.DictElement))
            taken |= {str(k.evaluated_value) for k in keys if isinstance(k, cst.SimpleString)}
        base = name.lower() if name.isidentifier() else "value"
        return next(n for n in (base, *(f"{base}_{i}" for i in range(2, 100))) if n not in taken)

    def _placeholder(self, parameter: Parameter, given: cst.BaseExpression | None) -> str:
        match self.driver.style, self.style:
            case "format", "named":
                return f"%({parameter.name})s"
            case _, "named":
                return f":{parameter.name}"
            case _, "numeric":
                existing = [int(n) for n in re.findall(r"\$(\d+)", self.raw)]
                return f"${max(existing, default=0) + len(self.parameters)}"
            case _, "format":
                return "%s"
        return "?"

    # -- edits on the literals ---------------------------------------------------------------------------------------

    def _replace(self, start: int, end: int, placeholder: str) -> bool:
        """Replace a stretch of the text, across literals where it spans some."""
        first, last = self.chars[start], self.chars[end - 1]
        if first.literal is not None and first.literal is last.literal:
            self.edits.append(Edit(first.start, last.end, placeholder))
            return True
        opening = first.literal
        begin = first.start
        if opening is None:
            before = self.chars[start - 1] if start else None
            if before is None or before.literal is None or not before.own:
                return False
            opening, begin = before.literal, self._interior(before.literal)[1]
        closing = last.literal
        finish = last.end
        if closing is None:
            after = self.chars[end] if end < len(self.chars) else None
            if after is not None:
                if after.literal is None or not after.own:
                    return False
                closing, finish = after.literal, self._interior(after.literal)[0]
        return self._join(opening, begin, closing, finish, placeholder, [c.part for c in self.chars[start:end]])

    def _join(
        self,
        opening: cst.SimpleString | cst.FormattedString,
        begin: int,
        closing: cst.SimpleString | cst.FormattedString | None,
        finish: int,
        placeholder: str,
        parts: list[Piece | Hole],
    ) -> bool:
        operands = [
            p.node
            for p in parts
            if isinstance(p, Hole) and not isinstance(p.site, Piece | cst.FormattedStringExpression)
        ]
        gap_start = self.ctx.range(opening)[1]
        gap = self.ctx.text[gap_start : self.ctx.range(closing)[0] if closing is not None else finish]
        bare = gap
        for operand in operands:
            bare = bare.replace(self.ctx.source(operand), "", 1)
        if len(operands) != 1 or bare.strip(" \t\r\n+") or "#" in gap or opening is closing:
            return False
        if closing is not None and finish == self._interior(closing)[1]:
            finish, closing = self.ctx.range(closing)[1], None
        end_quote = _delimiter(opening)
        if closing is None:
            self.edits.append(Edit(begin, finish, placeholder + end_quote))
            return True
        start_quote = self.ctx.text[self.ctx.range(closing)[0] : self._interior(closing)[0]]
        own_start = self.ctx.text[self.ctx.range(opening)[0] : self._interior(opening)[0]]
        if start_quote == own_start and "\n" not in gap and "\r" not in gap and len(end_quote) == 1:
            self.edits.append(Edit(begin, finish, placeholder))
            return True
        if isinstance(closing, cst.FormattedString):
            return False
        lines = re.findall(r"(?:\r\n|\n|\r)[ \t]*", gap)
        separator = lines[-1].replace("\r\n", "\n").replace("\r", "\n") if lines else " "
        self.edits.append(Edit(begin, finish, f"{placeholder}{end_quote}{separator}{start_quote}"))
        return True

    def _interior(self, literal: cst.SimpleString | cst.FormattedString) -> tuple[int, int]:
        start, end = self.ctx.range(literal)
        return start + len(literal.prefix) + len(_delimiter(literal)), end - len(_delimiter(literal))

    def _spell_the_rest(self, replaced: set[int], *, doubles: bool) -> bool:
        """What stays is spelled as the literal needs it now: `%%` with new parameters, `{` without the f."""
        plain = self._literals_without_holes(replaced)
        for literal in plain:
            start = self.ctx.range(literal)[0]
            prefix = literal.prefix
            kept = prefix.replace("f", "").replace("F", "")
            self.edits.append(Edit(start, start + len(prefix), kept))
        for index, char in enumerate(self.chars):
            if index in replaced or isinstance(char.part, Hole) or char.literal is None:
                continue
            wanted = self.raw[index]
            if not char.own:
                if wanted == "%" and doubles and self.driver.style == "format":
                    return False
                continue
            current = self.ctx.text[char.start : char.end]
            if wanted == "%":
                new = "%%" if doubles and self.driver.style == "format" else "%"
            elif wanted in "{}":
                new = current if isinstance(char.literal, cst.FormattedString) and char.literal not in plain else wanted
            else:
                continue
            if new != current:
                self.edits.append(Edit(char.start, char.end, new))
        return True

    def _literals_without_holes(self, replaced: set[int]) -> list[cst.FormattedString]:
        """f-strings that need no f any more."""
        gone = {id(self.chars[i].part.site) for i in replaced if isinstance(self.chars[i].part, Hole)}  # type: ignore[union-attr]
        literals = {
            id(c.literal): c.literal for c in self.chars if isinstance(c.literal, cst.FormattedString) and c.own
        }
        return [
            literal
            for literal in literals.values()
            if all(id(p) in gone for p in literal.parts if isinstance(p, cst.FormattedStringExpression))
            and any(isinstance(p, cst.FormattedStringExpression) for p in literal.parts)
        ]

    def _drop_operator(self, replaced: set[int]) -> bool:
        """Remove ` % (...)` or `.format(...)`, all of whose values are parameters now."""
        root = self.site.root
        match root:
            case cst.BinaryOperation(left=left, operator=cst.Modulo()):
                pattern = re.compile(r"((?:\s*\))*)\s*%")
            case cst.Call(func=cst.Attribute(value=left, attr=cst.Name(value="format"))):
                pattern = re.compile(r"((?:\s*\))*)\s*\.")
            case _:
                return True
        if any(
            not char.own or (isinstance(char.part, Hole) and i not in replaced) for i, char in enumerate(self.chars)
        ):
            return False
        end = self.ctx.range(root)[1]
        found = pattern.match(self.ctx.text, self.ctx.range(left)[1])
        if found is None or "#" in self.ctx.text[found.end(1) : end]:
            return False
        self.edits.append(Edit(found.end(1), end, ""))
        return True


def placeholders(raw: str, style: Style) -> list[int]:
    """Where the placeholders of a style stand in a text."""
    return [found.start() for found in _EXISTING[style].finditer(re.sub(r"'[^']*'", _blank, raw))]


def _template(ctx: Context, root: cst.BaseExpression) -> cst.BaseExpression | None:
    """The literal that `NAME % values` or `NAME.format(values)` fills, when nothing else can be meant by the name.

    A public name of the module may be filled by other files too.
    """
    match root:
        case cst.BinaryOperation(left=cst.Name() as name, operator=cst.Modulo()):
            pass
        case cst.Call(func=cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="format"))):
            pass
        case _:
            return None
    found, literal = ctx.names.find(name), ctx.value_of(name)
    if found is None or not isinstance(literal, cst.SimpleString | cst.ConcatenatedString):
        return None
    scope, _ = found
    shared = scope is ctx.names.module and not name.value.startswith("_")
    local = isinstance(scope.node, cst.FunctionDef | cst.Module)
    return literal if local and not shared and len(ctx.names.uses(scope, name.value)) == 1 else None


def _delimiter(literal: cst.SimpleString | cst.FormattedString) -> str:
    return literal.quote if isinstance(literal, cst.SimpleString) else literal.end


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


_EXISTING = {
    "format": re.compile(r"%s|%\(\w+\)s"),
    "qmark": re.compile(r"\?"),
    "named": re.compile(r"(?<![:\w\\]):\w+(?!:)"),
    "numeric": re.compile(r"\$\d+"),
}
_NAMED = re.compile(r"(?:(?<![:\w\\]):|%\()(\w+)")
_CASTS = frozenset({"INTERVAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ"})
_UNITS = frozenset("YEAR MONTH WEEK DAY HOUR MINUTE SECOND YEARS MONTHS DAYS HOURS MINUTES SECONDS".split())

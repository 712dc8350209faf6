"""Takes values out of SQL text: the edits on the literals, and the parameters in their order.

Only the characters of the holes and of the quotes around them change; the rest of every literal stays as it is spelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst

from relint.context import Context
from relint.fixers.sql.characters import characters, delimiter, interior
from relint.fixers.sql.regions import Regions
from relint.libraries.databases import Driver, Style
from relint.model import Edit
from relint.names import COMPREHENSIONS
from relint.queries.sql import Site
from relint.queries.sql_places import HOLE
from relint.queries.sql_sinks import given_parameters
from relint.queries.text import Hole, Piece, with_holes_as


@dataclass(frozen=True)
class Parameter:
    """One parameter: its expression, a name for it, and how many placeholders of the text stand before it."""

    expression: str
    name: str
    before: int


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
    typed: bool = False
    """Whether a parameter only fits where it is of the column's type."""
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
        chars = characters(self.ctx, self.site)
        if chars is None or len(chars) != len(raw):
            return False
        self.raw, self.chars = raw, chars
        before = placeholders(raw, self.driver.style)
        self.existing = len(before)
        if given is None and before and self.driver.style != "named":
            return False
        finder = Regions(self.ctx, self.site, self.driver, self.style, raw, chars)
        regions = finder.found()
        self.all_text, self.typed = finder.all_text, finder.typed
        if not regions:
            return False
        for start, end, expression, name, form in regions:
            if any(self._is_repeated(c.part) for c in chars[start:end] if isinstance(c.part, Hole)):
                return False
            number = sum(place < start for place in before)
            parameter = Parameter(expression, self._free(name, expression, given), number)
            self.parameters.append(parameter)
            placeholder = self._placeholder(parameter, given)
            if not self._replace(start, end, form.format(placeholder)):
                return False
        replaced = {place for start, end, *_ in regions for place in range(start, end)}
        assert self.site.sink is not None
        doubles = given is None and self.site.sink.name != "extra"  # in which they are two in any case
        return self._spell_the_rest(replaced, doubles=doubles) and self._drop_operator(replaced)

    def _is_repeated(self, hole: Hole) -> bool:
        """Whether a comprehension writes the hole as often as it has items: `" OR ".join(f"a = '{x}'" for x in xs)`."""
        assert self.site.sink is not None
        around = {node for node in self.ctx.ancestors(hole.node) if isinstance(node, _REPEATS)}
        return not around <= set(self.ctx.ancestors(self.site.sink.call))

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
            opening, begin = before.literal, interior(self.ctx, before.literal)[1]
        closing = last.literal
        finish = last.end
        if closing is None:
            after = self.chars[end] if end < len(self.chars) else None
            if after is not None:
                if after.literal is None or not after.own:
                    return False
                closing, finish = after.literal, interior(self.ctx, after.literal)[0]
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
        if closing is not None and finish == interior(self.ctx, closing)[1]:
            finish, closing = self.ctx.range(closing)[1], None
        end_quote = delimiter(opening)
        if closing is None:
            self.edits.append(Edit(begin, finish, placeholder + end_quote))
            return True
        start_quote = self.ctx.text[self.ctx.range(closing)[0] : interior(self.ctx, closing)[0]]
        own_start = self.ctx.text[self.ctx.range(opening)[0] : interior(self.ctx, opening)[0]]
        if start_quote == own_start and "\n" not in gap and "\r" not in gap and len(end_quote) == 1:
            self.edits.append(Edit(begin, finish, placeholder))
            return True
        if isinstance(closing, cst.FormattedString):
            return False
        lines = re.findall(r"(?:\r\n|\n|\r)[ \t]*", gap)
        separator = lines[-1].replace("\r\n", "\n").replace("\r", "\n") if lines else " "
        self.edits.append(Edit(begin, finish, f"{placeholder}{end_quote}{separator}{start_quote}"))
        return True

    def _spell_the_rest(self, replaced: set[int], *, doubles: bool) -> bool:
        """What stays is spelled as the literal needs it now: `%%` with new parameters, `{` without the f."""
        plain = self._literals_without_holes(replaced)
        for literal in plain:
            start = self.ctx.range(literal)[0]
            prefix = literal.prefix
            kept = prefix.replace("f", "").replace("F", "")
            self.edits.append(Edit(start, start + len(prefix), kept))
        for index, char in enumerate(self.chars):
            if index in replaced or isinstance(char.part, Hole):
                continue
            wanted = self.raw[index]
            if not char.own:
                if wanted == "%" and doubles and self.driver.style == "format":
                    return False
                continue
            if char.literal is None:
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


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


_EXISTING = {
    "format": re.compile(r"%s|%\(\w+\)s"),
    "qmark": re.compile(r"\?"),
    "named": re.compile(r"(?<![:\w\\]):\w+(?!:)"),
    "numeric": re.compile(r"\$\d+"),
}
_REPEATS = (*COMPREHENSIONS, cst.Lambda)
_NAMED = re.compile(r"(?:(?<![:\w\\]):|%\()(\w+)")

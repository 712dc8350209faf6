"""Text that grows with `+=` and is executed once: every part gives its values to one list of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.sql.parameters import given_collected, runs_once_after, takes_parameters
from relint.fixers.sql.rewriting import Parameter, Rewriting, placeholders
from relint.model import Edits
from relint.queries.sql import Site, sites
from relint.queries.sql_places import HOLE
from relint.queries.sql_sinks import Sink
from relint.queries.text import holes, text_of, with_holes_as


@dataclass(frozen=True)
class Grown:
    """The edits, the sites that they deal with, and whether something beside the database reads the text."""

    edits: Edits
    sites: tuple[Site, ...]
    read_elsewhere: bool


def grown(ctx: Context, site: Site) -> Grown | None:
    """Take the values out of all parts of a text; None where the parts, or what they run with, are not certain."""
    sink = site.sink
    if sink is None or not isinstance(sink.arg.value, cst.Name) or not takes_parameters(ctx, sink, site.text):
        return None
    statements = _statements(ctx, sink, sink.arg.value)
    if statements is None or any(not edits.is_alone(ctx, statement) for statement in statements.values()):
        return None
    doubtful = tuple(one for one in sites(ctx) if one.sink is not None and one.sink.call is sink.call and one.doubtful)
    if any(one.root not in statements for one in doubtful) or not _is_written_there(ctx, sink, statements):
        return None
    first, *_ = statements.values()
    name = edits.free_name(ctx, f"{sink.arg.value.value}_parameters", sink.call)
    given = given_collected(ctx, sink, name)
    if given is None:
        return None
    changes: list[Edits | None] = [given]
    initial: list[Parameter] = []
    taken: frozenset[str] = frozenset()
    for one in doubtful:
        statement, rewriting = statements[one.root], _rewriting(ctx, one, taken)
        if rewriting is None:
            return None
        taken |= {parameter.name for parameter in rewriting.parameters}
        changes.append(tuple(rewriting.edits))
        if statement is first:
            initial = rewriting.parameters
        else:
            changes.append(edits.insert_after(ctx, statement, _added(name, rewriting)))
    as_dict = sink.driver is not None and sink.driver.style == "named"
    changes.append(edits.insert_after(ctx, first, f"{name} = {_display(initial, as_dict=as_dict)}"))
    if any(change is None for change in changes):
        return None
    reads = ctx.names.uses(ctx.names.scope_of(sink.call), sink.arg.value.value)
    return Grown(tuple(edit for change in changes for edit in change or ()), doubtful, len(reads) > 1)


def _statements(ctx: Context, sink: Sink, name: cst.Name) -> dict[cst.BaseExpression, cst.CSTNode] | None:
    """Each part of the text with its statement, the one that binds the name first.

    None unless the others add to it, under conditions and in loops at most, before it is executed.
    """
    scope, bindings = ctx.names.find(name) or (None, [])
    if scope is None or not isinstance(scope.node, cst.FunctionDef) or ctx.names.scope_of(name) is not scope:
        return None
    ordered = sorted(bindings, key=lambda binding: ctx.range(binding.node)[0])
    if [b.kind for b in ordered] != ["assign", *["augment"] * (len(ordered) - 1)] or len(ordered) < 2:
        return None
    found = {b.value: ctx.statement_of(b.node) for b in ordered if b.value is not None}
    first, *others = found.values()
    executed = ctx.statement_of(sink.call)
    if any(not isinstance(b.node.operator, cst.AddAssign) for b in ordered[1:] if isinstance(b.node, cst.AugAssign)):
        return None
    if not runs_once_after(ctx, first, executed) or any(ctx.names.scope_of(other) is not scope for other in others):
        return None
    last = max(ctx.range(statement)[1] for statement in others)
    if last > ctx.range(executed)[0] or not all(_is_plainly_below(ctx, sink, first, other) for other in others):
        return None
    return found


def _is_plainly_below(ctx: Context, sink: Sink, first: cst.CSTNode, statement: cst.CSTNode) -> bool:
    """Whether a statement stands in the block of another one, or in conditions of that block.

    In loops as well, unless each round would need a name of its own.
    """
    assert sink.driver is not None
    allowed = (cst.If, cst.Else, cst.IndentedBlock, *([] if sink.driver.style == "named" else [cst.For]))
    block, current = ctx.siblings(first), statement
    while current not in block:
        parent = ctx.parent(current)
        if not isinstance(parent, allowed):
            return False
        current = parent
    return True


def _is_written_there(ctx: Context, sink: Sink, statements: dict[cst.BaseExpression, cst.CSTNode]) -> bool:
    """Whether every hole stands in one of the parts, and none of them has a placeholder, or a `%` to be doubled."""
    assert sink.driver is not None
    for text in text_of(ctx, sink.arg.value):
        raw = with_holes_as(text, lambda _, __: HOLE)
        if any(hole.root not in statements for hole in holes(text)) or placeholders(raw, sink.driver.style):
            return False
    plain = (part.value for part in statements if isinstance(part, cst.SimpleString))
    return sink.driver.style != "format" or not any("%" in text for text in plain)


def _rewriting(ctx: Context, site: Site, taken: frozenset[str]) -> Rewriting | None:
    """The rewriting of a part by itself, its holes standing where they stand in the whole text."""
    texts = text_of(ctx, site.root)
    at = next((index for index, part in enumerate(site.text) if part is texts[0][0]), None)
    if len(texts) != 1 or at is None or any(a is not b for a, b in zip(texts[0], site.text[at:], strict=False)):
        return None
    offset = len(with_holes_as(site.text[:at], lambda _, __: HOLE))
    length = len(with_holes_as(texts[0], lambda _, __: HOLE))
    first = len(holes(site.text[:at]))
    spots = [
        replace(spot, span=(spot.span[0] - offset, spot.span[1] - offset))
        for spot in site.spots[first : first + len(holes(texts[0]))]
    ]
    if any(spot.span[0] < 0 or spot.span[1] > length for spot in spots):
        return None
    return Rewriting.of(ctx, replace(site, text=texts[0], spots=spots), taken)


def _added(name: str, rewriting: Rewriting) -> str:
    parameters = rewriting.parameters
    if rewriting.style == "named":
        return f"{name}.update({_display(parameters, as_dict=True)})"
    if len(parameters) == 1:
        return f"{name}.append({parameters[0].expression})"
    return f"{name} += {_display(parameters, as_dict=False)}"


def _display(parameters: list[Parameter], *, as_dict: bool) -> str:
    if as_dict:
        return "{" + ", ".join(f'"{p.name}": {p.expression}' for p in {p.name: p for p in parameters}.values()) + "}"
    return f"[{', '.join(p.expression for p in parameters)}]"

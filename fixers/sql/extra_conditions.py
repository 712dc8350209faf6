"""Django's `.extra(where=[...])` takes parameters as `params=[...]`, in the order of all its conditions."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.sql.parameters import inserted
from relint.fixers.sql.rewriting import Rewriting, placeholders
from relint.model import Edits
from relint.queries.sql import Site
from relint.queries.sql_places import HOLE
from relint.queries.sql_sinks import Sink, texts_given
from relint.queries.text import text_of, with_holes_as


def with_params(ctx: Context, site: Site) -> Edits | None:
    """The edits on a condition and on the call; None where it is not certain what the parameters of the others are."""
    sink = site.sink
    if sink is None or sink.name != "extra" or sink.arg.keyword is None or sink.arg.keyword.value != "where":
        return None
    if ctx.unpacks(sink.call) or ctx.unpacks(sink.call, "*") or site.alternatives != 1:
        return None
    counts = _placeholders(ctx, sink.arg.value)
    rewriting = Rewriting.of(ctx, _alone(ctx, site, sink)) if site.root in counts else None
    if rewriting is None or any("%" in ctx.source(one.hole.node) for one in site.values):
        return None
    before = sum(list(counts.values())[: list(counts).index(site.root)])
    rewriting.parameters = [
        # Where a condition says `%%` for `%`, a parameter does not.
        replace(each, expression=each.expression.replace("%%", "%"), before=each.before + before)
        for each in rewriting.parameters
    ]
    rewriting.existing = sum(counts.values())
    given = ctx.keyword(sink.call, "params")
    if given is not None:
        added = inserted(ctx, given.value, rewriting)
    elif not rewriting.existing:
        expressions = ", ".join(parameter.expression for parameter in rewriting.parameters)
        added = edits.append_argument(ctx, sink.call, f"params=[{expressions}]")
    else:
        return None
    return None if added is None else (*rewriting.edits, *added)


def _alone(ctx: Context, site: Site, sink: Sink) -> Site:
    """The condition without what stands before it in the statement."""
    before = next(len(prefix) for expression, prefix in texts_given(ctx, sink) if expression is site.root)
    spots = [replace(spot, span=(spot.span[0] - before, spot.span[1] - before)) for spot in site.spots]
    return replace(site, spots=spots)


def _placeholders(ctx: Context, conditions: cst.BaseExpression) -> dict[cst.BaseExpression, int]:
    """The conditions of a list in order, each with the number of its placeholders; empty where one is not certain."""
    if not isinstance(conditions, cst.List | cst.Tuple):
        return {}
    counts: dict[cst.BaseExpression, int] = {}
    for element in conditions.elements:
        texts = text_of(ctx, element.value)
        if isinstance(element, cst.StarredElement) or len(texts) != 1:
            return {}
        counts[element.value] = len(placeholders(with_holes_as(texts[0], lambda _, __: HOLE), "format"))
    return counts

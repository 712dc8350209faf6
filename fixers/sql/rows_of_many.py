"""`executemany` takes the parameters of each row: a value that is the same in all rows becomes one more of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.fixers.sql.parameters import inserted, takes_parameters
from relint.fixers.sql.rewriting import Rewriting
from relint.model import Edits
from relint.queries.sql import Site
from relint.queries.sql_sinks import given_parameters

_ONCE_OR_OFTEN = (cst.Name, cst.Attribute)
"""What may be evaluated for every row as well as once."""


def in_each_row(ctx: Context, site: Site) -> Edits | None:
    """The edits on the text and on the rows; None unless the tuples are written in the call."""
    sink = site.sink
    if sink is None or sink.name != "executemany" or sink.arg.value is not site.root or site.alternatives != 1:
        return None
    if sink.driver is None or sink.driver.style not in ("qmark", "format"):
        return None
    if sink.wrapper is not None or not takes_parameters(ctx, replace(sink, name="execute"), site.text):
        return None
    values = [one.hole.node for one in site.filled]
    rows = _rows(ctx, given_parameters(ctx, sink), values)
    rewriting = Rewriting.of(ctx, site) if rows else None
    if rewriting is None or not all(isinstance(value, _ONCE_OR_OFTEN) for value in values):
        return None
    added = [inserted(ctx, row, rewriting) for row in rows]
    if any(edits is None for edits in added):
        return None
    return (*rewriting.edits, *(edit for edits in added for edit in edits or ()))


def _rows(ctx: Context, given: cst.BaseExpression | None, values: Sequence[cst.CSTNode]) -> list[cst.Tuple]:
    """The tuples that are the rows, or make them; none where one of the values means something else in them."""
    match given:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            rows = [element.value for element in elements if isinstance(element, cst.Element)]
            complete = len(rows) == len(elements)
        case cst.ListComp(elt=elt) | cst.GeneratorExp(elt=elt):
            rows = [elt]
            bound = {name.value for loop in ctx.walk(given, cst.CompFor) for name in ctx.walk(loop.target, cst.Name)}
            complete = bound.isdisjoint(name.value for value in values for name in ctx.walk(value, cst.Name))
        case _:
            return []
    tuples = [row for row in rows if isinstance(row, cst.Tuple)]
    return tuples if complete and len(tuples) == len(rows) else []

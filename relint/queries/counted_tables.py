"""Migrations that count the rows first, and leave large tables to somebody who looks after them."""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context

_COUNTS = re.compile(r"count\(|reltuples", re.IGNORECASE)


def is_known_to_be_small(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a statement runs only where a count of rows is low: under `if count < 1000000`, or in the `else` of
    `if count > 1000000`."""
    child = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.If(
                test=cst.Comparison(left=counted, comparisons=[cst.ComparisonTarget(operator=operator)]), body=few
            ) if _is_count(ctx, counted):
                if isinstance(operator, cst.LessThan | cst.LessThanEqual) and child is few:
                    return True
                if isinstance(operator, cst.GreaterThan | cst.GreaterThanEqual) and child is ancestor.orelse:
                    return True
        child = ancestor
    return False


def _is_count(ctx: Context, expression: cst.BaseExpression) -> bool:
    values = ctx.bindings(expression) or () if isinstance(expression, cst.Name) else (expression,)
    return any(isinstance(value, cst.Call) and _COUNTS.search(ctx.source(value)) for value in values)

"""Migrations that count the rows first, and leave large tables to somebody who looks after them."""

from __future__ import annotations

import re
from typing import Sequence

import libcst as cst

from relint.context import Context

_COUNTS = re.compile(r"count\(|reltuples", re.IGNORECASE)
_ROWS = re.compile(r"\.(execute|query|scalars|fetchall|all|objects)\b|\bselect\(")


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
    return any(_counts(ctx, value) for value in _values(ctx, expression))


def _values(ctx: Context, expression: cst.BaseExpression) -> Sequence[cst.BaseExpression]:
    return ctx.bindings(expression) or () if isinstance(expression, cst.Name) else (expression,)


def _counts(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a call says how many rows there are: a COUNT, or the length of what was read."""
    if isinstance(value, cst.Call) and ctx.callee(value) == "builtins.len" and value.args:
        return any(_ROWS.search(ctx.source(rows)) for rows in _values(ctx, value.args[0].value))
    return isinstance(value, cst.Call) and bool(_COUNTS.search(ctx.source(value)))

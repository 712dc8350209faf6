"""A `with` block around everything that uses what a function opens."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.queries.closing import Opened


def with_block(ctx: Context, opened: Opened) -> edits.Edits | None:
    """The edits that put `with` (or `async with`) around the uses, without a `close()` at their end.

    None where it is used outside the block that opens it, or not at all.
    """
    siblings = ctx.siblings(opened.statement)
    below = siblings[siblings.index(opened.statement) + 1 :]
    used = [s for s in below if any(s in ctx.ancestors(use) for use in opened.uses)]
    if any(not any(s in ctx.ancestors(use) for s in used) for use in opened.uses):
        return None
    removed: edits.Edits | None = ()
    if used and _closes(used[-1], opened):
        removed = edits.delete_statement(ctx, used[-1])
        last = below[below.index(used[-1]) - 1] if used[-1] is not below[0] else None
    else:
        last = used[-1] if used else None
    if last is None or removed is None or not all(edits.is_alone(ctx, s) for s in below[: below.index(last) + 1]):
        return None
    header = "async with " if opened.how.asynchronous else "with "
    changes = edits.open_block(ctx, opened.call, header, f" as {opened.name}:", ctx.range(last)[1])
    return None if changes is None else (*changes, *removed)


def _closes(statement: cst.CSTNode, opened: Opened) -> bool:
    """Whether a statement does nothing but close it."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
            call = value.expression if isinstance(value, cst.Await) else value
            match call:
                case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=method)), args=[]):
                    return name == opened.name and method in (*opened.how.closes, "close")
    return False

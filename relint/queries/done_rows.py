"""Does a loop that writes rows find out which of them are done, so that a second run leaves them alone?"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context


def tells_done_rows(ctx: Context, loop: cst.For, write: cst.Call, asked: str) -> bool:
    """Whether a row says that it is done.

    A condition (in `asked`, the text of the query, or in a test of the loop) asks for a column that a pass sets; or a
    row is only written where the pass has set a name because it changed something (`if changed: row.save()`).
    """
    tests = " ".join(ctx.source(test.test) for test in ctx.walk(loop.body, cst.If))
    return asks_for(f"{asked} {tests}", _stored(ctx, loop)) or _is_flagged(ctx, loop, write)


def asks_for(asked: str, columns: set[str]) -> bool:
    """Whether a text mentions one of some columns, by itself or in a condition (`sent_at__isnull`)."""
    return any(re.search(rf"\b{re.escape(column)}(?:_id|__\w+)?\b", asked) for column in columns)


def _stored(ctx: Context, loop: cst.For) -> set[str]:
    """The columns that a pass may set."""
    targets = (target.target for assign in ctx.walk(loop.body, cst.Assign) for target in assign.targets)
    stored = {target.attr.value for target in targets if isinstance(target, cst.Attribute)}
    given = (arg.keyword for call in ctx.walk(loop.body, cst.Call) for arg in call.args)
    return stored | {keyword.value for keyword in given if keyword is not None}


def _is_flagged(ctx: Context, loop: cst.For, write: cst.Call) -> bool:
    """Whether a test around a write asks for a name that the loop's body sets."""
    targets = (target.target for assign in ctx.walk(loop.body, cst.Assign) for target in assign.targets)
    flags = {target.value for target in targets if isinstance(target, cst.Name)}
    for ancestor in ctx.ancestors(write):
        if ancestor is loop:
            return False
        if isinstance(ancestor, cst.If) and any(name.value in flags for name in ctx.walk(ancestor.test, cst.Name)):
            return True
    return False

"""Suggests a window: so many calls run, and the next one waits for the first of them to end."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.queries.flooding import Flood
from relint.rules.concurrency.flooded_executor import rule

_BUFFERED = (3, 14)


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    flood: Flood = finding.data
    call = finding.node
    assert isinstance(call, cst.Call)
    size = ctx.settings.sanctioned.max_concurrency
    if flood.loop is call:
        if ctx.settings.target_version < _BUFFERED:
            return None
        return Fix(f"Take {size} items ahead of the results", edits.set_keyword(ctx, call, "buffersize", str(size)))
    return _windowed(ctx, call, flood.loop, size)


def _windowed(ctx: Context, call: cst.Call, loop: cst.CSTNode, size: int) -> Fix | None:
    statement = ctx.statement_of(call)
    if not isinstance(loop, cst.For | cst.While) or not isinstance(statement, cst.SimpleStatementLine):
        return None
    wait = edits.ensure_import(ctx, "concurrent.futures.wait", call)
    first = edits.ensure_import(ctx, "concurrent.futures.FIRST_COMPLETED", call)
    if wait is None or first is None:
        return None
    running = edits.free_name(ctx, "running", call)
    lines = [
        f"if len({running}) >= {size}:",
        f"    {running} = {wait[0]}({running}, return_when={first[0]}).not_done",
    ]
    match statement.body:
        case [cst.Expr(value=value)] if value is call:
            kept = edits.replace_node(ctx, call, f"{running}.add({ctx.source(call)})")
        case [cst.Expr(value=cst.Call(args=[cst.Arg(value=value)])) | cst.Assign(value=value)] if value is call:
            future = edits.free_name(ctx, "future", call)
            lines += [f"{future} = {ctx.source(call)}", f"{running}.add({future})"]
            kept = edits.replace_node(ctx, call, future)
        case _:
            return None
    made = edits.insert_before(ctx, loop, f"{running} = set()")
    window = edits.insert_before(ctx, statement, *lines)
    if made is None or window is None:
        return None
    return Fix(f"Let {size} calls run, and wait for the first to end", (*wait[1], *first[1], *made, *window, *kept))

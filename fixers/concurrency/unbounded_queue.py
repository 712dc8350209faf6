"""Gives the queue the sanctioned size."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.queues import WITHOUT_SIZE
from relint.model import Finding, Fix, Safety
from relint.queries.queues import getter_puts
from relint.rules.concurrency.unbounded_queue import rule

_SHOWN = Safety.DISPLAY


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if ctx.callee(call) in WITHOUT_SIZE:
        return None
    size = str(ctx.settings.sanctioned.queue_size)
    given = ctx.positional(call, 0)
    changes = edits.replace_node(ctx, given.value, size) if given else edits.set_keyword(ctx, call, "maxsize", size)
    if finding.data.refuses:
        return Fix(f"Hold {size} items at most; `put_nowait` then raises when it is full", changes, _SHOWN)
    if getter_puts(ctx, finding.data):
        return Fix(f"Hold {size} items at most; a consumer that puts may then wait for itself", changes, _SHOWN)
    if (ctx.callee(call) or "").startswith("queue.") and any(ctx.in_async(put) for put in finding.data.puts):
        return Fix(f"Hold {size} items at most; `put` then stops the event loop until there is room", changes, _SHOWN)
    return Fix(f"Hold {size} items at most; `put` waits for room", changes)

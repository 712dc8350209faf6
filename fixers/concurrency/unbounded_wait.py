"""Gives the wait the sanctioned timeout; a suggestion where nothing is raised when the time is over."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.fixers.timeouts import sanctioned_timeout
from relint.libraries.waits import Wait
from relint.model import Edit, Finding, Fix, Safety
from relint.names import last_name
from relint.rules.concurrency.unbounded_wait import rule

_LATE = {
    "future": "has no result yet",
    "runner": "is still running",
    "signal": "gave no sign",
    "lock": "is taken",
}


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    wait: Wait = finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(call.func, cst.Attribute)
    # A limit that is right for peers says nothing of the work of threads: unsafe even when the project has one.
    limited = sanctioned_timeout(ctx, call, "timeout", wait.position)
    if wait.tells == "raises":
        return replace(limited, safety=Safety.UNSAFE)
    if isinstance(ctx.parent(call), cst.Expr) and not call.lpar:
        asked = _asked(ctx, call, call.func.value, wait)
        if asked is None:
            return None
        limited = Fix(f"{limited.message}, and raise when the time is over", (*limited.edits, *asked))
    return replace(limited, safety=Safety.DISPLAY)


def _asked(ctx: Context, call: cst.Call, waited_for: cst.BaseExpression, wait: Wait) -> Edits | None:
    """What asks, behind a wait, whether it ended in time, and raises when it did not."""
    name = ctx.source(waited_for)
    indent = ctx.tree.default_indent
    late = f'{indent}raise TimeoutError("{last_name(waited_for) or wait.kind} {_LATE[wait.kind]}")'
    if wait.tells == "nothing":
        test = f"if {name}.is_alive():" if wait.kind == "runner" else f"if not {name}.ready():"
        return edits.insert_after(ctx, ctx.statement_of(call), test, late)
    below = edits.insert_after(ctx, ctx.statement_of(call), late)
    if below is None:
        return None
    start, end = ctx.range(call)
    raising = below[0]
    if raising.start == end:  # one edit: two at one place would lose their order
        return (Edit(start, start, "if not "), replace(raising, text=f":{raising.text}"))
    return (Edit(start, start, "if not "), Edit(end, end, ":"), raising)

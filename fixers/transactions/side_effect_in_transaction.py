"""Sends a Celery task from `transaction.on_commit`, with a `partial` that holds the arguments of now."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.edits import Edits, ensure_import, ensure_member
from relint.model import Edit, Finding, Fix
from relint.queries.atomic import Transaction
from relint.queries.effects import effect_of
from relint.rules.transactions.side_effect_in_transaction import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if effect_of(ctx, call) != "task" or call.lpar:
        return None
    match finding.data:
        case cst.Call():
            edits = _deferred(ctx, call, "", "")
            return None if edits is None else Fix("Give `on_commit` the function", edits)
        case Transaction(kind="django", using=using) if isinstance(ctx.parent(call), cst.Expr):
            named = ensure_member(ctx, "django.db.transaction.on_commit", call)
            if named is None:
                return None
            on_commit, imports = named
            edits = _deferred(ctx, call, f"{on_commit}(", ")" if using is None else f", using={using})")
            return None if edits is None else Fix("Send it after the commit", (*edits, *imports))
    return None


def _deferred(ctx: Context, call: cst.Call, before: str, after: str) -> Edits | None:
    """The edits that turn `task.delay(x)` into `partial(task.delay, x)` between `before` and `after`.

    A lambda would look its names up too late, in a loop for instance. Without arguments `task.delay` is enough.
    """
    (start, end), (_, name_end) = ctx.range(call), ctx.range(call.func)
    if not call.args:
        return (Edit(start, start, before), Edit(name_end, end, after))
    if any(isinstance(arg.value, cst.GeneratorExp) and not arg.value.lpar for arg in call.args):
        return None
    named = ensure_import(ctx, "functools.partial", call)
    if named is None:
        return None
    partial, imports = named
    opened = ctx.text.index("(", name_end) + 1
    gap = ctx.text[opened : ctx.range(call.args[0])[0]].replace("\r", "")
    own_lines = "\n" in gap and not gap.strip()
    function = ctx.source(call.func)
    opening = f"{gap}{function}," if own_lines else f"{function}, "
    return (Edit(start, opened, f"{before}{partial}({opening}"), Edit(end, end, after), *imports)

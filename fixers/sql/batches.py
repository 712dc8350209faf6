"""Going over a queryset in batches by primary key: what the fixes of REL405 and REL508 write."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context


def by_primary_key(ctx: Context, call: cst.Call, rows: str, verb: str) -> str:
    """The statements, indented for the place of `call`, that end `rows.<verb>` for a batch at a time.

    Each batch begins behind the last, so that the loop ends even where rows stay as they are.
    """
    names = (edits.free_name(ctx, name, call) for name in ("rows", "last_pk", "batch", "pks"))
    found, last, batch, pks = names
    step = ctx.tree.default_indent
    lines = [
        f'{found} = {rows}.order_by("pk")',
        f"{last} = None",
        "while True:",
        f"{step}{batch} = {found} if {last} is None else {found}.filter(pk__gt={last})",
        f'{step}{pks} = list({batch}.values_list("pk", flat=True)[:{ctx.settings.sanctioned.batch_size}])',
        f"{step}if not {pks}:",
        f"{step}{step}break",
        f"{step}{found}.filter(pk__in={pks}).{verb}",
        f"{step}{last} = {pks}[-1]",
    ]
    return f"\n{edits.indent_of(ctx, ctx.statement_of(call))}".join(lines)

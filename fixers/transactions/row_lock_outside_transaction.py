"""Opens a transaction around everything that uses the locked rows."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.queries.row_locks import LockedRows
from relint.rules.transactions.row_lock_outside_transaction import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    rows = finding.data
    assert isinstance(rows, LockedRows)
    if ctx.in_async(rows.place):
        return None
    first = ctx.statement_of(rows.place)
    siblings = ctx.siblings(first)
    below = siblings[siblings.index(first) :]
    names = {node.value for node in ctx.walk(first, cst.Name) if ctx.names.is_store(node)}
    using = [s for s in below if s is first or any(name.value in names for name in ctx.walk(s, cst.Name))]
    atomic = edits.ensure_member(ctx, "django.db.transaction.atomic", first)
    if atomic is None:
        return None
    name, imported = atomic
    changes = edits.wrap(ctx, below[: below.index(using[-1]) + 1], f"with {name}():")
    return None if changes is None else Fix("Open a transaction", (*changes, *imported))

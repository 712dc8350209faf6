"""Asks and makes under a lock, re-entrant since what makes the value may ask for it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.queries.lazy_values import LazyValue
from relint.rules.concurrency.racy_lazy_init import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    found: LazyValue = finding.data
    module = edits.ensure_module(ctx, "threading", found.test)
    if module is None or not edits.is_alone(ctx, found.test):
        return None
    if any(True for _ in ctx.walk(found.test, cst.Yield)):  # whoever takes the items would hold the lock meanwhile
        return None
    threading, imported = module
    name = found.name.removeprefix("cls.").lower()
    kept = edits.ensure_definition(ctx, f"{name}_lock", f"{threading}.RLock()", found.test)
    wrapped = edits.wrap(ctx, [found.test], f"with {kept[0]}:") if kept is not None else None
    if kept is None or wrapped is None:
        return None
    return Fix(f"Ask under `{kept[0]}`", (*wrapped, *kept[1], *imported))

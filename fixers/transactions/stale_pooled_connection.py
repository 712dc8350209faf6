"""Has connections tested before they are used."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.rules.transactions.stale_pooled_connection import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    place = finding.node
    if isinstance(place, cst.DictElement):
        return Fix("Add `CONN_HEALTH_CHECKS`", edits.prepend_element(ctx, place, '"CONN_HEALTH_CHECKS": True'))
    assert isinstance(place, cst.Call)
    name = "conn_health_checks" if ctx.keyword(place, "conn_max_age") else "pool_pre_ping"
    return Fix(f"Add `{name}=True`", edits.set_keyword(ctx, place, name, "True"))

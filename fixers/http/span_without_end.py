"""Makes the span the current one, in a `with` block that ends it."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.fixers.http.blocks import with_block
from relint.model import Finding, Fix
from relint.queries.closing import Opened
from relint.rules.http.span_without_end import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    opened = finding.data
    if not isinstance(opened, Opened) or not isinstance(opened.call.func, cst.Attribute):
        return None
    changes = with_block(ctx, opened)
    if changes is None:
        return None
    start = f"{ctx.source(opened.call.func.value)}.start_as_current_span"
    return Fix("End it by a `with` block", (*changes, ctx.edit(opened.call.func, start)))

"""Puts `with` around what uses the client."""

from __future__ import annotations

from relint.context import Context
from relint.fixers.http.blocks import with_block
from relint.model import Finding, Fix
from relint.queries.closing import Opened
from relint.rules.http.unclosed_client import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    opened = finding.data
    assert isinstance(opened, Opened)
    if opened.how.asynchronous and not ctx.in_async(opened.call):
        return None
    changes = with_block(ctx, opened)
    return None if changes is None else Fix(f"Close `{opened.name}` by a `with` block", changes)

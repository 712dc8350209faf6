"""Orders the rows by their key."""

from __future__ import annotations

from relint.context import Context
from relint.model import Edit, Finding, Fix
from relint.queries.pages import Page
from relint.rules.sql.unordered_pagination import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    page: Page = finding.data
    if page.kind != "django" or not page.may_order:
        return None
    end = ctx.range(page.rows)[1]
    return Fix("Order the rows by their key", (Edit(end, end, '.order_by("pk")'),))

"""Orders rows by their key, or by their key where the order that they have leaves some open."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.managers import MANAGERS
from relint.model import Edit, Edits, Finding, Fix
from relint.names import last_name
from relint.queries.page import Page
from relint.rules.sql.unordered_pagination import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    page: Page = finding.data
    if not page.may_order:
        return None
    changes = _ordered(ctx, page)
    return Fix("Order the rows by their key", changes) if changes is not None else None


def _ordered(ctx: Context, page: Page) -> Edits | None:
    if page.order_by is not None:
        return edits.append_argument(ctx, page.order_by, page.key)
    names = ", ".join([*(f'"{name}"' for name in page.by), page.key])
    if page.kind == "sqlalchemy" or isinstance(page.rows, cst.Call) or last_name(page.rows) in MANAGERS:
        end = ctx.range(page.rows)[1]
        return (Edit(end, end, f".order_by({names})"),)
    return edits.insert_after(ctx, ctx.statement_of(page.node), f"ordering = [{names}]")  # `model = Order` in a view

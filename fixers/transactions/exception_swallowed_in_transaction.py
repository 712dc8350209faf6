"""Puts the `try` body into a savepoint: an inner `atomic()`."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.edits import ensure_member, wrap
from relint.libraries.database_errors import is_database_error
from relint.model import Finding, Fix, Safety
from relint.queries.handlers import caught
from relint.rules.transactions.exception_swallowed_in_transaction import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    block, transaction = finding.data
    if not isinstance(block.body, cst.IndentedBlock):
        return None
    named = ensure_member(ctx, "django.db.transaction.atomic", block)
    if named is None:
        return None
    atomic, imported = named
    using = "" if transaction.using is None else f"using={transaction.using}"
    edits = wrap(ctx, block.body.body, f"with {atomic}({using}):")
    if edits is None:
        return None
    # An error of another kind now undoes what the body had written, too.
    others = any(not is_database_error(name or "") for handler in block.handlers for name in caught(ctx, handler))
    return Fix("Give the `try` body a savepoint", (*edits, *imported), Safety.UNSAFE if others else None)

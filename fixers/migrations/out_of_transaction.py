"""Taking a migration, or a part of it, out of its transaction: what the fixes of REL504 and REL508 have in common."""

from __future__ import annotations

from typing import Sequence

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.queries.migration_calls import (
    django_operation,
    django_operations,
    in_autocommit_block,
    is_atomic,
    migration_class,
)


def leave_transaction(ctx: Context, allowed: frozenset[str]) -> Edits | None:
    """The edits that write `atomic = False` into a Django migration; none are needed when it says so.

    None when the migration holds operations that are not `allowed`: a failure would leave them half done.
    """
    cls = migration_class(ctx)
    if cls is None or not isinstance(cls.body, cst.IndentedBlock) or not cls.body.body:
        return None
    if any(django_operation(ctx, call) not in allowed for call in django_operations(ctx) if _is_top(ctx, call)):
        return None
    if not is_atomic(ctx):
        return ()
    if ctx.names.attribute(cls, "atomic"):
        return None
    first = cls.body.body[0]
    if edits.is_docstring(first):
        return edits.insert_after(ctx, first, "", "atomic = False")
    return edits.insert_before(ctx, first, "atomic = False", "")


def autocommitted(ctx: Context, statements: Sequence[cst.CSTNode], op: str) -> Edits | None:
    """The edits that put statements of an Alembic migration under `autocommit_block()`, unless they are."""
    if in_autocommit_block(ctx, statements[0]):
        return ()
    return edits.wrap(ctx, statements, f"with {op}.get_context().autocommit_block():")


def _is_top(ctx: Context, call: cst.Call) -> bool:
    """Whether an operation stands in the list of operations, and is no field or default inside another one."""
    around = ctx.enclosing(call, cst.Call)
    return around is None or django_operation(ctx, around) is None

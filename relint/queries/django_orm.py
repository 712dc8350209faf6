"""Calls of Django's ORM that write to the database."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS
from relint.queries.atomic import Transaction, opened_by_with, transaction_around

_WRITES = frozenset({"save", "bulk_create", "bulk_update", "asave", "abulk_create", "abulk_update"})
_CURSOR = frozenset({"execute", "executemany"})
# These roll back to a savepoint of their own: see `QuerySet.get_or_create` in django/db/models/query.py.
_WITH_SAVEPOINT = frozenset({"get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"})
_MANAGER_WRITES = frozenset({"create", "update", "acreate", "aupdate"})


def database_writes(ctx: Context, block: cst.BaseSuite) -> Iterator[cst.Call]:
    """The calls in a block that are known to write to the database; a failed one leaves its transaction unusable.

    Reading is left out: around `objects.get()` people mean `DoesNotExist`, whatever they catch.
    """
    for call in ctx.walk(block, cst.Call):
        if isinstance(call.func, cst.Attribute) and _writes(call, call.func):
            yield call


def in_own_savepoint(ctx: Context, node: cst.CSTNode, block: cst.BaseSuite) -> bool:
    """Whether a node in `block` runs in a transaction or savepoint that was opened inside that block."""
    for ancestor in ctx.ancestors(node):
        if ancestor is block:
            return False
        if isinstance(ancestor, cst.With) and any(_is_django(opened_by_with(ctx, i.item)) for i in ancestor.items):
            return True
    return False


def brings_savepoint(ctx: Context, call: cst.Call) -> bool:
    """Whether a failed call rolls back its own savepoint: `get_or_create`, or a function of the file that is atomic."""
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in _WITH_SAVEPOINT:
        return True
    function = ctx.function_def(call.func)
    if function is None:
        return False
    if _is_django(transaction_around(ctx, function.body.body[0])):
        return True
    blocks = [s for s in function.body.body if isinstance(s, cst.With)]
    return any(_is_django(opened_by_with(ctx, item.item)) for block in blocks for item in block.items)


def _writes(call: cst.Call, func: cst.Attribute) -> bool:
    method = func.attr.value
    if method in _WITH_SAVEPOINT:
        return False
    if method in _WRITES:
        # `image.save(path)` writes a file.
        return all(arg.keyword is not None or arg.star for arg in call.args) or method != "save"
    if method == "delete" and not call.args:
        return True
    if method in _CURSOR:
        return True
    return method in _MANAGER_WRITES and _starts_at_manager(func.value)


def _starts_at_manager(expression: cst.BaseExpression) -> bool:
    while True:
        match expression:
            case cst.Attribute(attr=cst.Name(value=name)) if name in MANAGERS:
                return True
            case cst.Attribute(value=inner) | cst.Call(func=inner) | cst.Subscript(value=inner):
                expression = inner
            case _:
                return False


def _is_django(transaction: Transaction | None) -> bool:
    return transaction is not None and transaction.kind == "django"

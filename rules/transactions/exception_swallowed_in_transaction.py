"""A database error caught inside `atomic()` without a savepoint.

## Why it is bad
After a failed statement the transaction is broken. PostgreSQL answers every further statement with "current transaction
is aborted", Django with `TransactionManagementError`; when nothing follows, `atomic()` quietly rolls back everything at
its end while the code goes on as if it were saved.

## Example
```python
from django.db import IntegrityError, transaction

from orders.models import Order


@transaction.atomic
def import_orders(rows):
    for row in rows:
        try:
            Order.objects.create(pk=row["id"])
        except IntegrityError:
            continue
```

## Use instead
```python
from django.db import IntegrityError, transaction

from orders.models import Order


@transaction.atomic
def import_orders(rows):
    for row in rows:
        try:
            with transaction.atomic():
                Order.objects.create(pk=row["id"])
        except IntegrityError:
            continue
```

Own context managers and decorators of the file that open `atomic()` count as it; `atomic-wrappers` under
`[tool.relint.rules.REL202]` names more. Quiet when the handler always raises, when the calls in the `try` bring their
own savepoint (`get_or_create`, `update_or_create`), when the `try` is around the block, and when the handler marks the
transaction with `set_rollback` or rolls back to a savepoint. `except Exception` is found only around visible writes
(`save()`, `objects.create()`, `cursor.execute()`).

## Fix safety
Safe where the handlers catch database errors only: on the success path a savepoint changes nothing, and after a
database error nothing of the `try` could have been kept. Unsafe where they catch other errors as well, because then the
savepoint undoes what the `try` had written before such an error.

## References
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#controlling-transactions-explicitly
- https://www.postgresql.org/docs/current/sql-savepoint.html
"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.atomic import transaction_around
from relint.queries.django_orm import brings_savepoint, database_writes, in_own_savepoint
from relint.queries.endings import always_raises
from relint.queries.handlers import Handler, catches_any_error, catches_database_error
from relint.queries.owners import Try

rule = Rule(
    code="REL203",
    near=("except", "with, or decorated"),
    imports=("django",),
    words=(
        "atomic", "DatabaseError", "DataError", "IntegrityError", "InterfaceError", "InternalError",
        "OperationalError", "ProgrammingError",
    ),
    fix="safe",
)  # fmt: skip

_ENDS = frozenset({"set_rollback", "savepoint_rollback", "rollback"})


@rule.on(cst.Try, cst.TryStar)
def check(node: Try, ctx: Context) -> Iterator[Finding]:
    handlers = [handler for handler in node.handlers if _swallows(ctx, handler)]
    if not handlers:
        return
    transaction = transaction_around(ctx, node)
    if transaction is None or transaction.kind != "django" or _only_locks(ctx, node):
        return
    for handler in handlers:
        if _fails_unprotected(ctx, node, named=catches_database_error(ctx, handler)):
            caught = f"except {ctx.source(handler.type)}" if handler.type is not None else "except"
            yield rule.finding(
                handler.type or handler,
                f"`{caught}` goes on inside a transaction that a database error has broken: what follows fails, or is "
                "rolled back without a word",
                data=(node, transaction),
            )
            return


def _swallows(ctx: Context, handler: Handler) -> bool:
    # `except Exception` under an imported wrapper, in a file that says nothing of `atomic`, is left alone: such files
    # are not looked at.
    if not catches_database_error(ctx, handler) and not (
        catches_any_error(ctx, handler) and re.search(r"\batomic\b", ctx.text)
    ):
        return False
    return not always_raises(ctx, handler.body) and not _ends_transaction(ctx, handler)


def _only_locks(ctx: Context, node: Try) -> bool:
    """Whether the transaction does nothing but ask for a lock, which somebody else may have: nothing is lost."""
    block = ctx.parent(node)
    if not isinstance(block, cst.IndentedBlock) or not isinstance(ctx.parent(block), cst.With):
        return False
    if block.body[-1] is not node or "select_for_update" not in ctx.source(node.body):
        return False
    read_again = any(".objects" in ctx.source(handler.body) for handler in node.handlers)
    return not read_again and not any(True for _ in database_writes(ctx, block))


def _ends_transaction(ctx: Context, handler: Handler) -> bool:
    for call in ctx.walk(handler.body, cst.Call):
        match call.func:
            case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name) if name in _ENDS:
                return True
    return False


def _fails_unprotected(ctx: Context, node: Try, *, named: bool) -> bool:
    """Whether a database error may come from a statement of the `try` that has no savepoint of its own.

    A handler that names a database error says itself that one may come, from any call; another needs one to be seen.
    """
    if any(not in_own_savepoint(ctx, call, node.body) for call in database_writes(ctx, node.body)):
        return True
    if not named or _opens_savepoint(ctx, node.body):
        return False
    calls = list(ctx.walk(node.body, cst.Call))
    return bool(calls) and not any(brings_savepoint(ctx, call) for call in calls)


def _opens_savepoint(ctx: Context, block: cst.BaseSuite) -> bool:
    return any(in_own_savepoint(ctx, inner, block) for found in ctx.walk(block, cst.With) for inner in found.body.body)

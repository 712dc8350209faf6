"""Rows locked with `select_for_update()` where no transaction is open.

## Why it is bad
A row lock lasts as long as its transaction. Outside `atomic()` Django refuses to run the query on a database that has
row locks: `TransactionManagementError`, in production, while the tests on SQLite (which has none) are green. And what
was meant to be read, changed and written by one worker at a time is protected by nothing.

## Example
```python
from celery import shared_task

from shop.models import Item


@shared_task
def reserve(pk):
    item = Item.objects.select_for_update().get(pk=pk)
    item.reserved += 1
    item.save()
```

## Use instead
```python
from celery import shared_task
from django.db import transaction

from shop.models import Item


@shared_task
def reserve(pk):
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=pk)
        item.reserved += 1
        item.save()
```

Found where it is certain that no caller holds the transaction: in jobs (Celery, dramatiq, RQ, huey), in the `handle` of
Django commands, in views of a project whose settings say nothing of `ATOMIC_REQUESTS`, at the top of a module, and in
functions of the same file that one of these calls outside `atomic()`. Other functions are left alone: their callers may
well hold the transaction. So is a queryset that is returned or updated without being read.

## Fix safety
Unsafe: what follows the lock, up to the last line that uses the row, becomes one transaction. No fix in an `async def`,
where Django has no transactions.

## References
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#select-for-update
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#tying-transactions-to-http-requests
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.row_locks import evaluated, runs_without_transaction

rule = Rule(
    code="REL205",
    words=("select_for_update",),
    fix="unsafe",
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "select_for_update":
        return
    rows = evaluated(ctx, node)
    if rows is not None and runs_without_transaction(ctx, rows.place):
        yield rule.finding(
            node,
            "`select_for_update` runs outside a transaction: Django refuses it on a database with row locks",
            data=rows,
        )

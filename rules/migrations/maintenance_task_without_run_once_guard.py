"""A one-off task that changes data and keeps no record of having run.

## Why it is bad
A command that fills, fixes or converts rows is run once per installation, by hand or by a deployment script. When the
deployment is tried again, or two people run it, it runs twice: amounts are added up twice, mails go out twice, and
nobody can tell on which installation it has run at all.

## Example
```python
# path: shop/management/commands/fix_balances.py
from django.core.management.base import BaseCommand

from shop.models import Account


class Command(BaseCommand):
    def handle(self, **options):
        for account in Account.objects.all():
            account.balance += account.pending
            account.save()
```

## Use instead
A table of tasks that have run, written in the same transaction as the change:
```python
# path: shop/management/commands/fix_balances.py
from django.core.management.base import BaseCommand
from django.db import transaction

from shop.models import Account, RunOnce


class Command(BaseCommand):
    @transaction.atomic
    def handle(self, **options):
        _, first = RunOnce.objects.get_or_create(task="fix_balances")
        if not first:
            return
        for account in Account.objects.all():
            account.balance += account.pending
            account.save()
```

Or a data migration, of which the framework keeps the record.

Off by default: that a task is meant to run once is told by its name only (`fix_`, `backfill_`, `convert_`, ...), and
whether a second run does harm is not told at all. Found in Django's management commands and in scripts with a
`__main__`; quiet where the text speaks of a record (`run_once`, `already`, `applied`, `checkpoint`, ...), and where a
second run leaves rows alone that are done: a condition asks for a column that is set, a row is saved only if it was
changed, or made only if none was found. That a task works out anew what it writes, and may be run twice, is not always
to be told: of 19 findings in 348 packages two were true, and the quiet cases that the others taught leave four. Read
what it finds as a list of tasks to look at.

## References
- https://docs.djangoproject.com/en/stable/howto/custom-management-commands/
- https://docs.djangoproject.com/en/stable/topics/migrations/#data-migrations
- https://github.com/Shopify/maintenance_tasks
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.one_off_tasks import unguarded_write

rule = Rule(
    code="REL511",
    imports=("BaseCommand", "__main__"),
    words=("save", "update", "bulk_update", "bulk_create", "create"),
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if unguarded_write(ctx) is node:
        yield rule.finding(
            node,
            f"`{ctx.source(node.func)}` changes rows in a task for one run that keeps no record of it: "
            "when it is run again, it does so again",
        )

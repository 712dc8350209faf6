"""A one-off task that changes data and keeps no record of having run.

## Why it is bad
A command that moves or corrects rows is run once per installation, by hand or by a deployment script. When the
deployment is tried again, or two people run it, it runs twice: amounts are added up twice, rows stand there twice, and
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

Found in Django's management commands, and in scripts with a `__main__` that use Django, where a second run shows:

- a column is worked out from what it was (`balance += pending`, `update(balance=F("balance") + 1)`);
- a row is made for each row of another table, of a model in the project that keeps no second one of the same content
  out, and nothing in the file looks whether it is there;
- the task itself says that it must be run only once.

Quiet where the text speaks of a record (`run_once`, `already`, `applied`, `checkpoint`, ...); where a condition asks
for a column that is set, or for what is to be added; for columns that count what happens and models that tell it
(`visits_count`, `OrderLog`); and for data that is made up (`create_demo_data`). What comes out the same when it is run
again is no finding, whatever the task is called.

Off by default: whether somebody runs a command on purpose for the second time, with other arguments, does not stand in
the code. What is found is rare: 4 findings in 505 packages, all true.

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
from relint.queries.one_off_tasks import second_run

rule = Rule(
    code="REL511",
    imports=("BaseCommand", "__main__"),
    words=("save", "asave", "update", "create", "acreate", "add"),
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    found = second_run(ctx)
    if found is None or found.write is not node:
        return
    if found.added:
        does = (
            f"works `{found.added}` out from what it was, and nothing records that the task has run: run again, it does"
        )
    elif found.model:
        does = f"makes a `{found.model}` for each `{found.rows}`, also where one is there: run again, it does"
    else:
        does = "changes rows in a task that says it must be run only once, and nothing records that it has run: it does"
    yield rule.finding(node, f"`{ctx.source(node.func)}` {does} so once more")

"""Numbers that are read from a row, changed in Python and written back.

## Why it is bad
Two requests read 5, both add one, both write 6: one of the two is lost, and nothing says so. Stocks, balances,
counters and credits drift apart from what happened, under load first. `atomic()` does not help; only a lock, or leaving
the arithmetic to the database, does.

## Example
```python
from shop.models import Item


def reserve(pk, quantity):
    item = Item.objects.get(pk=pk)
    item.stock -= quantity
    item.save()
```

## Use instead
```python
from django.db.models import F

from shop.models import Item


def reserve(pk, quantity):
    item = Item.objects.get(pk=pk)
    item.stock = F("stock") - quantity
    item.save(update_fields=["stock"])
```

Found where a column of a row that the function has read itself (`objects.get()`, `first()`, `get_object_or_404()`), or
of `self` in a model, is stepped by a number and saved. Quiet where the function takes a lock (`select_for_update()`, or
anything called so) or speaks of a version, in migrations and in the `handle` of Django commands.

## Fix safety
Unsafe: the attribute holds an expression until the row is read again, and only this column is saved. Offered for rows
in a local variable that is not looked at again, where `save()` follows at once and takes no arguments.

## References
- https://docs.djangoproject.com/en/stable/ref/models/expressions/#avoiding-race-conditions-using-f
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#select-for-update
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.lost_updates import lost_update

rule = Rule(
    code="REL204",
    words=("save", "asave"),
    anywhere=("step and save",),
    near=("step and save",),
    fix="unsafe",
)


@rule.on(cst.AugAssign, cst.Assign)
def check(node: cst.AugAssign | cst.Assign, ctx: Context) -> Iterator[Finding]:
    update = lost_update(ctx, node)
    if update is not None:
        name = f"{ctx.source(update.row)}.{update.column}"
        message = f"`{name}` is written back as it was read, one step on: what others wrote in between is lost"
        yield rule.finding(node, message, data=update)

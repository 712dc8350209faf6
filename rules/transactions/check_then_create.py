"""Rows that are created because a query a moment ago did not find them.

## Why it is bad
Two requests look at the same time, both find nothing, both create. With a unique constraint the second one fails with
`IntegrityError`; without one there are two rows, and every later `get()` fails with `MultipleObjectsReturned`.
`atomic()` does not help: neither transaction sees the other.

## Example
```python
from shop.models import Customer


def customer(email):
    try:
        found = Customer.objects.get(email=email)
    except Customer.DoesNotExist:
        found = Customer.objects.create(email=email)
    return found
```

## Use instead
```python
from shop.models import Customer


def customer(email):
    found, _ = Customer.objects.get_or_create(email=email)
    return found
```

`get_or_create` catches the violation and reads again, so it needs a unique constraint on what it looks for. Found are
`if not X.objects.filter(...).exists(): X.objects.create(...)` and the form with `except DoesNotExist`, also on related
managers. Quiet where a lock is taken, where the function handles database errors, in migrations and in the `handle` of
Django commands.

## Fix safety
Unsafe: `get_or_create` raises `MultipleObjectsReturned` where the check was content with several rows. Offered where
the look and the creation agree: every field that is looked for is created with the same value, and nothing else is
done in between; the other fields become `defaults`, whose values are then worked out even if the row is there.

## References
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#get-or-create
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#django.db.models.query.QuerySet.update_or_create
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.create_races import Race, race_of_if, race_of_try

rule = Rule(
    code="REL206",
    words=("exists", "aexists", "DoesNotExist", "ObjectDoesNotExist"),
    anywhere=("look for a row", "create a row"),
    near=("look for a row", "create a row"),
    fix="unsafe",
)


@rule.on(cst.If)
def check_if(node: cst.If, ctx: Context) -> Iterator[Finding]:
    yield from _report(race_of_if(ctx, node))


@rule.on(cst.Try)
def check_try(node: cst.Try, ctx: Context) -> Iterator[Finding]:
    yield from _report(race_of_try(ctx, node))


def _report(race: Race | None) -> Iterator[Finding]:
    if race is not None:
        yield rule.finding(
            race.create,
            f"`{race.manager}.create` runs because a look a moment ago found nothing: two at a time create two rows, "
            "or the second one fails",
            data=race,
        )

"""A job that writes for each row of a table, and starts again from the first one when it was stopped.

## Why it is bad
A search index of ten million rows is rebuilt in hours, and so is a table for each row of which another machine is
asked. Deployments, memory limits and lost connections end the job half way, and what it has done is written nowhere:
the next run begins with the first row, takes as long again, and is ended again. The part of the table at the end is
never reached.

## Example
```python
import requests
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        for order in Order.objects.order_by("pk").iterator():
            order.place = requests.get("https://example.com/geocode", {"q": order.address}, timeout=10).json()
            order.save(update_fields=["place"])
```

## Use instead
```python
import requests
from django.core.cache import cache
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        last_pk = cache.get("geocode:last_pk", 0)
        for order in Order.objects.filter(pk__gt=last_pk).order_by("pk").iterator():
            order.place = requests.get("https://example.com/geocode", {"q": order.address}, timeout=10).json()
            order.save(update_fields=["place"])
            if order.pk % 1000 == 0:
                cache.set("geocode:last_pk", order.pk, timeout=None)
```

Found in bodies of jobs (Celery, dramatiq, RQ, huey), in Django commands and in the `main` of scripts: loops over all
rows of a table, or an open number of them, of which each pass gives the row to a search index, or waits for another
machine, a process or the clock and writes the row, there or with a `bulk_update` of everything below the loop. In jobs
also loops that make a row of a table which keeps no second one of the same content out: a job that starts again makes
them twice.

Quiet where rows are only worked out and saved, which may be done again at little cost; where a pass sets a column by
which the query picks its rows, since those that are done are not found again, or writes only rows that it has changed;
in a transaction, which leaves nothing half done; for `get_or_create`, which finds what is there; for data that is made
up (`create_demo_data`); where names or options speak of a place to go on from; and for models of what somebody sets up
(settings, types, roles). What a method of the row or of a client waits for that another module defines is not seen.

Off by default: whether a table is so large that the job may be stopped does not stand in the code. What is found is
rare: 2 findings in 505 packages, both true. Loops that only save rows may simply be run again: of 14
findings with them, 6 were true.

## References
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#iterator
- https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-acks-late (a job that is stopped starts again)
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.table_walks import table_walk

rule = Rule(
    code="REL407",
    words=("objects", "_default_manager", "_base_manager", "all_objects", "query"),
    near=("loop or comprehension",),
    default=False,
)


@rule.on(cst.For)
def check(node: cst.For, ctx: Context) -> Iterator[Finding]:
    found = table_walk(ctx, node)
    if found is None:
        return
    written = ctx.source(found.write.func)
    waits = f" after `{ctx.source(found.cost.func)}`" if found.cost is not None else ""
    if ctx.range(found.write)[0] > ctx.range(node)[1]:
        yield rule.finding(
            found.write,
            f"`{written}` writes only{waits} is done for each `{found.rows.model}`: when the job is stopped half way, "
            "nothing is written, and it starts again from the first row",
        )
        return
    yield rule.finding(
        found.write,
        f"`{written}` is done for each `{found.rows.model}`{waits}, and where the job is stands nowhere: "
        "when it is stopped half way, it starts again from the first row",
    )

"""A job that writes for each row of a table, and starts again from the first one when it was stopped.

## Why it is bad
A reindex of ten million rows takes hours. Deployments, memory limits and lost connections end it half way, and what it
has done is written nowhere: the next run begins with the first row, takes as long again, and is ended again. The part
of the table at the end is never reached, and each attempt writes the beginning once more.

Off by default: whether a table is so large that the job may be stopped does not stand in the code.

## Example
```python
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        for order in Order.objects.order_by("pk").iterator():
            order.number = order.make_number()
            order.save(update_fields=["number"])
```

## Use instead
```python
from django.core.cache import cache
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        last_pk = cache.get("renumber:last_pk", 0)
        for order in Order.objects.filter(pk__gt=last_pk).order_by("pk").iterator():
            order.number = order.make_number()
            order.save(update_fields=["number"])
            if order.pk % 1000 == 0:
                cache.set("renumber:last_pk", order.pk, timeout=None)
```

Found in bodies of jobs (Celery, dramatiq, RQ, huey), in Django commands and in the `main` of scripts: loops over all
rows of a table, or an open number of them, that save the row, write another one for it, or give it to a search index.
Quiet where a pass sets a column by which the query picks its rows, since those that are done are not found again, or
writes only rows that it has changed; in a transaction, which leaves nothing half done; for `get_or_create`, which finds
what is there; for data that is made up (`create_demo_data`); where names or options speak of a place to go on from; and
for models of what somebody sets up (settings, types, roles).

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
    if found is not None:
        yield rule.finding(
            found.write,
            f"`{ctx.source(found.write.func)}` is done for each `{found.rows.model}`, and where the job is stands "
            "nowhere: when it is stopped half way, it starts again from the first row",
            data=found,
        )

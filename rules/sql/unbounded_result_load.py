"""A job that loads all rows of a table before it looks at the first.

## Why it is bad
`for order in Order.objects.all()` keeps every order in memory until the loop is done: a queryset is a list once it has
been iterated. That is nothing for the table of today and the whole memory of the worker for that of next year. The job
is killed half way, at night, starts again from the first row and is killed again.

Off by default: how many rows a table holds does not stand in the code, and a loop over a small one does no harm. In
code that the rule was not made with, between two thirds and three quarters of the findings were of tables that grow
with use.

## Example
```python
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        for order in Order.objects.filter(paid=False):
            order.remind()
```

## Use instead
```python
from django.core.management.base import BaseCommand

from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        for order in Order.objects.filter(paid=False).iterator(chunk_size=1000):
            order.remind()
```

Found in bodies of jobs (Celery, dramatiq, RQ, huey), in Django commands and in migrations: loops over a queryset, or
over SQLAlchemy's `query(X)`, all of whose conditions leave the number of rows open. Quiet where a key, a value of one
parent or a slice picks the rows, for models of what somebody sets up (settings, types, roles), and where REL508 finds
the same loop.

## Fix safety
Unsafe: `iterator()` and `yield_per()` read on while the loop runs, and what is not kept is read again by the next loop
over the same rows. Beside `prefetch_related()` Django prefetches for each chunk since 4.1, and not at all before.
A suggestion where the rows are used once more or wrapped, and where the loop ends SQLAlchemy's transaction.

## References
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#iterator
- https://docs.sqlalchemy.org/en/20/orm/queryguide/api.html#fetching-large-result-sets-with-yield-per
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.row_loops import row_loop

rule = Rule(
    code="REL406",
    imports=(
        "django", "sqlalchemy", "flask_sqlalchemy", "alembic", "celery", "dramatiq", "rq", "django_rq", "huey",
        "taskiq", "prefect", "procrastinate",
    ),
    words=("objects", "_default_manager", "_base_manager", "all_objects", "query"),
    near=("loop or comprehension",),
    fix="unsafe",
    default=False,
)  # fmt: skip


@rule.on(cst.For)
def check(node: cst.For, ctx: Context) -> Iterator[Finding]:
    found = row_loop(ctx, node)
    if found is not None:
        yield rule.finding(
            found.rows,
            f"`{found.model}`: all rows are in memory before the first pass, and stay there until the last: the job "
            "ends when the table outgrows its memory",
            data=found,
        )

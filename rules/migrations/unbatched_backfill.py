"""A migration that updates a whole table at once.

## Why it is bad
One UPDATE over a large table, or a loop that saves every row inside the migration's transaction, locks each row until
the end, bloats the table and the log, and holds back replicas. When it fails or is stopped after an hour, all of it is
undone, and the next try starts from nothing.

## Example
```python
# path: shop/migrations/0004_fill_region.py
from django.db import migrations


def fill_region(apps, schema_editor):
    Order = apps.get_model("shop", "Order")
    Order.objects.filter(region=None).update(region="EU")


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_order_region")]
    operations = [migrations.RunPython(fill_region, migrations.RunPython.noop)]
```

## Use instead
```python
# path: shop/migrations/0004_fill_region.py
from django.db import migrations


def fill_region(apps, schema_editor):
    Order = apps.get_model("shop", "Order")
    rows = Order.objects.filter(region=None).order_by("pk")
    last_pk = None
    while True:
        batch = rows if last_pk is None else rows.filter(pk__gt=last_pk)
        pks = list(batch.values_list("pk", flat=True)[:1000])
        if not pks:
            break
        rows.filter(pk__in=pks).update(region="EU")
        last_pk = pks[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0003_order_region")]
    operations = [migrations.RunPython(fill_region, migrations.RunPython.noop)]
```

Found: `update()` of a queryset, `save()` of every row of one, or of rows that belong to it (in SQLAlchemy: a change of
every row of a query), `bulk_update()` without `batch_size`, `UPDATE` in SQL and in SQLAlchemy. `iterator()` saves
memory and no lock. Quiet when a key or a unique field picks the rows, for one parent's rows at a time, in `while` loops
and loops over ranges, chunks and pages, in migrations that are not atomic where rows are saved one by one, for an
UPDATE with LIMIT, for tables that hold a few rows whatever happens (content types, permissions, sites), and where
REL501 is quiet: tables that the same migration creates or empties, reverse code, history.

## Fix safety
Unsafe: the batches are committed one by one, so that other code sees the table half filled, and a failure leaves it so
(running the migration again goes on). Written for an `update()` that stands alone and a loop that saves rows, where
`RunPython` is all that the Django migration does; for `bulk_update` the `batch_size`; and on PostgreSQL for an SQL
UPDATE that fills a column where it is NULL. Elsewhere, and in reusable apps, a suggestion. Batches have
`[tool.relint.sanctioned] batch-size` rows.

## References
- https://docs.djangoproject.com/en/stable/howto/writing-migrations/#non-atomic-migrations
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#bulk-update
- https://www.postgresql.org/docs/current/mvcc.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.backfills import backfill, saved_rows

rule = Rule(
    code="REL508",
    imports=("migrations", "alembic"),
    words=("update", "bulk_update", "save", "query", "RunSQL", "execute", "exec_driver_sql"),
    fix="unsafe",
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if (found := backfill(ctx, node)) is not None:
        how = "is updated by one call over all objects" if found.kind == "bulk_update" else "is updated all at once"
        yield rule.finding(
            node,
            f"`{found.name}` {how}: its rows stay locked until the end, and a failure undoes everything",
            data=found,
        )


@rule.on(cst.For)
def check_loop(node: cst.For, ctx: Context) -> Iterator[Finding]:
    if (found := saved_rows(ctx, node)) is not None:
        yield rule.finding(
            node.iter,
            f"`{found.name}` is gone through and rows are saved in one transaction: they stay locked until the end, "
            "and a failure undoes everything",
            data=found,
        )

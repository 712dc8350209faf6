"""A migration that changes a table and its rows in one transaction.

## Why it is bad
`ALTER TABLE` locks the table against reads and writes, and the lock is kept until the transaction ends: everything that
needs the table waits while the rows are written. The other way round there is a deadlock to be had: whoever waits for
one of the rows has a lock on the table, for which `ALTER TABLE` waits; and PostgreSQL refuses to change a table whose
rows have deferred constraints to be checked ("pending trigger events"). MySQL commits at each `ALTER TABLE`, so that a
failure leaves the migration half done, and the next try fails on what is there already.

## Example
```python
# path: shop/migrations/0004_region.py
from django.db import migrations, models


def fill_region(apps, schema_editor):
    apps.get_model("shop", "Order").objects.filter(region=None).update(region="EU")


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_more")]
    operations = [
        migrations.AddField("order", "region", models.CharField(max_length=2, null=True)),
        migrations.RunPython(fill_region, migrations.RunPython.noop),
    ]
```

## Use instead
Two migrations: the schema in one, the rows in the next, in batches (REL508):
```python
# path: shop/migrations/0004_region.py
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_more")]
    operations = [migrations.AddField("order", "region", models.CharField(max_length=2, null=True))]
```

Found: in Django an operation on a model that exists before, and a `RunPython` or SQL that writes rows of one; in
Alembic an operation on a table that exists before, and an UPDATE or DELETE. Quiet for an `AlterField` that changes no
column (choices, help texts), for tables that the same migration creates, for inserts in Alembic, in migrations that are
not atomic, in autocommit blocks and behind `op.execute("COMMIT")`, on SQLite, and where REL501 is quiet: first and
squashed migrations, state operations, reverse code, history.

## References
- https://docs.djangoproject.com/en/stable/topics/migrations/#data-migrations
- https://docs.djangoproject.com/en/stable/ref/migration-operations/#runpython
- https://www.postgresql.org/docs/current/explicit-locking.html
- https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.data_steps import data_steps, schema_steps
from relint.queries.migration_calls import is_atomic
from relint.queries.migration_target import target

rule = Rule(
    code="REL509",
    imports=("migrations", "alembic"),
    words=("RunPython", "RunSQL", "execute", "exec_driver_sql", "update", "bulk_update"),
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    steps = data_steps(ctx)
    if not steps or node is not steps[0]:
        return
    schema = schema_steps(ctx)
    database = target(ctx)
    if not schema or not is_atomic(ctx) or database.engine == "sqlite":
        return
    first = schema[0]
    if database.engine == "postgresql":
        if ctx.range(first) < ctx.range(node):
            danger = "the table that is changed before stays locked until the last row is written"
        else:
            danger = "whoever waits for one of the rows keeps the table from being changed, and one of both fails"
    else:
        danger = f"{database.name} commits at each change of a table, so that a failure leaves it half done"
    shown = ctx.source(node.func)
    yield rule.finding(
        node,
        f"`{shown}` writes rows in a migration that changes tables: {danger}{database.note}",
        related=((first, "changes a table"),),
    )

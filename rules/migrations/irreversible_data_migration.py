"""A data migration that cannot be taken back.

## Why it is bad
When a release goes wrong, the way back leads through its migrations. Django refuses to go back over a `RunPython` or
`RunSQL` without reverse code, and everything behind it stays as well. An Alembic `downgrade()` that does nothing is
worse: it says that it went back, the schema stays, and the next upgrade fails on what is there already.

## Example
```python
# path: shop/migrations/0004_fill_region.py
from django.db import migrations


def fill_region(apps, schema_editor):
    apps.get_model("shop", "Order").objects.filter(region=None).update(region="EU")


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_region")]
    operations = [migrations.RunPython(fill_region)]
```

## Use instead
```python
# path: shop/migrations/0004_fill_region.py
from django.db import migrations


def fill_region(apps, schema_editor):
    apps.get_model("shop", "Order").objects.filter(region=None).update(region="EU")


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_region")]
    operations = [migrations.RunPython(fill_region, reverse_code=migrations.RunPython.noop)]
```

`noop` is right where old code can live with the new rows; else write the function that takes them back.

Found: `RunPython` without `reverse_code`, `RunSQL` that changes rows without `reverse_sql`, and an Alembic
`downgrade()` that only passes while `upgrade()` makes a table, a column, an index or a constraint. Quiet for
`reverse_code=None` and a `downgrade()` that raises, or has a comment or docstring: somebody has thought of it; for the
first revision of all; for an `upgrade()` that only writes rows or takes things away; and where REL501 is quiet: first
and squashed migrations, history.

## Fix safety
Unsafe: `noop` leaves the rows as they are, which may not suit the code of the release before. Alembic's `downgrade()`
is left to you.

## References
- https://docs.djangoproject.com/en/stable/ref/migration-operations/#django.db.migrations.operations.RunPython.noop
- https://alembic.sqlalchemy.org/en/latest/tutorial.html#downgrading
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.reversing import irreversible_operation, made_and_left

rule = Rule(
    code="REL510",
    imports=("migrations", "alembic"),
    words=("RunPython", "RunSQL", "downgrade"),
    fix="unsafe",
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if (operation := irreversible_operation(ctx, node)) is not None:
        yield rule.finding(
            node,
            f"`{operation}` has no reverse: Django refuses to go back over this migration, and what is behind it stays",
        )


@rule.on(cst.FunctionDef)
def check_downgrade(node: cst.FunctionDef, ctx: Context) -> Iterator[Finding]:
    if (made := made_and_left(ctx, node)) is not None:
        yield rule.finding(
            node.name,
            f"`downgrade` does nothing and says it went back: `{made}` stays, and the next upgrade fails on it",
        )

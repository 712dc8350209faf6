"""A column or table that is dropped or renamed while old code still names it.

## Why it is bad
During a deployment old code still runs, and an ORM names every column of its model in each SELECT and INSERT. From the
moment the column is gone, all of them fail until the last old process has stopped. A rename is worse: neither release
works with the other's schema, so that going back fails as well.

## Example
```python
# path: shop/migrations/0002_drop_fax.py
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RemoveField("customer", "fax")]
```

```python
# path: shop/migrations/0001_initial.py
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("Customer", [("fax", models.CharField(max_length=20, null=True))])]
```

```sql
-- path: migrations/V12__rename_fax.sql
ALTER TABLE customer RENAME COLUMN fax TO fax_number;
```

## Use instead
Take the field out of the code first, and the column out of the database in the release after that:
```python
# path: shop/migrations/0002_forget_fax.py
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("customer", "fax")]),
    ]
```

Then `RunSQL("ALTER TABLE shop_customer DROP COLUMN fax")`, or the `RemoveField` under `database_operations`. (A column
that is NOT NULL needs a default in the database before.) Instead of a rename: in Django keep the column's name with
`db_column=`; elsewhere add the new column, write both, fill it, read the new one, and drop the old one releases later.

Only Django's history shows that the release before used the column. What Alembic and SQL drop may have left the code
long ago: that is for information only, to be looked at once and then silenced with the reason. A rename is always
reported.

Quiet for `state_operations`, for a column that the state forgot in an earlier migration, for fields without a column,
for a field or model whose column or table keeps a name of its own, for unmanaged models and proxies, for a rename
behind which the same file makes a view of the old name, and where REL501 is quiet: tables that the same migration
creates, first and squashed migrations, reverse code, history.

## References
- https://docs.djangoproject.com/en/stable/ref/migration-operations/#separatedatabaseandstate
- https://www.postgresql.org/docs/current/sql-altertable.html
- https://github.com/ankane/strong_migrations#removing-a-column
- https://squawkhq.com/docs/renaming-column
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.schema import LostName

rule = Rule(
    code="REL506",
    imports=("migrations", "alembic"),
    words=(
        "RemoveField",
        "RenameField",
        "DeleteModel",
        "RenameModel",
        "AlterModelTable",
        "drop_column",
        "drop_table",
        "rename_table",
        "new_column_name",
        "RunSQL",
        "execute",
        "exec_driver_sql",
    ),
    sql=("ALTER TABLE|DROP TABLE|RENAME TABLE", "DROP|RENAME|CHANGE"),
)


@rule.on(LostName)
def check(lost: LostName, ctx: FileContext) -> Iterator[Finding]:
    if lost.to:
        yield rule.finding(
            lost.node,
            f"`{lost.name}` is renamed to `{lost.to}`: code of the release before fails from now on, "
            "and the new one fails until then",
            data=lost,
        )
    elif lost.known:
        yield rule.finding(
            lost.node,
            f"`{lost.name}` is dropped together with its {'field' if lost.what == 'column' else 'model'}: "
            "code of the release before still names it, and fails until the last old process has stopped",
            data=lost,
        )
    else:
        yield rule.finding(
            lost.node,
            f"`{lost.name}` is dropped: code that still runs and names it fails from now on",
            data=lost,
            severity="info",
        )

"""A NOT NULL column with a default, added to a table in one step.

## Why it is bad
During a deployment old code still runs. Django gives existing rows the `default=` and takes it away from the database
in the same statement: until the last old process is gone, every INSERT that does not know the column fails. A default
that the database makes anew for each row (`gen_random_uuid()`), or any default before PostgreSQL 11, MySQL 8.0.12 and
MariaDB 10.3, rewrites the whole table under a lock that stops everything else.

## Example
```python
# path: shop/migrations/0002_order_channel.py
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "channel", models.CharField(default="web", max_length=20)),
    ]
```

```sql
-- path: migrations/V12__order_token.sql
ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
```

## Use instead
Let the database keep the default (Django 5), and give the model the same `db_default`:
```python
# path: shop/migrations/0002_order_channel.py
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "channel", models.CharField(db_default="web", max_length=20)),
    ]
```

Or take three steps: add the column nullable, fill it in batches, and make it NOT NULL in a later release (REL503).

Quiet for tables that the same migration creates, or whose rows it has counted (`if count < 100000`), first and squashed
migrations (they run on new databases), unmanaged models, many-to-many fields, state operations, reverse code, code for
another database engine, a default set by SQL further down in the file, and what `[tool.relint.migrations] start-after`
makes history. A constant default that the database keeps costs a moment's lock, which a long query before it makes a
long one: it is for information only, and silent where the migration sets `lock_timeout` (MySQL: `lock_wait_timeout`) or
the project sanctions `not-null = "db-default"`.

## Fix safety
Unsafe: one migration becomes three, and the third belongs into a later release. This one adds the column nullable,
without a default; a new one fills it in batches of `[tool.relint.sanctioned] batch-size` rows by primary key, outside a
transaction, and may be stopped and run again; a last one fills what old code has left NULL meanwhile, and sets NOT NULL
after a validated CHECK on PostgreSQL, in the usual way elsewhere (docs/three-steps.md). All columns of the migration go
together. A callable default like `uuid.uuid4` is called for each row.

Only where nothing stands behind the migration: it is the only leaf of its app (Alembic: the only head), no other app's
migration names it, and it has to run before none. No other migration is ever edited. Otherwise the fix is a suggestion
that says why, as it is in reusable apps, for columns with an index or a constraint of their own, for fields that are
not Django's, for defaults that mean nothing outside the file, and beside operations that may need the filled column.

In .sql files of Flyway, dbmate, goose, golang-migrate and SQLx the same three files are written in SQL, for PostgreSQL
12 and later, the last two as blocks that commit as they go, outside a transaction. The file must be the last of its
folder, and an earlier one must create the table, with a primary key of one column.

With `[tool.relint.sanctioned] not-null = "db-default"`, a literal default becomes `db_default=` as well (Django 5 and
later), or is set by `RunSQL(... SET DEFAULT ...)` right after: unsafe, because the model must get the same
`db_default`.

## References
- https://docs.djangoproject.com/en/stable/ref/models/fields/#db-default
- https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
- https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
- https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html
- https://github.com/3YOURMIND/django-migration-linter/issues/326
"""

from __future__ import annotations

import re
from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import Target, target
from relint.queries.schema import AddedColumn

rule = Rule(
    code="REL501",
    imports=("migrations", "alembic"),
    words=("AddField", "add_column", "RunSQL", "execute", "exec_driver_sql"),
    sql=("ALTER TABLE", "ADD", "NOT NULL"),
    fix="unsafe",
)

_BOUNDED_LOCK = re.compile(r"\block_(wait_)?timeout\b", re.IGNORECASE)


@rule.on(AddedColumn)
def check(column: AddedColumn, ctx: FileContext) -> Iterator[Finding]:
    database = target(ctx)
    if column.default == "none" or (column.origin == "django" and column.kept):
        return
    if column.kept and column.default == "constant" and database.constant_default_is_free:
        if ctx.settings.sanctioned.not_null != "db-default" and not _BOUNDED_LOCK.search(ctx.text):
            yield rule.finding(column.node, _for_information(column, database), data=column, severity="info")
    else:
        yield rule.finding(column.node, f"{_danger(column, database)}{database.note}", data=column)


def _for_information(column: AddedColumn, database: Target) -> str:
    return (
        f"`{column.name}` is added NOT NULL with a constant default that stays: {database.name} writes no row, but "
        f"without a lock timeout the ALTER waits for every open transaction on the table and makes all others wait"
        f"{database.note}"
    )


def _danger(column: AddedColumn, database: Target) -> str:
    dangers = []
    if column.origin == "django":
        how = "an implicit default" if column.default == "implicit" else "a default"
        begin = f"`{column.name}` is added NOT NULL with {how} that Django drops at once"
        dangers.append("INSERTs of old code that still runs fail")
    elif not column.kept:
        begin = f"`{column.name}` is added NOT NULL with a default that this migration drops again"
        dangers.append("INSERTs of old code that still runs fail")
    else:
        begin = f"`{column.name}` is added NOT NULL with a {column.default} default"
    if column.default == "volatile" and database.engine == "sqlite":
        dangers.append("SQLite refuses it where the table holds rows")
    elif column.default == "volatile" or not database.constant_default_is_free:
        dangers.append(f"{database.name} rewrites the whole table under a lock")
    elif column.origin == "django" and database.engine == "sqlite":
        dangers.append("Django copies the whole table")
    return f"{begin}: {', and '.join(dangers)}"

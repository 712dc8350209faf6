"""A nullable column made NOT NULL in one step.

## Why it is bad
`SET NOT NULL` reads the whole table under a lock that stops reads and writes; MySQL and SQLite copy the table. Django
first fills the NULLs with the field's default in one UPDATE over the table. And old code that still runs and writes
NULL fails from then on.

## Example
```python
# path: versions/91ab_invoice_currency_required.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    op.alter_column("invoice", "currency", nullable=False)
```

```sql
-- path: migrations/V12__invoice_currency_required.sql
ALTER TABLE invoice ALTER COLUMN currency SET NOT NULL;
```

## Use instead
A CHECK that is added without looking at the rows and validated under a weak lock; PostgreSQL 12 and later then sets
NOT NULL without reading the table:
```python
# path: versions/91ab_invoice_currency_required.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE invoice ADD CONSTRAINT currency_set CHECK (currency IS NOT NULL) NOT VALID")
        op.execute("ALTER TABLE invoice VALIDATE CONSTRAINT currency_set")
        op.alter_column("invoice", "currency", nullable=False)
        op.execute("ALTER TABLE invoice DROP CONSTRAINT currency_set")
```

An `AlterField` does not say what it changes from: the folder's earlier migrations do, followed through renames. Unknown
history is silent, and so are tables that the same migration creates, a field that was never nullable, and
`existing_nullable=False`. A CHECK counts when the same file or an earlier migration validates it, in SQL or by
`AddConstraintNotValid` and `ValidateConstraint`.

## Fix safety
Only where nothing stands behind the migration, as under REL501; else a suggestion that says why.

For Alembic on PostgreSQL 12 and later the CHECK is written around the statement. Unsafe: what stands before it in the
migration is committed when the block begins (`transaction_per_migration` keeps other migrations apart), and the new
constraint is dropped at the end.

A Django migration that does nothing else fills the NULLs in batches first, where the field has a default, and its
`AlterField` becomes one that on PostgreSQL goes by way of the CHECK. Unsafe: the migration leaves its transaction, so
that what it has done stays when it fails; it may be run again. Quiet afterwards on MySQL and SQLite, which know no
gentler way.

In .sql files on PostgreSQL 12 and later the CHECK is written around the statement where the tool is known to commit
each statement of the file by itself. Else, with Flyway, dbmate, goose, golang-migrate and SQLx, one block that commits
as it goes takes its place, and the file leaves its transaction; behind other statements it gets a file of its own.

## References
- https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
- https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/#adding-constraints-without-enforcing-validation
- https://alembic.sqlalchemy.org/en/latest/api/runtime.html#alembic.runtime.migration.MigrationContext.autocommit_block
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import Target, target
from relint.queries.schema import TightenedColumn

rule = Rule(
    code="REL503",
    imports=("migrations", "alembic"),
    words=("AlterField", "alter_column", "RunSQL", "execute", "exec_driver_sql"),
    sql=("ALTER TABLE", "NOT NULL"),
    fix="unsafe",
)


@rule.on(TightenedColumn)
def check(column: TightenedColumn, ctx: FileContext) -> Iterator[Finding]:
    database = target(ctx)
    yield rule.finding(
        column.node,
        f"`{column.name}` allowed NULL and is made NOT NULL in one step: {_danger(column, database)}{database.note}",
        data=column,
    )


def _danger(column: TightenedColumn, database: Target) -> str:
    dangers = ["one UPDATE fills every NULL"] if column.default else []
    match database.engine:
        case "postgresql":
            dangers.append("the whole table is read under a lock that stops reads and writes")
        case "mysql" | "mariadb" | "sqlite":
            dangers.append("the whole table is copied")
        case _:
            dangers.append("the whole table is read under a lock")
    return f"{' and '.join(dangers)}, and old code that still writes NULL fails"

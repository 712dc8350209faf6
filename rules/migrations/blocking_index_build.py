"""An index built on an existing PostgreSQL table without CONCURRENTLY.

## Why it is bad
`CREATE INDEX` locks out all writes to the table until the whole of it has been read and sorted: minutes on a table of
some size, while every request that writes waits for a connection. Inside a migration's transaction the lock is kept
until the migration ends.

## Example
```python
# path: versions/91ab_invoice_state.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    op.create_index("invoice_state", "invoice", ["state"])
```

```sql
-- path: migrations/V12__invoice_state.sql
CREATE INDEX invoice_state ON invoice (state);
```

## Use instead
```python
# path: versions/91ab_invoice_state.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("invoice_state", "invoice", ["state"], postgresql_concurrently=True)
```

```sql
-- path: migrations/V12__invoice_state.sql
CREATE INDEX CONCURRENTLY invoice_state ON invoice (state);
```

In Django `AddIndexConcurrently` in a migration with `atomic = False`. A field with `db_index=True` builds its index
with the column: leave it out there, and add the index by a migration of its own.

Quiet on other engines, for the index of a foreign key, and where REL501 is quiet: tables that the same migration
creates, or has counted the rows of (`if count < 100000`), first and squashed migrations, state operations, reverse
code, history. Unique constraints are another matter.

## Fix safety
Unsafe. A concurrent build takes longer, and one that fails leaves an invalid index to drop by hand. In Alembic, what
stands before it in the migration is committed when the block begins. Django's migrations are rewritten where the
project is known to run on PostgreSQL (settings or configuration), and where every operation of the migration is about
indexes; elsewhere, and in reusable apps, the rewrite is a suggestion. In .sql files CONCURRENTLY is written where the
tool is known to run the file outside a transaction.

## References
- https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
- https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/#concurrent-index-operations
- https://alembic.sqlalchemy.org/en/latest/api/runtime.html#alembic.runtime.migration.MigrationContext.autocommit_block
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import target
from relint.queries.schema import IndexBuild

rule = Rule(
    code="REL504",
    imports=("migrations", "alembic"),
    words=("AddIndex", "AddField", "AlterField", "create_index", "add_column", "RunSQL", "execute", "exec_driver_sql"),
    sql=("CREATE INDEX|CREATE UNIQUE INDEX",),
    fix="unsafe",
)


@rule.on(IndexBuild)
def check(index: IndexBuild, ctx: FileContext) -> Iterator[Finding]:
    how = "gets its index" if index.by == "column" else "is built"
    yield rule.finding(
        index.node,
        f"`{index.name}` {how} without CONCURRENTLY: "
        f"writes to the table wait until all of it is read{target(ctx).note}",
        data=index,
    )

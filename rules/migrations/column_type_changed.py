"""A column whose type is changed in place.

## Why it is bad
Most changes of a type write the whole table and its indexes anew, under a lock that stops reads and writes; MySQL
copies the table while writes wait. Old code that still runs meets the new type before it expects it.

## Example
```python
# path: versions/91ab_invoice_number.py
import sqlalchemy as sa
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    op.alter_column("invoice", "number", type_=sa.BigInteger(), existing_type=sa.Integer())
```

```sql
-- path: migrations/V12__invoice_number.sql
ALTER TABLE invoice ALTER COLUMN number TYPE bigint;
```

## Use instead
```python
# path: versions/91ab_invoice_number.py
import sqlalchemy as sa
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    op.add_column("invoice", sa.Column("number_big", sa.BigInteger(), nullable=True))
```

```sql
-- path: migrations/V12__invoice_number.sql
ALTER TABLE invoice ADD COLUMN number_big bigint;
```

Write both columns (or keep them equal by a trigger), fill the new one in batches, read the new one, and drop the old
one in a later release.

Quiet where the database changes its catalogue only: on PostgreSQL a longer `varchar`, `varchar` to `text`, more digits
before the point of a `numeric`, `cidr` to `inet`, and `timestamp` with or without time zone (PostgreSQL 12 and later,
in sessions that run in UTC); on MySQL a longer `VARCHAR` whose length takes as many bytes as before. Quiet, too, where
the old type is not known and decides, for types of other packages, on SQLite, and where REL501 is quiet: tables that
the same migration creates, first and squashed migrations, state operations, reverse code, history. What an `AlterField`
changes from is in the folder's earlier migrations, and what MySQL's MODIFY and CHANGE do in its earlier .sql files.

## References
- https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
- https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html#online-ddl-column-operations
- https://github.com/django/django/blob/stable/5.2.x/django/db/backends/postgresql/base.py
- https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.alter_column
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import target
from relint.queries.schema import RetypedColumn

rule = Rule(
    code="REL507",
    imports=("migrations", "alembic"),
    words=("AlterField", "alter_column", "RunSQL", "execute", "exec_driver_sql"),
    sql=("ALTER TABLE", "TYPE|MODIFY|CHANGE"),
)


@rule.on(RetypedColumn)
def check(column: RetypedColumn, ctx: FileContext) -> Iterator[Finding]:
    database = target(ctx)
    new = column.new.removesuffix(" using")
    change = f"from {column.old} to {new}" if column.old else f"to {new}"
    if database.engine == "postgresql":
        danger = "the table and its indexes are written anew under a lock that stops reads and writes"
    else:
        danger = "the table is copied while writes to it wait"
    yield rule.finding(column.node, f"`{column.name}` changes {change}: {danger}{database.note}", data=column)

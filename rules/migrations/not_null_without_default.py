"""A required column without a default, added to an existing table.

## Why it is bad
The database has no value for the rows that exist: the migration works on every empty development database and fails on
the first table with a row, in the middle of a deployment. MySQL invents a value instead, and then refuses the INSERTs
of old code that does not know the column. Alembic ignores a `default=` of the column: only `server_default=` reaches
the database.

## Example
```python
# path: versions/8f2c_invoice_currency.py
import sqlalchemy as sa
from alembic import op

revision = "8f2c"
down_revision = "3a90"


def upgrade():
    op.add_column("invoice", sa.Column("currency", sa.String(3), nullable=False))
```

```sql
-- path: migrations/V12__invoice_currency.sql
ALTER TABLE invoice ADD COLUMN currency char(3) NOT NULL;
```

## Use instead
```python
# path: versions/8f2c_invoice_currency.py
import sqlalchemy as sa
from alembic import op

revision = "8f2c"
down_revision = "3a90"


def upgrade():
    op.add_column("invoice", sa.Column("currency", sa.String(3), nullable=True))
```

Fill it in batches next, and make it NOT NULL in a later release (REL503).

Quiet as REL501 is; and for fields of other packages, whose class may say more than the migration shows.

## Fix safety
With `[tool.relint.sanctioned] not-null = "db-default"`, a literal `default=` of an Alembic column is written as
`server_default=` too: unsafe, because every existing row gets that value. Otherwise such a column is added in three
steps as under REL501, filled with that `default=`. Without any default there is nothing to fill it with, and the steps
are a suggestion.

## References
- https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
- https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.Column.params.server_default
- https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.add_column
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import target
from relint.queries.schema import AddedColumn

rule = Rule(
    code="REL502",
    imports=("migrations", "alembic"),
    words=("AddField", "add_column", "RunSQL", "execute", "exec_driver_sql"),
    sql=("ALTER TABLE", "ADD", "NOT NULL"),
    severity="error",
    fix="unsafe",
)


@rule.on(AddedColumn)
def check(column: AddedColumn, ctx: FileContext) -> Iterator[Finding]:
    if column.default != "none":
        return
    database = target(ctx)
    if database.engine in ("mysql", "mariadb"):
        danger = "existing rows get a value that nobody chose, and INSERTs of old code that still runs fail"
    else:
        danger = "the migration fails on the first table that holds a row"
    yield rule.finding(
        column.node, f"`{column.name}` is added NOT NULL without a default: {danger}{database.note}", data=column
    )

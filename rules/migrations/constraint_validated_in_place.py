"""A constraint that is added and checked against every row in one step.

## Why it is bad
`ADD CONSTRAINT` reads the whole table (a foreign key: both tables) under a lock that stops writes, and for CHECK,
UNIQUE and PRIMARY KEY reads too. PostgreSQL can add it `NOT VALID` in a moment, so that it holds for new rows, and
validate the old ones later under a weak lock. MySQL copies the table for a CHECK, and for a foreign key while
`foreign_key_checks` is on.

## Example
```python
# path: versions/91ab_invoice_customer.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    op.create_foreign_key("invoice_customer", "invoice", "customer", ["customer_id"], ["id"])
```

```sql
-- path: migrations/V12__invoice_total.sql
ALTER TABLE invoice ADD CONSTRAINT total_positive CHECK (total >= 0);
```

## Use instead
```python
# path: versions/91ab_invoice_customer.py
from alembic import op

revision = "91ab"
down_revision = "8f2c"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_foreign_key(
            "invoice_customer", "invoice", "customer", ["customer_id"], ["id"], postgresql_not_valid=True
        )
        op.execute("ALTER TABLE invoice VALIDATE CONSTRAINT invoice_customer")
```

```sql
-- path: migrations/V12__invoice_total.sql
ALTER TABLE invoice ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;
ALTER TABLE invoice VALIDATE CONSTRAINT total_positive;
```

In one transaction the first lock is kept until the end: let the two statements be committed one by one, or stand in two
migrations. In Django `AddConstraintNotValid` and `ValidateConstraint`, in two migrations. A unique constraint has no
`NOT VALID`: build a unique index with CONCURRENTLY, then `ADD CONSTRAINT ... UNIQUE USING INDEX`.

Quiet for a foreign key that comes with a new column which is NULL everywhere (PostgreSQL looks at no row), in Django
for every foreign key of an `AddField`, on SQLite and other engines, and where REL501 is quiet: tables that the same
migration creates, first and squashed migrations, state operations, reverse code, history.

## Fix safety
Unsafe: with `NOT VALID` the constraint holds for new rows only until `VALIDATE` has run. In .sql files the constraint
is added `NOT VALID` and validated by a statement of its own; in Alembic `postgresql_not_valid=True` and `VALIDATE` go
into an autocommit block, and what stands before it in the migration is committed when the block begins. Foreign keys
and CHECKs with a name, on PostgreSQL only; the rest, and Django's operations, are a suggestion.

## References
- https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
- https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/#adding-constraints-without-enforcing-validation
- https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.create_foreign_key
- https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html#online-ddl-foreign-key-operations
- https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/parser/parse_utilcmd.c (`transformFKConstraints`)
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import Target, target
from relint.queries.schema import AddedConstraint

rule = Rule(
    code="REL505",
    imports=("migrations", "alembic"),
    words=(
        "AddConstraint",
        "AlterUniqueTogether",
        "AddField",
        "AlterField",
        "create_foreign_key",
        "create_check_constraint",
        "create_unique_constraint",
        "create_exclude_constraint",
        "create_primary_key",
        "add_column",
        "RunSQL",
        "execute",
        "exec_driver_sql",
    ),
    sql=("ALTER TABLE", "ADD", "FOREIGN KEY|CHECK|UNIQUE|PRIMARY KEY|EXCLUDE|REFERENCES"),
    fix="unsafe",
)


@rule.on(AddedConstraint)
def check(constraint: AddedConstraint, ctx: FileContext) -> Iterator[Finding]:
    database = target(ctx)
    yield rule.finding(
        constraint.node,
        f"`{constraint.name}` is checked against every row while it is added: "
        f"{_danger(constraint, database)}{database.note}",
        data=constraint,
    )


def _danger(constraint: AddedConstraint, database: Target) -> str:
    if database.engine != "postgresql":
        return "the table is copied while writes to it wait"
    if constraint.kind == "foreign key":
        return "writes to both tables wait until all of it is read"
    if constraint.kind == "check":
        return "reads and writes of the table wait until all of it is read"
    return "reads and writes of the table wait until its index is built"

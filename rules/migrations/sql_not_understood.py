"""An SQL statement of a migration that relint cannot read, and so does not check.

## Why it is bad
The statement changes a table or its rows, and whether it is dangerous is not known. The other rules say nothing about
it; a linter that passes over it in silence would look like one that found nothing.

## Example
```sql
-- path: migrations/V12__frobnicate.sql
ALTER TABLE invoice FROBNICATE COLUMN total;
```

## Use instead
```sql
-- path: migrations/V12__total.sql
ALTER TABLE invoice ADD COLUMN total numeric;
```

For information only. Where the statement is right, tell relint the database (`[tool.relint.migrations] database`), or
silence it: `-- relint: ignore[REL512] reason`.

## References
- https://github.com/tobymao/sqlglot
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.migration_target import target
from relint.queries.schema import Unread

rule = Rule(
    code="REL512",
    imports=("migrations", "alembic"),
    words=("RunSQL", "execute", "exec_driver_sql"),
    sql=("ALTER TABLE|UPDATE|DELETE FROM",),
    severity="info",
)


@rule.on(Unread)
def check(unread: Unread, ctx: FileContext) -> Iterator[Finding]:
    yield rule.finding(
        unread.node, f"`{unread.name}` is changed by SQL that cannot be read as that of {target(ctx).name}: not checked"
    )

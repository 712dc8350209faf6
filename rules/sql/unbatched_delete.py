"""All rows older than a time deleted in one statement.

## Why it is bad
A cleanup that deletes a day's rows is harmless until it has not run for a month. Then one DELETE locks millions of
rows, writes as much log, holds back replicas and the vacuum, and runs into its time limit: all of it is undone, and the
next run has more to do. Django also loads the rows whose deletion others depend on.

Off by default: how many rows gather does not stand in the code. Of 34 findings in applications that the rule was not
made with, 16 were in logs, events, notifications and accounting, which grow without end; 18 were tokens, drafts and
unpaid invoices of which there are few at any time.

## Example
```python
from django.utils import timezone

from shop.models import Session


def clean_up(days):
    Session.objects.filter(last_seen__lt=timezone.now() - days).delete()
```

```sql
-- path: migrations/V7__old_sessions.sql
DELETE FROM session WHERE last_seen < now() - interval '90 days';
```

## Use instead
```python
from django.utils import timezone

from shop.models import Session


def clean_up(days):
    rows = Session.objects.filter(last_seen__lt=timezone.now() - days).order_by("pk")
    last_pk = None
    while True:
        batch = rows if last_pk is None else rows.filter(pk__gt=last_pk)
        pks = list(batch.values_list("pk", flat=True)[:1000])
        if not pks:
            break
        rows.filter(pk__in=pks).delete()
        last_pk = pks[-1]
```

```sql
-- path: migrations/V7__old_sessions.sql
DELETE FROM session WHERE id IN (SELECT id FROM session WHERE last_seen < now() - interval '90 days' LIMIT 1000);
```

(repeated until it deletes nothing, each in a transaction of its own). Where all of a day goes at once, a partition a
day can be dropped instead.

Found: `filter(<time>__lt=...).delete()` of Django, `delete(...)` and `query(...).delete()` of SQLAlchemy with `<time> <
...`, and `DELETE ... WHERE <time> < ...` in SQL, where the column's name says that it is a time. Quiet with a LIMIT or
a slice, where a key picks the rows, in `while` loops and loops over batches, in reverse migrations and in tests.

## Fix safety
Unsafe: the rows go batch by batch, each by a statement of its own, so that a failure leaves some. Written for Django,
where the result is not used; elsewhere a suggestion. Batches have `[tool.relint.sanctioned] batch-size` rows.

## References
- https://docs.djangoproject.com/en/stable/topics/db/queries/#deleting-objects
- https://www.postgresql.org/docs/current/sql-delete.html
- https://dev.mysql.com/doc/refman/8.0/en/delete.html
"""

from __future__ import annotations

from typing import Iterator

from relint.file_context import FileContext
from relint.model import Finding, Rule
from relint.queries.schema import BulkDelete

rule = Rule(
    code="REL405",
    words=("delete", "sa_delete", "execute", "fetch", "exec_driver_sql", "execute_sql"),
    sql=("DELETE FROM", "WHERE"),
    near=("delete", "less than"),
    fix="unsafe",
    default=False,
)


@rule.on(BulkDelete)
def check(delete: BulkDelete, ctx: FileContext) -> Iterator[Finding]:
    yield rule.finding(
        delete.node,
        f"`{delete.name}` loses all rows older than a time in one statement: when many have gathered, they stay locked "
        "until the last is gone, and a failure undoes everything",
        data=delete,
    )

"""Pages that are found by counting rows.

## Why it is bad
The database reads and throws away all rows before the page: page 1 is fast, page 10,000 takes a minute, and whoever
reads to the end, an export or a crawler, pays for every row as often as there are pages behind it. A row that is added
or deleted meanwhile shifts all pages after it.

Off by default: for a list that somebody leafs through by hand, it is good enough. Of 10 findings that were read in 117
packages which had no part in making the rule, 7 were of tables that grow.

## Example
```python
from sqlalchemy import select


def page_of(session, orders, number):
    return session.execute(select(orders).order_by(orders.c.id).limit(50).offset(50 * number)).all()
```

## Use instead
```python
from sqlalchemy import select


def page_after(session, orders, last_id):
    return session.execute(select(orders).where(orders.c.id > last_id).order_by(orders.c.id).limit(50)).all()
```

The last key of a page is where the next one begins; give it to callers as a cursor that they do not look into.

Found: Django's `Paginator(rows)` and `rows[start:end]`, SQLAlchemy's `.offset(n)`, and `OFFSET` with a parameter in SQL
text that is given to a database call. Pages of rows that have no order are REL404.

## References
- https://use-the-index-luke.com/no-offset
- https://www.postgresql.org/docs/current/queries-limit.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.pages import pages

rule = Rule(
    code="REL403",
    words=("Paginator", "offset", "OFFSET", "LIMIT", "objects", "_default_manager", "_base_manager"),
    default=False,
)

_SHOWN = {"django": "a slice of rows", "sqlalchemy": "offset", "text": "OFFSET"}


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for page in pages(ctx):
        if page.ordered is not False:
            shown = "Paginator" if isinstance(page.node, cst.Call) and page.kind == "django" else _SHOWN[page.kind]
            yield rule.finding(
                page.node,
                f"`{shown}` finds a page by counting rows: all rows before it are read again for each page",
            )

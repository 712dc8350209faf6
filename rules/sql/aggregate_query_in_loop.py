"""A query for each row of another query, where one annotation answers them all.

## Why it is bad
`order.lines.count()` in a loop over orders sends one query for the orders and one more for each of them. Ten orders in
the tests are eleven quick queries. Ten thousand in production are ten thousand round trips, while the request, the
transaction and the connection stay open: the page times out on the day the table has grown, and nothing in the code
has changed.

## Example
```python
from shop.models import Order


def report():
    return [(order.number, order.lines.count()) for order in Order.objects.filter(paid=False)]
```

## Use instead
```python
from django.db.models import Count

from shop.models import Order


def report():
    orders = Order.objects.filter(paid=False).annotate(line_count=Count("lines"))
    return [(order.number, order.line_count) for order in orders]
```

Found for Django's `count()`, `exists()` and `aggregate()` and their asynchronous forms, and for SQLAlchemy's
`query(...).count()` and scalars of `func.count()` and the like, in loops and comprehensions over a query that is in
sight, when they differ from row to row by columns of the row only. Where they have filters of their own, use
`Exists(...)` or a `Subquery` with `OuterRef`, or group by the foreign key in one query and look the answers up.

Info where the rows belong to one row of another table (`order.lines.all()`): mostly there are few of them.

Quiet where a slice or a limit bounds the rows, where `count()` and `exists()` are answered by what was prefetched (a
filter on it asks anew), where the pass that asks is the last one, in handlers and assertions, and where a pass of the
loop may change what it or a later one is told: annotations are as old as the first row.

## References
- https://docs.djangoproject.com/en/stable/topics/db/aggregation/
- https://docs.djangoproject.com/en/stable/ref/models/expressions/#exists-subqueries
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#prefetch-related
- https://github.com/django/django/blob/5.2/django/db/models/query.py#L595 (`count()` of rows that are loaded)
- https://docs.sqlalchemy.org/en/20/tutorial/data_select.html#scalar-and-correlated-subqueries
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.names import last_name
from relint.queries.row_queries import row_query

rule = Rule(
    code="REL408",
    words=("count", "exists", "aggregate", "acount", "aexists", "aaggregate", "scalar", "scalar_one"),
    anywhere=("count of rows",),
    near=("count of rows", "loop or comprehension", "count in a loop"),
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    found = row_query(ctx, node) if isinstance(node.func, cst.Attribute) else None
    if found is not None:
        with_name = "`annotate()`" if found.kind == "django" else "subquery or `group_by()`"
        yield rule.finding(
            node,
            f"`{last_name(node.func)}` asks the database anew for each `{found.row}`: a thousand rows are a thousand "
            f"queries more, and one {with_name} answers them all",
            severity="info" if found.of_one_parent else None,
            data=found,
        )

"""Pages of rows that come in no certain order.

## Why it is bad
Without an order the database gives rows as it finds them, and finds them in another order once a row was updated, an
index was built or the plan has changed. Every page is a query of its own: what moves between two of them is shown twice
or never. Nothing fails; an export lacks rows, and nobody knows which.

Off by default: that no two rows have moved yet does not show in the code, and models of other packages are out of
sight. Of 10 findings that were read in 117 packages which had no part in making the rule, all were of rows without a
certain order, 4 of them of tables that grow.

## Example
```python
from django.core.paginator import Paginator
from django.db import models


class Order(models.Model):
    paid = models.BooleanField()


def unpaid(number):
    return Paginator(Order.objects.filter(paid=False), 50).page(number)
```

## Use instead
```python
from django.core.paginator import Paginator
from django.db import models


class Order(models.Model):
    paid = models.BooleanField()


def unpaid(number):
    return Paginator(Order.objects.filter(paid=False).order_by("pk"), 50).page(number)
```

Found: Django's `Paginator(rows)`, `rows[start:end]`, and a `ListView` with `paginate_by` or a view of Django REST
framework whose `pagination_class` (its own, or that of the settings) counts rows, where the model, in this file or
imported from the project, has no `Meta.ordering`; SQLAlchemy's `.offset(n)` without `order_by`; `OFFSET` with a
parameter in SQL text without `ORDER BY`.
Found as well are rows that are ordered by fields or columns of which two rows may hold the same, with none beside them
that is unique (`order_by("name")`, `order_by(Order.day.desc())`); for information only when one of them is a point in
time, because rows must be of the very same moment then. Quiet where the model, its base classes or its manager are
out of sight, or a field of the order is; where rows are grouped or distinct and have an order; where the rows were
loaded before; and for `[:n]`, `LIMIT 1` and `first()`, which take any rows.

## Fix safety
Unsafe: rows come in another order than they mostly did. The key is added: `order_by("pk")` or `"pk"` behind the fields
of an order, `ordering` in a `ListView`; with SQLAlchemy the column of the mapped class that is its primary key, where
that is in sight. Nothing where rows are distinct or grouped, which the order would change, and in SQL text.

## References
- https://docs.djangoproject.com/en/stable/topics/pagination/#paginating-a-list-of-objects
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#order-by
- https://www.django-rest-framework.org/api-guide/pagination/
- https://www.postgresql.org/docs/current/queries-limit.html
- https://docs.sqlalchemy.org/en/20/core/selectable.html#sqlalchemy.sql.expression.Select.offset
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.page import Page
from relint.queries.pages import pages

rule = Rule(
    code="REL404",
    words=(
        "Paginator", "offset", "OFFSET", "LIMIT", "objects", "_default_manager", "_base_manager", "paginate_by",
    ),
    fix="unsafe",
    default=False,
)  # fmt: skip


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for page in pages(ctx):
        if page.ordered is False:
            yield rule.finding(page.node, _message(ctx, page), data=page, severity="info" if page.moments else None)


def _message(ctx: Context, page: Page) -> str:
    shown = " ".join(ctx.source(page.rows).split()) if page.kind == "django" else "OFFSET"
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    if not page.by:
        return f"`{shown}` counts rows that have no order: what moves between two pages is read twice or never"
    columns = " and ".join(f"`{name.lstrip('-+')}`" for name in page.by)
    alike = f"rows with the {'very ' if page.moments else ''}same {columns}"
    return f"`{shown}` counts rows of no certain order: {alike} may change places between two pages"

"""A method of a manager or queryset that gives a list, where its callers expect a queryset.

## Why it is bad
`Order.objects.overdue().count()` works while `overdue()` is one filter, and fails the day it becomes a list. Until
then, what a list takes away costs in silence: a page of ten rows loads all of them, `filter()` is written again in
Python, and what selects or prefetches related rows stands too late. A method that returns `[]` in one branch and a
queryset in the other fails for the one shop that has no orders.

Off by default: a list can be what all callers want, and there is little real code to judge it by: 4
findings in 117 packages that had no part in making the rule, 3 of them true.

## Example
```python
from django.db import models


class OrderQuerySet(models.QuerySet):
    def overdue(self, today):
        return [order for order in self.filter(paid=False) if order.due < today]
```

## Use instead
```python
from django.db import models


class OrderQuerySet(models.QuerySet):
    def overdue(self, today):
        return self.filter(paid=False, due__lt=today)
```

Found for public methods of classes that derive from a manager or a queryset, when they return their own rows in a
`list()`, `sorted()` or a comprehension, or an empty list (use `self.none()`) beside a queryset. Quiet for methods
whose name or annotation says what they give (`as_list`, `choices`, `ids`, `-> list[Order]`), and for values of columns.

## References
- https://docs.djangoproject.com/en/stable/topics/db/managers/#creating-a-manager-with-queryset-methods
- https://docs.djangoproject.com/en/stable/ref/models/querysets/#none
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.manager_methods import list_method

rule = Rule(
    code="REL409",
    anywhere=("manager class",),
    words=("self",),
    default=False,
)


@rule.on(cst.Return)
def check(node: cst.Return, ctx: Context) -> Iterator[Finding]:
    found = list_method(ctx, node)
    if found is None:
        return
    name = found.method.name.value
    if found.mixed:
        message = f"`{name}` gives a list here and a queryset elsewhere: `filter()` and `count()` on it fail here"
    else:
        message = f"`{name}` loads its rows and gives a list: nobody can filter, count or page what it finds"
    yield rule.finding(found.returned, message, data=found)

"""A counter that is stepped by hand beside the row that it counts, and not in one transaction with it.

## Why it is bad
`post.save()` and `topic.post_count += 1; topic.save()` are two transactions. The process is killed between them, or the
second one fails, and the topic has one post more than it says; nothing will ever notice. Counters that are kept by hand
drift, a little each week, and pages, quotas and invoices are made from them.

Off by default: a transaction that a caller has opened, and a job in another service that counts anew, cannot be seen;
and there is little real code to judge it by, since most projects that count by hand count anew as well. The one finding
in 117 packages that had no part in making the rule was false: the counter was of something else.

## Example
```python
from django.db.models import F

from forum.models import Post, Topic


def answer(topic, text):
    Post.objects.create(topic=topic, text=text)
    Topic.objects.filter(pk=topic.pk).update(post_count=F("post_count") + 1)
```

## Use instead
```python
from django.db import transaction
from django.db.models import F

from forum.models import Post, Topic


def answer(topic, text):
    with transaction.atomic():
        Post.objects.create(topic=topic, text=text)
        Topic.objects.filter(pk=topic.pk).update(post_count=F("post_count") + 1)
```

Count the rows when they are asked for (`annotate(Count("posts"))`) where that is fast enough, and have a job that
counts anew where it is not. Found in Django code for columns named as counts (`post_count`, `num_posts`,
`posts_total`) that are stepped in a function which makes or deletes a row of that name. Quiet where the file, the jobs
beside it or a command of the project count anew (`recount`, `recalculate`, `update_counts`, `Count(...)`), and where
all callers in the file have a transaction open.

## References
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#controlling-transactions-explicitly
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#autocommit (each query is a transaction of its own)
- https://docs.djangoproject.com/en/stable/ref/models/expressions/#f-expressions
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.counters import Step, drifting_counter

rule = Rule(
    code="REL210",
    imports=("django",),
    anywhere=("column that counts", "create or delete a row"),
    near=("column that counts", "create or delete a row"),
    default=False,
)


@rule.on(cst.AugAssign, cst.Assign, cst.Arg)
def check(node: Step, ctx: Context) -> Iterator[Finding]:
    found = drifting_counter(ctx, node)
    if found is not None:
        yield rule.finding(
            node,
            f"`{found.column}` is stepped in another transaction than `{ctx.source(found.write.func)}`: when this "
            "function ends between the two, the count stays wrong",
            data=found,
        )

"""Counters in a row that every reader of a page steps.

## Why it is bad
`UPDATE ... SET views = views + 1` locks its row until the transaction ends. On a page that many people read, all of
them queue for that one row: reading is now as slow as writing, one slow request holds up the rest, and each view leaves
a dead version of the row behind for the database to clean up.

Off by default: on pages with few readers it does no harm, and only the project knows which those are. The one finding
in 117 packages that had no part in making the rule was true.

## Example
```python
from django.db.models import F
from django.shortcuts import get_object_or_404, render

from blog.models import Post


def detail(request, pk):
    post = get_object_or_404(Post, pk=pk)
    Post.objects.filter(pk=pk).update(views=F("views") + 1)
    return render(request, "post.html", {"post": post})
```

## Use instead
```python
from django.core.cache import cache
from django.shortcuts import get_object_or_404, render

from blog.models import Post


def detail(request, pk):
    post = get_object_or_404(Post, pk=pk)
    cache.incr(f"views:{pk}")
    return render(request, "post.html", {"post": post})
```

A job then adds what was counted in the cache to the rows, once a minute. Found in Django and DRF views that answer GET:
methods called `get`, `retrieve` or `list`, and functions that never ask for `request.method` or `request.POST`.

## References
- https://docs.djangoproject.com/en/stable/ref/models/expressions/#f-expressions
- https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
- https://www.postgresql.org/docs/current/routine-vacuuming.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.entry_points import answers_get

rule = Rule(
    code="REL209",
    imports=("django",),
    words=("F",),
    default=False,
)


@rule.on(cst.BinaryOperation)
def check(node: cst.BinaryOperation, ctx: Context) -> Iterator[Finding]:
    match node:
        case cst.BinaryOperation(left=cst.Call(args=[cst.Arg(value=column)]) as read, operator=cst.Add(), right=step):
            if ctx.callee(read) not in ("django.db.models.F", "django.db.models.expressions.F"):
                return
        case _:
            return
    function = ctx.function_of(node)
    if not isinstance(ctx.literal(step), int) or not isinstance(function, cst.FunctionDef):
        return
    if answers_get(ctx, function) and not _is_part_of_change(ctx, node, function):
        name = ctx.literal(column)
        yield rule.finding(node, f"`{name}` is stepped by everybody who reads this page: they all queue for one row")


def _is_part_of_change(ctx: Context, step: cst.BinaryOperation, function: cst.FunctionDef) -> bool:
    """Whether other attributes of the row are set as well: an edit that counts itself, whatever request brings it."""
    match ctx.parent(step):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(value=row, attr=counter))]):
            pass
        case _:
            return False
    return any(
        isinstance(target.target, cst.Attribute)
        and ctx.source(target.target.value) == ctx.source(row)
        and target.target.attr.value != counter.value
        for assign in ctx.walk(function.body, cst.Assign)
        for target in assign.targets
    )

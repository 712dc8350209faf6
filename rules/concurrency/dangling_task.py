"""A task that nothing holds on to.

## Why it is bad
The event loop keeps weak references to tasks. A task that nobody else holds can be garbage-collected half-way, and
then simply stops ("Task was destroyed but it is pending!"). What `asyncio.run_coroutine_threadsafe` starts is no safer:
the task and the future that it returns hold each other and nobody holds them; and where nobody asks the future, an
error is not even logged.

## Example
```python
import asyncio


async def serve(report):
    asyncio.create_task(report())
    await asyncio.sleep(3600)
```

## Use instead
```python
import asyncio

background_tasks = set()


async def serve(report):
    task = asyncio.create_task(report())
    background_tasks.add(task)
    task.add_done_callback(background_tasks.discard)
    await asyncio.sleep(3600)
```

Found for `asyncio.create_task`, `ensure_future`, `loop.create_task`, `run_coroutine_threadsafe` and functions of the
project that only return such a task: as a statement, in a callback's `lambda`, bound to a name that is not read again
(a done callback does not keep the task alive), or added to a list that the function makes and only fills. A function of
another module is known in files that hold an `async def`, and where it names `asyncio`
(`asyncio.get_running_loop().create_task(...)`), not only a loop that it was given. Quiet when the task is awaited,
returned, stored or passed on, for task groups and nurseries, which hold their tasks, and for a name in a function that
ends with what lasts (`await app.start()`, `loop.run_forever()`).

In 640 packages that the rule was not made with, 288 of 293 findings that were read were right, and of the tasks that a
search for these calls brought up it found 123 of 132. Missed are those that start in a function which is handed to a
library out of sight: it may keep what it is given.

## Fix safety
Safe: the same task runs, and the set forgets it when it is done. Where an `asyncio.TaskGroup` is open around the
statement, the fix starts the task in it, and is unsafe: the group waits for its tasks. Tasks in lambdas and
comprehensions get no fix. An error in what `run_coroutine_threadsafe` runs stays with the future that is kept: ask for
it in a done callback.

## References
- https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
- https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe (what holds its task:
  `_chain_future` in asyncio/futures.py)
- https://github.com/python/cpython/issues/91887
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.tasks import (
    hands_out_a_task,
    is_dropped,
    makes_remote_tasks,
    makes_tasks,
    starts_task,
    starts_task_elsewhere,
    takes_callbacks,
)

rule = Rule(
    code="REL301",
    imports=("create_task", "ensure_future", "run_coroutine_threadsafe"),
    anywhere=("task or async def",),
    near=("task",),
    fix="safe",
    shared=True,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    dropped = is_dropped(ctx, node)
    if not (starts_task(ctx, node) or (dropped and starts_task_elsewhere(ctx, node))):
        return
    if dropped:
        silent = makes_remote_tasks(ctx, node.func) and isinstance(ctx.parent(node), cst.Expr)
        yield rule.finding(
            node,
            f"`{ctx.source(node.func)}` starts a task that nothing holds: "
            f"it may be garbage-collected before it is done{', and nobody hears of its error' if silent else ''}",
        )
        return
    maker = ctx.function_of(node)
    if isinstance(maker, cst.FunctionDef) and hands_out_a_task(ctx, maker):
        ctx.tree.look_for(maker.name.value)  # who calls it may hold no word of this rule


@rule.on(cst.Call)
def check_callback(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    """`loop.call_later(5, asyncio.create_task, report())`."""
    if not takes_callbacks(node):
        return
    for argument in node.args:
        if isinstance(argument.value, cst.Name | cst.Attribute) and makes_tasks(ctx, argument.value):
            yield rule.finding(
                argument.value,
                f"`{ctx.source(argument.value)}` is called by the event loop, which drops the task it returns: "
                "it may be garbage-collected before it is done",
            )

"""An `except` clause that ends a cancellation.

## Why it is bad
A task is cancelled by raising `CancelledError` at its `await`. A handler that catches it and goes on makes the task
immune: timeouts around it do nothing, a `TaskGroup` waits for it for ever, and a shutdown hangs until the process is
killed.

## Example
```python
import asyncio


async def poll(fetch):
    while True:
        try:
            await fetch()
        except BaseException:
            print("failed, once more")
```

## Use instead
```python
import asyncio


async def poll(fetch):
    while True:
        try:
            await fetch()
        except asyncio.CancelledError:
            raise
        except BaseException:
            print("failed, once more")
```

Found for `except:` and `except BaseException` around an awaited call in an `async def` that awaits more afterwards,
returns a value, or is awaited by a function of the file that goes on; and in `for` and `while True` for handlers that
name `asyncio.CancelledError` (`trio.Cancelled`, `anyio.get_cancelled_exc_class()`) and stay in the loop.

Quiet when the handler raises, itself or by a helper of the file, hands the error on (`set_exception`, `cancel()`,
`return False, error`, `self.failed(error)`), notes what happened in a variable that is read after the `try` or in a
state (`state = State.CANCELLED`), asks whether to stop (`if self.stopping: return`), finishes something under a shield,
follows a `cancel()` of what is awaited, or belongs to `while not task.done()`; in loops that something else ends
(`while self.running`); for what only closes something (`await x.aclose()`, all that happens in `close()`, in a
`finally`, or while another error is on its way) or is shielded; for a task that is awaited by its name and may have
been cancelled itself; for a task that returns what it has so far; around nothing but the wait for a word to stop
(`shutdown_event.wait()`); for a handler of `KeyboardInterrupt` as well, where a person types; and in coroutines of
Twisted, which cancels in another way.

On applications and libraries that the rule was not made with, 25 of 28 findings were right, and two of the others were
in coroutines of Twisted; in 640 packages since, 91 of 93. Of what a search for such handlers brought up there it found
15 of 18, and two thirds of what it should have found before: missed is a handler of everything at the end of a
coroutine that only other modules call.

With `meant = true` in `[tool.relint.rules.REL306]` also found where somebody seems to have thought of it: a handler
that names the cancellation outside of such loops, or all that follows is the end. Half of these were right: others note
the cancellation and raise it later, or wait for what others cancel, in a way that the rule does not follow.

With `endings = true` also found, for information, where the handler is the end of a task, or names
`asyncio.CancelledError` and is the end of its coroutine: that is meant, but who awaits it is not told.

## Fix safety
Unsafe: what awaited this coroutine now sees the cancellation. Only a suggestion where the handler ends a task.

## References
- https://docs.python.org/3/library/asyncio-task.html#task-cancellation
- https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
- https://trio.readthedocs.io/en/stable/reference-core.html#cancellation-and-timeouts
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.cancellation import swallows_cancellation
from relint.queries.cancellations_lost import is_lost
from relint.queries.task_ends import ends_its_coroutine, ends_its_task

rule = Rule(
    code="REL306",
    words=("async",),
    near=("except that catches cancellation",),
    fix="unsafe",
    options={"meant": False, "endings": False},
)


@rule.on(cst.ExceptHandler, cst.ExceptStarHandler)
def check(node: cst.ExceptHandler | cst.ExceptStarHandler, ctx: Context) -> Iterator[Finding]:
    if not swallows_cancellation(ctx, node):
        return
    named = "" if node.type is None else ctx.source(node.type)
    clause = f"except ({named})" if isinstance(node.type, cst.Tuple) else f"except {named}".rstrip()
    if ends_its_task(ctx, node):
        told = "ends the task as if it had not been cancelled: `cancelled()` is false"
    elif ends_its_coroutine(ctx, node):
        told = "ends the coroutine as if it had not been cancelled: who awaits it goes on"
    else:
        if ctx.option("meant") or is_lost(ctx, node):
            yield rule.finding(
                node, f"`{clause}` swallows cancellation: timeouts and shutdown cannot stop this coroutine"
            )
        return
    if ctx.option("endings"):
        yield rule.finding(node, f"`{clause}` {told}", severity="info")

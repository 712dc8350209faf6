"""An executor that is given one call after the other, faster than it takes them.

## Why it is bad
`submit` never waits: what no worker has time for goes into a queue without a limit, with its arguments. Going over a
file, a cursor or a generator reads all of it into that queue, and a loop that takes messages takes them from a queue
that would hold its senders back. `map` does the same before it gives the first result. Memory runs out, and what is
queued is lost with the process.

Off by default: where the source is short, nobody notices. The one finding in 117 packages that had no part in making
the rule was true.

## Example
```python
from concurrent.futures import ThreadPoolExecutor


def load(path, store):
    with open(path) as file, ThreadPoolExecutor(8) as executor:
        for line in file:
            executor.submit(store, line)
```

## Use instead
```python
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait


def load(path, store):
    with open(path) as file, ThreadPoolExecutor(8) as executor:
        running = set()
        for line in file:
            if len(running) >= 100:
                running = wait(running, return_when=FIRST_COMPLETED).not_done
            running.add(executor.submit(store, line))
```

Found for `submit` and `map` of the executors of `concurrent.futures`, for every item of a generator, an open file, a
cursor (`cursor.execute(...)`, `iterator()`), a directory (`os.walk`, `rglob`), a paginator or an `async for`, and for
every message that a `while` loop receives. Quiet for lists, which are in memory anyway, where the loop waits (for a
semaphore, for results, for room, for a while), and where the executor is made and ended within the loop.

## Fix safety
Only a suggestion: a window of calls that run (`[tool.relint.sanctioned] max-concurrency`, 10). A good one is somewhat
larger than the number of workers.

## References
- https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.submit
- https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map ("collected immediately";
  `buffersize` came with Python 3.14)
- https://github.com/python/cpython/issues/73930
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.flooding import flood_at

rule = Rule(
    code="REL304",
    imports=("concurrent", "futures"),
    words=("submit", "map"),
    fix="display",
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    flood = flood_at(ctx, node)
    if flood is None:
        return
    per = f"each {'' if isinstance(flood.loop, cst.While) else 'item of '}`{_shortened(ctx.source(flood.items))}`"
    yield rule.finding(
        node, f"`{ctx.source(node.func)}` queues a call for {per}, and never waits: memory grows with it", data=flood
    )


def _shortened(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) == len(text) and len(first) <= 60 else f"{first[:57].rstrip()}..."

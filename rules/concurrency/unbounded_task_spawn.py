"""One task, thread or process for each item, however many items there are.

## Why it is bad
Ten items are ten tasks, a million items are a million: each holds memory, and all ask the same database or service at
once. The day the data grows, the process runs out of memory, sockets or file handles, or takes its peers down.

## Example
```python
import asyncio

import httpx


async def refresh(client: httpx.AsyncClient, urls):
    return await asyncio.gather(*(client.get(url) for url in urls))
```

## Use instead
```python
import asyncio

import httpx


async def refresh(client: httpx.AsyncClient, urls):
    semaphore = asyncio.Semaphore(10)

    async def limited(url):
        async with semaphore:
            return await client.get(url)

    return await asyncio.gather(*(limited(url) for url in urls))
```

Off by default: what it reports is rare, and too little of it was surely true. In some 1,350 packages that it was not
made with it reported ten places: three were true (a thread for each URL, a language model for each document, a download
for each piece of a file), five could be argued about (the chunks of one text, one connection after the other), and two
were false. One cause of these was mended since; the other is a caller in another file that counts to a limit. In 640
packages more it was six places in two programs (a request for each URL, an order for each coin that is traded), none of
them surely true. All 16 findings in the packages that it was made with are true. How many items there will ever be
cannot be seen: ask for the rule where you know that your code works on much data.

Found for `asyncio.gather` and its relatives, `create_task`, task groups and nurseries, `threading.Thread` and
`multiprocessing.Process`, in comprehensions, in loops, for lists that a loop fills, and for one task for each message
that a loop receives, where three things are seen:

- **Many.** Somebody else than the program decides how many items there are, and their name says that there are hardly
  ever few of them (chunks of text, documents, links, orders, records, rows, texts, URLs, users), or the call that
  brings them (`fetchall`, `rglob`).
- **Work.** What is started waits for another machine or process: a request of httpx, aiohttp or requests, a language
  model, a browser, a subprocess. Functions that it calls are followed four calls deep, into other files of the project
  too. Database connections are not counted: their pools have a size.
- **No limit.** No semaphore, limiter or lock on the way there or around the spawn, no connector or pool of so many
  connections in the file, no word about a limit in the functions (`max_concurrency`, `max_pages`).

Left alone for that reason: what a search brought (`documents = await retriever.ainvoke(question)`), events and messages
of one turn, and the parameter of a private method that the file does not call, which a framework may give portions.

With `any-items = true` in `[tool.relint.rules.REL302]` neither the items' name nor what is asked matters: items count
that come from outside (a parameter or what it holds, something awaited, read or listed, or made from such) and are
given to what is started, and those that `self` holds or whose own method is started if they are called data. It finds
most of what there is, and in programs that work on little data half of that is false.

Quiet in either case for the program's own parts: items whose own method is started, callables and tasks, what a
function that the caller gives is called with, what is called so (`handlers`, `clients`, `plugins`), and for what stays
(`listen(x)`). Quiet too when the number is in the text (a display, a constant, `range`, an enum, a slice, one chunk,
`limit=10`, what all calls in the file give to the function, a loop that counts and breaks), when a semaphore or
limiter is in sight, when the loop waits for what it started, and for coroutines that only release something, wait for
a pool of threads, or wait for nothing.

## Fix safety
Unsafe: no more than `[tool.relint.sanctioned] max-concurrency` (10) run at once, so that items which wait for each
other would deadlock. Coroutines go through a semaphore; threads that are started and joined in one place become a
`ThreadPoolExecutor`, which raises their errors instead of printing them.

## References
- https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore
- https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor
- https://anyio.readthedocs.io/en/stable/synchronization.html#capacity-limiters
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.spawning import spawns_at
from relint.queries.swarms import is_swarm

rule = Rule(
    code="REL302",
    near=("loop or comprehension", "task or thread"),
    words=("gather", "as_completed", "create_task", "ensure_future", "start_soon", "Thread", "Process"),
    fix="unsafe",
    default=False,
    options={"any-items": False},
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    spawns = [spawn for spawn in spawns_at(ctx, node) if ctx.option("any-items") or is_swarm(ctx, spawn)]
    if not spawns:
        return
    spawn = spawns[0]
    receives = isinstance(spawn.loop, cst.While)
    per = f"each {'' if receives else 'item of '}`{_shortened(ctx.source(spawn.items))}`"
    yield rule.finding(
        node,
        f"`{ctx.source(node.func)}` starts a {spawn.kind} for {per}, and nothing limits how many run at once",
        data=spawns,
    )


def _shortened(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) == len(text) and len(first) <= 60 else f"{first[:57].rstrip()}..."

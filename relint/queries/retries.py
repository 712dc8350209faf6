"""Where code does again what has failed: loops, recursion, and the libraries that do it.

One description for all of them; the rules of the family each judge one part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.queries.pauses import Pause
from relint.queries.poll_words import is_named_for_waiting


@dataclass(frozen=True, eq=False)
class Failure:
    """One way in which an attempt fails and is made again.

    `node` is what catches it: an `except` handler, an `if` on a status, or the library's call. `delay` is NONE only
    when the next attempt certainly follows at once. `catches_all` is the part that says so when any error is caught.
    """

    node: cst.CSTNode
    delay: Delay
    pauses: tuple[Pause, ...] = ()
    catches_all: cst.CSTNode | None = None
    everything: bool = False
    """Not only `Exception`: `except:` or `BaseException`, which catch cancellation and interrupts too."""


@dataclass(frozen=True, eq=False)
class Retry:
    """One retry site. `node` is the loop, the recursive function, or the call that sets a library up.

    `endless` is true only when nothing in sight ends it. `counter` is the name that counts the attempts upwards,
    `attempts` how many there are where that is a literal.
    """

    kind: str
    node: cst.CSTNode
    failures: tuple[Failure, ...]
    endless: bool = False
    counter: str | None = None
    attempts: int | None = None
    delay_node: cst.CSTNode | None = None
    """Library calls: the argument that says how long to wait, or how often."""

    @property
    def by_hand(self) -> bool:
        """Whether the attempts are written out, not made by a library."""
        return self.kind in ("loop", "recursion")

    @property
    def limit_node(self) -> cst.CSTNode:
        """Where to say that there is no limit: the loop's condition, or the library's call or argument."""
        match self.node:
            case cst.While(test=test):
                return test
            case cst.For(iter=iterable):
                return iterable
        return self.delay_node if self.kind.startswith("celery") and self.delay_node is not None else self.node

    @property
    def jitterless(self) -> list[tuple[cst.CSTNode, Delay]]:
        """The waits that every client makes alike: the call that waits, or the argument that says so."""
        if self.endless and self.kind in ("celery", "celery-class"):
            return []
        found: list[tuple[cst.CSTNode, Delay]] = []
        for failure in self.failures:
            found += [(pause.call, pause.delay) for pause in failure.pauses]
            if not failure.pauses:
                found.append((self.delay_node or self.node, failure.delay))
        return [(node, delay) for node, delay in found if delay in (Delay.FIXED, Delay.GROWING)]

    @property
    def immediate(self) -> list[Failure]:
        """The failures after which the next attempt follows at once."""
        return [failure for failure in self.failures if failure.delay is Delay.NONE]

    @property
    def indiscriminate(self) -> list[Failure]:
        """The handlers that catch any error, where nothing else is wrong with the site."""
        if self.endless or self.immediate or any(f.delay in (Delay.FIXED, Delay.GROWING) for f in self.failures):
            return []
        return [failure for failure in self.failures if failure.catches_all is not None]


def retries(ctx: Context) -> dict[cst.CSTNode, Retry]:
    """The retry sites of the file by their node."""
    return ctx.memo("retries", lambda: _all(ctx))


def _all(ctx: Context) -> dict[cst.CSTNode, Retry]:
    from relint.queries.retry_calls import library_retries
    from relint.queries.retry_loops import loop_retries

    found = [*loop_retries(ctx), *library_retries(ctx)]
    return {retry.node: retry for retry in found if not _waits(ctx, retry.node)}


def _waits(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether the function that is retried, or that holds the retry, is named for waiting: then it is a poll.

    A loop that hands on what comes, `async for event in client.events(): yield event`, is none.
    """
    function = node if isinstance(node, cst.FunctionDef) else ctx.enclosing(node, cst.FunctionDef)
    if function is None or not is_named_for_waiting(function.name.value):
        return False
    return node is function or not any(True for _ in ctx.walk(node, cst.Yield))

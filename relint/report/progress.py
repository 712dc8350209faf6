"""A progress bar on stderr for runs that take longer than a second."""

from __future__ import annotations

import sys
import time
from typing import Iterable, Iterator, TypeVar

_Item = TypeVar("_Item")
PATIENCE = 1.0
"""Seconds before the bar appears."""


def watched(items: Iterable[_Item], total: int) -> Iterator[_Item]:
    """The items as they come, with a bar once `PATIENCE` has run out; rich is imported only then."""
    began = time.monotonic()
    iterator = iter(items)
    done = 0
    for item in iterator:
        yield item
        done += 1
        if time.monotonic() - began > PATIENCE:
            break
    else:
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task("", total=total, completed=done)
        for item in iterator:
            yield item
            progress.advance(task)

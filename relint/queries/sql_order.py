"""The order in which tools run the .sql files of a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

from relint.sql_context import SqlContext

_NUMBERS = re.compile(r"\d+")


def order(name: str) -> tuple[tuple[int, ...], str]:
    """What migrations are sorted by: the numbers in their names, then the names."""
    return tuple(int(number) for number in _NUMBERS.findall(name)), name


def earlier_texts(ctx: SqlContext) -> Iterator[str]:
    """The texts of the folder's .sql files that run before this one, in order."""
    return (text for _, text in _earlier(ctx))


def earlier_statements(ctx: SqlContext) -> Iterator[str]:
    """The statements of those files that go forward."""
    for path, text in _earlier(ctx):
        file = SqlContext(path, text, ctx.settings, ctx.project)
        yield from map(file.source, file.forward)


def _earlier(ctx: SqlContext) -> Iterator[tuple[str, str]]:
    path = Path(ctx.path).absolute()
    names = [name for name in ctx.project.listing(path.parent) if name.lower().endswith(".sql")]
    for name in sorted(names, key=order):
        if order(name) < order(path.name) and (text := ctx.project.text(path.parent / name)) is not None:
            yield str(path.parent / name), text

"""The order in which tools run the .sql files of a folder."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"\d+")


def order(name: str) -> tuple[tuple[int, ...], str]:
    """What migrations are sorted by: the numbers in their names, then the names."""
    return tuple(int(number) for number in _NUMBERS.findall(name)), name

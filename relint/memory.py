"""Freed memory goes back to the system.

glibc keeps what is freed by threads in arenas of their own, between what is still in use: a process that parses files
for minutes would take twice what it needs.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Callable


def give_back() -> None:
    """Hand over whole free pages; takes milliseconds, and does nothing where the C library is another one."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], object] | None:
    """https://man7.org/linux/man-pages/man3/malloc_trim.3.html"""
    if sys.platform != "linux":
        return None
    import ctypes

    found: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found

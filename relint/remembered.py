"""Answers that are kept for one run: a process that lives longer empties them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_caches: list[Callable[[], None]] = []


def remembered(maxsize: int) -> Callable[[_Function], _Function]:
    """As `functools.lru_cache`, for what is asked of whole texts: kept until `forget`."""

    def decorate(function: _Function) -> _Function:
        cached = lru_cache(maxsize=maxsize)(function)
        _caches.append(cached.cache_clear)
        return cached  # type: ignore[return-value]

    return decorate


def forget() -> None:
    """Empty all of them: an editor makes a new text with every keystroke."""
    for clear in _caches:
        clear()

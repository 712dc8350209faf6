"""Errors that end a run with exit code 2, and the words that help to mend them."""

from __future__ import annotations

from typing import Iterable


class ConfigError(Exception):
    """The configuration cannot be used. The message names the file, the key and, where there is one, the right word."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "select"?` when something known is close to `word`, else an empty string."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower().replace("_", "-"), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[close[0]]}"?' if close else ""

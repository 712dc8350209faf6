"""Errors that end a run with exit code 2, and the words that help to mend them."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable


class ConfigError(Exception):
    """The configuration cannot be used. The message names the file, the key and, where there is one, the right word.

    For editors, as far as they are known: the `file`, and in it the `key` below relint's own table, down to the word in
    its value that is wrong, or `line` and `column` (from 1).
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | None = None,
        key: tuple[str, ...] = (),
        at: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.file = file
        self.key = key
        self.at = at


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "select"?` when something known is close to `word`, else an empty string."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower().replace("_", "-"), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[close[0]]}"?' if close else ""

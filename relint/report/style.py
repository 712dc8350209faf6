"""Colour for terminals: whether, and the few styles that reports use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO

from relint.model import Severity

_CODES = {"bold": "1", "red": "1;31", "green": "32", "yellow": "1;33", "blue": "1;34", "cyan": "36", "removed": "31"}
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@dataclass(frozen=True, eq=False)
class Style:
    """Wraps text in ANSI styles, or does nothing when `color` is off. The text must be escaped before."""

    color: bool = False

    def __call__(self, name: str, text: str) -> str:
        """`text` in the style `name`."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.color and text else text

    def severity(self, severity: Severity, text: str) -> str:
        """`text` in the colour of a severity."""
        return self(_SEVERITY[severity], text)


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour `stream`: `choice` (auto, always, never) wins, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE.

    An empty variable counts as unset (https://no-color.org).
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"

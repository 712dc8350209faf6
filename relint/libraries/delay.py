"""What the wait before another attempt is like."""

from __future__ import annotations

from enum import Enum


class Delay(Enum):
    """What a wait is like from one failure to the next, and from one client to the next."""

    NONE = "none"
    FIXED = "fixed"
    GROWING = "growing"
    RANDOM = "random"
    """Chance has a part in it, or the other side said how long to wait."""
    UNKNOWN = "unknown"

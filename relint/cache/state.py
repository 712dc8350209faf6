"""How a file is known without reading it: what `stat` says of it."""

from __future__ import annotations

import os
import time

SETTLED = 2.0
"""Seconds. What changed later than this before it was looked at may change again within one tick of the file system's
clock (2 s on FAT), and keep its time and size: it is told by its content."""

GONE = "gone"
UNSETTLED = ""


def seen(path: str | bytes) -> str:
    """A text that changes when the file or folder does: `GONE` without one, `UNSETTLED` when nothing is sure yet.

    The time of the last change of state is part of it, so that tools which put back the time of the last change of
    content, or change permissions, are noticed.
    """
    try:
        found = os.stat(path)
    except OSError:
        return GONE
    newest = max(found.st_mtime_ns, found.st_ctime_ns)
    if newest > time.time_ns() - SETTLED * 1e9:
        return UNSETTLED
    return f"{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_size}:{found.st_ino}"

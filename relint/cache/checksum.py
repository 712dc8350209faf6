"""Whether what was kept is what comes back: a disk may change a byte and not say so."""

from __future__ import annotations

import zlib

NOTHING = 1
"""The checksum of no findings."""


def checksum(findings: str, text: bytes) -> int:
    """Of findings and text as they are kept."""
    return zlib.crc32(text, zlib.crc32(findings.encode())) + NOTHING + 1

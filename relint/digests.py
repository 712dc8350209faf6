"""Digests of bytes: 128 bits, for telling changes, not for keeping secrets."""

from __future__ import annotations

try:  # what hashlib hands out, without loading OpenSSL: a run that has nothing to check is over sooner
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b


def digest(data: bytes) -> str:
    """32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()

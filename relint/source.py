"""One file's bytes and text: decoded once, written back atomically and only over what was read."""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from pathlib import Path

# PEP 263: the cookie stands in a comment on one of the first two lines.
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#[^\r\n]*)?$")


class Unreadable(Exception):
    """The file cannot be read as text; the message says why."""


class ChangedOnDisk(Exception):
    """The file holds other bytes than those that were checked, so nothing was written."""


@dataclass(frozen=True)
class Source:
    """A file as it was read: `text` has no BOM and keeps its line endings."""

    path: str
    text: str
    data: bytes
    encoding: str = "utf-8"
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """The bytes of `text` in the file's own encoding, BOM included.

        Raises UnicodeEncodeError when the encoding cannot hold the text.
        """
        data = text.encode(self.encoding)
        return codecs.BOM_UTF8 + data if self.bom else data


def read(path: str) -> Source:
    """Read and decode a file; raises Unreadable."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error
    return decode(path, data)


def decode(path: str, data: bytes) -> Source:
    """Decode as Python does (UTF-8, a BOM, or the PEP 263 cookie); raises Unreadable."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("is UTF-16, which Python does not read: save it as UTF-8")
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    if b"\0" in body:
        raise Unreadable("holds NUL bytes, so it is not Python source")
    encoding = "utf-8" if bom else _cookie(body) or "utf-8"
    try:
        text = body.decode(encoding)
        faithful = text.encode(encoding) == body
    except LookupError as error:
        raise Unreadable(f"declares the unknown encoding {encoding!r}") from error
    except UnicodeError as error:
        raise Unreadable(f"is not valid {encoding}: add a PEP 263 encoding line or save it as UTF-8") from error
    if not faithful:
        raise Unreadable(f"declares {encoding!r}, which does not round-trip")
    return Source(path, text, data, encoding, bom)


def _cookie(data: bytes) -> str | None:
    for line in re.split(rb"\r\n|\r|\n", data[:4096], maxsplit=2)[:2]:
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii", "replace")
            try:
                # A codec that is no text encoding (rot13, zip) must not be run on the file.
                return name if codecs.lookup(name)._is_text_encoding else f"{name} (not a text encoding)"
            except LookupError:
                return name
        if not _BLANK.match(line):
            return None
    return None


def write(source: Source, text: str) -> None:
    """Replace the file by `text`: all of it or nothing, mode and links kept.

    Raises ChangedOnDisk when the file is no longer what was read, OSError when it cannot be written, and
    UnicodeEncodeError when its encoding cannot hold the text.
    """
    path = os.path.realpath(source.path)
    data = source.encode(text)
    import tempfile  # for few runs: it loads much else

    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".relint-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        if Path(path).read_bytes() != source.data:
            raise ChangedOnDisk(f"{source.path} changed while it was checked; nothing was written")
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

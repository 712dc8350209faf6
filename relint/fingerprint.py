"""What a finding is known by when lines have moved and code was reformatted.

A fingerprint is made of the code, the path, the enclosing function or class, the statement without its formatting,
and a counter for statements that are the same: no line number, no column.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import PurePath
from typing import Iterable, Iterator

from relint.model import Diagnostic
from relint.remembered import remembered
from relint.scan import STRING

# What formatters add, remove or rewrite: white space, comments, quotes, brackets around expressions, commas, `\`.
_FORMATTING = re.compile(rf"(?P<string>[rbfuRBFU]*(?:{STRING}))|#[^\r\n]*|[\s()\\,;]+", re.DOTALL)
_NUMBER = re.compile(r"\b[0-9][0-9A-Za-z_.]*")
_PREFIX_AND_QUOTES = re.compile(r"[rbfuRBFU]*('''|\"\"\"|'|\")")


@remembered(256)
def unformatted(text: str) -> str:
    """A statement's text without what a formatter may change. Lossy: it is compared, never shown."""
    bare = _FORMATTING.sub(lambda found: _content(found["string"]) if found["string"] else "", text)
    return _NUMBER.sub(lambda found: found[0].lower(), bare)


def _content(string: str) -> str:
    opening = _PREFIX_AND_QUOTES.match(string)
    assert opening is not None
    quotes = len(opening[1])
    return string[opening.end() : -quotes].replace("\\'", "'").replace('\\"', '"')


def fingerprints(diagnostics: Iterable[Diagnostic], path: str) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding of one file with its fingerprint; `path` is the file's path in the project."""
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        parts = (diagnostic.code, PurePath(path).as_posix(), diagnostic.scope, diagnostic.statement)
        base = "\0".join(parts)
        seen[base] += 1
        digest = hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "surrogatepass"))
        yield diagnostic, digest.hexdigest()[:32]

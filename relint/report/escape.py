"""What came from a file (its name, its text, a message about them) never reaches a terminal raw."""

from __future__ import annotations

import re

# C0 and C1 controls (newlines, ANSI sequences), line separators, bidirectional and other invisible controls, byte
# order marks, tags, and the surrogates that stand for undecodable bytes of a file name. The joiners U+200C and U+200D
# stay: scripts and emoji need them.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def escape(text: str, keep: str = "") -> str:
    """`text` with every unsafe character written as a Python escape (`\\x1b`, `\\u202e`), except those in `keep`."""
    return UNSAFE.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

"""What keeps a fix from being written, for Django and Alembic alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # fixes of SQL files do without it
    import libcst as cst

    from relint.context import Context

CHECK_IS_PROOF = (12,)
"""The version of PostgreSQL from which on SET NOT NULL believes a validated CHECK."""

_SILENCED = re.compile(r"#.*\b(?:noqa|relint)\b")


class Refused(Exception):
    """Nothing trustworthy can be written; the message is the end of a sentence that says why."""


def is_excused(ctx: Context, call: cst.Call) -> bool:
    """Whether a comment on an operation, or above it, silences findings: then no other finding's fix changes it."""
    start, end = ctx.range(call)
    lines = ctx.tree.lines
    first, last = lines.position(start).line - 1, lines.position(end).line
    return _SILENCED.search("".join(lines[max(first - 1, 0) : last])) is not None

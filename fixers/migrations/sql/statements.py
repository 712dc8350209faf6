"""Writing statements before and behind others: what fixes in .sql files have in common."""

from __future__ import annotations

import re

from relint.lines import line_end, line_start
from relint.model import Edit, Edits
from relint.sql_context import SqlContext, SqlNode

_ALTERED = re.compile(r"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\S+)", re.IGNORECASE)
_REST = re.compile(r"[ \t]*(?:--[^\r\n]*)?")


def altered_table(ctx: SqlContext, node: SqlNode) -> str | None:
    """The table of the ALTER TABLE around a node, as it is written."""
    found = _ALTERED.match(ctx.text, node.statement.start, node.statement.end)
    return found[1] if found else None


def before(ctx: SqlContext, node: SqlNode, *statements: str) -> Edits | None:
    """The edits that put statements on lines before the one around a node; None where it does not begin its line."""
    start = node.statement.start
    indent = ctx.text[line_start(ctx.text, start) : start]
    if indent.strip():
        return None
    return (Edit(start, start, "".join(f"{statement};\n{indent}" for statement in statements)),)


def behind(ctx: SqlContext, node: SqlNode, *statements: str) -> Edits | None:
    """The edits that put statements on lines behind the one around a node; None where something else ends its line."""
    end = node.statement.end
    if ctx.text[end : end + 1] != ";":
        return None
    stop = line_end(ctx.text, end)
    if not _REST.fullmatch(ctx.text, end + 1, stop):
        return None
    start = node.statement.start
    indent = ctx.text[line_start(ctx.text, start) : start]
    indent = indent if not indent.strip() else ""
    return (Edit(stop, stop, "".join(f"\n{indent}{statement};" for statement in statements)),)

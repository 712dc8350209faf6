"""The parts of `ADD COLUMN name type NOT NULL DEFAULT value`, where they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relint.fixers.migrations.refused import Refused
from relint.model import Edit, Edits
from relint.queries.migration_sql import NAME
from relint.sql_context import SqlContext, SqlNode
from relint.sql_text import comments, tokens

_HEAD = re.compile(rf"ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{NAME})\s+", re.IGNORECASE)
_NOT_NULL = re.compile(r"\s+NOT\s+NULL\b", re.IGNORECASE)
_DEFAULT = re.compile(r"\s+DEFAULT\s+", re.IGNORECASE)
_CONSTRAINED = re.compile(r"\b(?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|REFERENCES|GENERATED|NULL|DEFAULT)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Definition:
    """A new column: its name and default as they are written, and the edits that leave out NOT NULL and the default."""

    name: str
    default: str
    nullable: Edits


def definition(ctx: SqlContext, node: SqlNode) -> Definition:
    """The definition that a part of an ALTER TABLE adds. Raises Refused where it is more than a type and a default."""
    text = ctx.source(node)
    flat = _flat(text)
    if any(comments(text)):
        raise Refused("a comment stands in its definition")
    head, required, default = _HEAD.match(text), list(_NOT_NULL.finditer(flat)), list(_DEFAULT.finditer(flat))
    if head is None or len(required) != 1 or len(default) > 1:
        raise Refused("its definition is not read")
    spans = [required[0].span()]
    value = ""
    if default:
        end = required[0].start() if required[0].start() > default[0].start() else len(flat.rstrip())
        value = text[default[0].end() : end].strip()
        spans.append((default[0].start(), end))
    # What is left, and the default itself, whose end is not marked.
    rest = "".join(c for at, c in enumerate(flat) if at >= head.end() and not any(s <= at < e for s, e in spans))
    rest += flat[default[0].end() : spans[1][1]] if default and value.upper() != "NULL" else ""
    if _CONSTRAINED.search(rest):
        raise Refused("its constraint has to be added and validated by itself")
    if not value or value.upper() == "NULL":
        raise Refused("there is no default to fill it with")
    if "$" in value:
        raise Refused("its default cannot be taken to another file")
    edits = tuple(Edit(node.start + start, node.start + end, "") for start, end in sorted(spans))
    return Definition(head["name"], value, edits)


def _flat(text: str) -> str:
    """The text with marks for what stands in quotes and brackets, as long as it was."""
    flat, depth, opened = list(text), 0, 0
    for kind, start, end in tokens(text):
        if kind == "string":
            flat[start:end] = "~" * (end - start)
        elif kind == "open":
            depth, opened = depth + 1, start if depth == 0 else opened
        elif kind == "close":
            depth -= 1
            if depth == 0:
                flat[opened:end] = "~" * (end - opened)
    return "".join(flat)

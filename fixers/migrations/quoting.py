"""Values as Python source, names and statements as SQL in it."""

from __future__ import annotations

import re

from relint.libraries.migrations import RESERVED


def source_of(value: str | int | float) -> str:
    """A literal as Python source, strings in double quotes where they can be."""
    text = repr(value)
    return f'"{text[1:-1]}"' if isinstance(value, str) and '"' not in text and not text.startswith('"') else text


def string_of(sql: str) -> str:
    """An SQL text as Python source."""
    return repr(sql) if '"' in sql and "'" not in sql else '"' + sql.replace("\\", "\\\\").replace('"', '\\"') + '"'


def quoted(name: str, engine: str) -> str:
    """An identifier as SQL of this engine, in quotes where it needs them."""
    if engine in ("mysql", "mariadb"):
        return f"`{name}`"
    return name if is_plain(name) else f'"{name}"'


def is_plain(name: str) -> bool:
    """Whether PostgreSQL takes an identifier as it is."""
    return re.fullmatch(r"[a-z_][a-z0-9_]*", name) is not None and name not in RESERVED

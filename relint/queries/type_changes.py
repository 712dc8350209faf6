"""Which changes of a column's type write the table anew."""

from __future__ import annotations

import re

from relint.libraries.migrations import FIXED_TYPES, TYPE_ALIASES
from relint.queries.migration_target import Target

_TYPE = re.compile(r"(?P<name>[a-z_][\w ]*?)\s*(?:\((?P<size>[\d,\s]*)\))?(?P<zone>\s+with(?:out)?\s+time\s+zone)?")
_COPY = frozenset({"mysql", "mariadb"})
_IN_ONE_BYTE = 255 // 4
"""Characters of utf8mb4 whose length MySQL keeps in one byte."""


def rewrites(old: str, new: str, database: Target) -> bool:
    """Whether a change from one type to another writes or checks every row while other statements wait.

    Types are written as PostgreSQL writes them; ` using` behind `new` says that values are computed. `old` is empty
    where it is not known: then only what is true of every other type counts.
    """
    if database.engine in _COPY:
        return bool(old) and not _grows_in_mysql(_parsed(old), _parsed(new))
    if database.engine != "postgresql":
        return False
    if new.endswith(" using"):
        return True
    before, after = _parsed(old), _parsed(new)
    if not old or before[0] == "":
        return after[0] in FIXED_TYPES
    return before != after and not _is_free(before, after)


def _parsed(text: str) -> tuple[str, tuple[int, ...]]:
    """Name and size of a type; an empty name for what is not known: arrays, enums, domains."""
    found = _TYPE.fullmatch(text.strip().lower())
    if found is None:
        return "", ()
    name = " ".join(f"{found['name']}{found['zone'] or ''}".split())
    size = tuple(int(part) for part in (found["size"] or "").split(",") if part.strip())
    return TYPE_ALIASES.get(name, name), size


def _is_free(old: tuple[str, tuple[int, ...]], new: tuple[str, tuple[int, ...]]) -> bool:
    """Whether PostgreSQL changes its catalogue only."""
    (before, was), (after, now) = old, new
    texts = ("varchar", "text", "citext")
    if after in ("text", "citext") or (after == "varchar" and not now):
        return before in texts
    if after == "varchar":
        return before == "varchar" and bool(was) and was[0] <= now[0]
    if after == before == "numeric":
        return not now or (bool(was) and was[0] <= now[0] and was[1:] == now[1:])
    if {before, after} == {"timestamp", "timestamptz"}:
        return True  # since 12, in sessions that run in UTC
    if before in ("timestamp", "timestamptz", "time", "interval") and before == after:
        return not now or (bool(was) and was[0] <= now[0])
    return (before, after) == ("cidr", "inet") or after not in FIXED_TYPES | {"char", "numeric"}


def _grows_in_mysql(old: tuple[str, tuple[int, ...]], new: tuple[str, tuple[int, ...]]) -> bool:
    """Whether MySQL changes the type in place: the same, or a VARCHAR whose length takes as many bytes as before."""
    if old == new or "" in (old[0], new[0]) or "enum" in (old[0], new[0]):
        return True
    if old[0] == new[0] == "varchar" and old[1] and new[1]:
        same_bytes = (old[1][0] > _IN_ONE_BYTE) == (new[1][0] > _IN_ONE_BYTE)
        return old[1][0] <= new[1][0] and same_bytes
    if old[0] == new[0]:
        return old[0] not in ("numeric", "char")
    return {old[0], new[0]} <= {"timestamp", "timestamptz"} or {old[0], new[0]} <= {"json", "jsonb"}

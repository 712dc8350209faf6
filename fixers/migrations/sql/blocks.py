"""What the steps do, as one statement each: a DO block that commits as it goes (PostgreSQL 11 and later).

One statement, because some tools send a file as a single query, which is a single transaction but for this. In a
transaction PostgreSQL refuses the block at its first COMMIT, and nothing has happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Sequence

_FILL = """\
DECLARE
    batch_start {table}.{key}%TYPE;
    batch_end {table}.{key}%TYPE;
BEGIN
    SELECT {key} INTO batch_start FROM {table} ORDER BY {key} LIMIT 1;
    WHILE batch_start IS NOT NULL LOOP
        SELECT {key} INTO batch_end FROM {table} WHERE {key} >= batch_start ORDER BY {key} OFFSET {size} LIMIT 1;
        UPDATE {table} SET {column} = {value}
        WHERE {key} >= batch_start AND (batch_end IS NULL OR {key} < batch_end) AND {column} IS NULL;
        COMMIT;
        batch_start := batch_end;
    END LOOP;
END;
"""
_REQUIRE = """\
ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}; -- of a run that was stopped
ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;
COMMIT;
ALTER TABLE {table} VALIDATE CONSTRAINT {check};
COMMIT;
ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;
ALTER TABLE {table} DROP CONSTRAINT {check};
COMMIT;
"""


@dataclass(frozen=True)
class Column:
    """A column to fill, all names and the value as SQL; without a `key` it is not filled."""

    table: str
    name: str
    check: str
    key: str = ""
    value: str = ""
    size: int = 0


def fill(columns: Sequence[Column]) -> str:
    """The statement that gives columns their value where they have none, in batches by primary key."""
    return _block(_filled(column) for column in columns)


def require(columns: Sequence[Column]) -> str:
    """The statement that fills what is left and makes columns NOT NULL, while no lock that stops others is held."""
    parts = (
        (_filled(column) if column.key else "")
        + _REQUIRE.format(table=column.table, check=column.check, column=column.name)
        for column in columns
    )
    return _block(parts)


def release(columns: Sequence[Column]) -> str:
    """What undoes `require`."""
    return "\n".join(f"ALTER TABLE {each.table} ALTER COLUMN {each.name} DROP NOT NULL;" for each in columns)


def _filled(column: Column) -> str:
    return _FILL.format(table=column.table, key=column.key, column=column.name, value=column.value, size=column.size)


def _block(parts: Iterator[str]) -> str:
    lines = "".join(parts).splitlines()
    return "\n".join(["DO $$", "BEGIN", *(f"    {line}" for line in lines), "END", "$$;"])

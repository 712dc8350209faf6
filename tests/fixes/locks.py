"""What statements do to a table of PostgreSQL: the locks that they hold, the rows that they read, the rewrites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

MANY = 300_000
FILL = f"INSERT INTO {{table}} ({{column}}) SELECT 'old' FROM generate_series(1, {MANY})"
STATEMENTS = ["ADD COLUMN", *["UPDATE"] * 6, "DROP", "NOT VALID", "VALIDATE", "SET NOT NULL", "DROP"]
"""What the three steps for one column do, in batches of 50,000."""


@dataclass(frozen=True)
class Seen:
    """One statement: locks on the table as another connection sees them before the transaction ends, rows read by going
    through the table, and the file that the table lies in before and after."""

    sql: str
    locks: list[str]
    read: int
    file_before: int
    file: int

    @property
    def verb(self) -> str:
        """What it does, in a word."""
        return re.sub(r"(?s).*?(ADD COLUMN|UPDATE|VALIDATE|NOT VALID$|SET NOT NULL|DROP).*", r"\1", self.sql)


def stopping_everybody(seen: list[Seen]) -> list[str]:
    """The statements that read rows or rewrite the table while they hold the lock that stops everybody else."""
    return [s.sql for s in seen if "AccessExclusiveLock" in s.locks and (s.read or s.file != s.file_before)]


class Probe:
    """Looks at a table before and after each statement of one connection; `raw` is a connection of psycopg."""

    def __init__(self, raw: Any, watcher: Any, table: str) -> None:
        self.raw = raw
        self.watcher = watcher
        self.table = table

    def begin(self) -> None:
        """Before a statement; outside a transaction it gets one of its own, which is what it has anyway."""
        self.own = self.raw.info.transaction_status == 0
        if self.own:
            self.raw.execute("BEGIN")
        self.file = self._file()
        self.read = self._read()

    def end(self, sql: str) -> Seen:
        """After it."""
        rows = self.watcher.execute(
            "SELECT mode FROM pg_locks WHERE granted AND pid = %s AND relation = %s::regclass",
            [self.raw.info.backend_pid, self.table],
        )
        seen = Seen(sql, sorted(mode for (mode,) in rows), self._read() - self.read, self.file, self._file())
        if self.own:
            self.raw.execute("COMMIT")
        return seen

    def _read(self) -> int:
        # Of this connection, since it last reported: never in the middle of a transaction.
        row = self.raw.execute("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = %s", [self.table])
        return int((row.fetchone() or [0])[0])

    def _file(self) -> int:
        row = self.raw.execute("SELECT relfilenode FROM pg_class WHERE relname = %s", [self.table])
        return int(row.fetchone()[0])


def probed(url: str, table: str, seen: list[Seen]) -> sa.Engine:
    """An engine that notes what its statements on a table do, but for SELECTs."""
    watching = sa.create_engine(url, isolation_level="AUTOCOMMIT").connect()
    engine = sa.create_engine(url)
    probes: list[Probe] = []

    def concerns(sql: str) -> bool:
        return f" {table} " in sql and not sql.startswith("SELECT")

    @sa.event.listens_for(engine, "before_cursor_execute")
    def before(connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if concerns(sql):
            raw, watcher = connection.connection.driver_connection, watching.connection.driver_connection
            probes.append(Probe(raw, watcher, table))
            probes[-1].begin()

    @sa.event.listens_for(engine, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if concerns(sql):
            seen.append(probes.pop().end(sql))

    return engine

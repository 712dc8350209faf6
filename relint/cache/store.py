"""The cache's database: SQLite in WAL mode, so that runs beside each other read while one writes.

A process that is killed leaves the last whole transaction. Nothing here knows what a finding is. Every method may
raise sqlite3.Error.
"""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from dataclasses import dataclass, field
from typing import Iterable, Iterator, NamedTuple, Sequence

VARIANTS_KEPT = 8
"""Of the settings and versions that a project was checked with, this many are remembered."""
_STAMPS_KEPT = 16
_ONE_BY_ONE = 100
"""Files up to which each is asked for by itself, instead of reading all that are known."""
_PATIENCE = 3.0
"""Seconds to wait for another process that writes."""
_DAY = 86_400

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS stamps(stamp TEXT PRIMARY KEY, contents TEXT);
CREATE TABLE IF NOT EXISTS variants(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, used INTEGER);
CREATE TABLE IF NOT EXISTS files(variant INTEGER, path BLOB, seen TEXT, digest TEXT, answers BLOB, found INTEGER,
    PRIMARY KEY(variant, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS findings(variant INTEGER, path BLOB, findings TEXT, text BLOB,
    PRIMARY KEY(variant, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers(id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB, answer TEXT, UNIQUE(path, answer));
CREATE TABLE IF NOT EXISTS others(path BLOB PRIMARY KEY, seen TEXT, answer TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pruned(day INTEGER);
COMMIT;
"""


class Row(NamedTuple):
    """What is known of one file under one variant. `answers` are ids of what it was told of other files, `found` is
    the checksum of what was found."""

    seen: str
    digest: str
    answers: Sequence[int] = ()
    found: int = 0


@dataclass
class News:
    """What a run has learned and not yet written."""

    rows: dict[tuple[int, str], tuple[Row, dict[str, str]]] = field(default_factory=dict)
    findings: dict[tuple[int, str], tuple[str, bytes]] = field(default_factory=dict)
    seen: dict[tuple[int, str], str] = field(default_factory=dict)
    others: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.seen or self.others)


class Store:
    """One database file. Paths are absolute."""

    def __init__(self, path: str) -> None:
        """Open or make it."""
        self.path = path
        self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            self._db.execute("PRAGMA trusted_schema=OFF")
            self._db.execute("PRAGMA synchronous=NORMAL")
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'pruned'").fetchone():
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.executescript(_SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def contents(self, stamp: str) -> str | None:
        """What was noted for this stamp."""
        row = self._db.execute("SELECT contents FROM stamps WHERE stamp = ?", (stamp,)).fetchone()
        return row[0] if row else None

    def note_contents(self, stamp: str, contents: str) -> None:
        """Note it; the oldest notes are forgotten."""
        self._db.execute("INSERT OR REPLACE INTO stamps VALUES (?, ?)", (stamp, contents))
        self._db.execute(
            "DELETE FROM stamps WHERE rowid NOT IN (SELECT rowid FROM stamps ORDER BY rowid DESC LIMIT ?)",
            (_STAMPS_KEPT,),
        )

    def variant(self, key: str) -> int:
        """The number of a variant, which is made when it is new, and counts as used today."""
        row = self._db.execute("SELECT id, used FROM variants WHERE key = ?", (key,)).fetchone()
        if row and row[1] == _today():
            return int(row[0])
        self._db.execute(
            "INSERT INTO variants(key, used) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET used = ?2", (key, _today())
        )
        return int(self._db.execute("SELECT id FROM variants WHERE key = ?", (key,)).fetchone()[0])

    def rows(self, variant: int, paths: Sequence[str]) -> dict[str, Row]:
        """What is known of these files (and perhaps of others)."""
        query = "SELECT path, seen, digest, answers, found FROM files WHERE variant = ?"
        if len(paths) > _ONE_BY_ONE:
            found = self._db.execute(query, (variant,)).fetchall()
        else:
            each = (self._db.execute(query + " AND path = ?", (variant, os.fsencode(p))).fetchone() for p in paths)
            found = [row for row in each if row]
        return {os.fsdecode(path): Row(s, d, array("I", a or b""), f) for path, s, d, a, f in found}

    def findings(self, variant: int, path: str) -> tuple[str, bytes] | None:
        """Findings and text as they were handed to `write`."""
        row: tuple[str, bytes] | None = self._db.execute(
            "SELECT findings, text FROM findings WHERE variant = ? AND path = ?", (variant, os.fsencode(path))
        ).fetchone()
        return row

    def answer(self, number: int) -> tuple[str, str] | None:
        """Path and answer of one id."""
        row = self._db.execute("SELECT path, answer FROM answers WHERE id = ?", (number,)).fetchone()
        return (os.fsdecode(row[0]), row[1]) if row else None

    def other(self, path: str) -> tuple[str, str] | None:
        """How the other file looked when it was last asked, and what it said."""
        row: tuple[str, str] | None = self._db.execute(
            "SELECT seen, answer FROM others WHERE path = ?", (os.fsencode(path),)
        ).fetchone()
        return row

    def write(self, news: News) -> None:
        """All of it in one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._write(news)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _write(self, news: News) -> None:
        ids: dict[tuple[str, str], int] = {}
        for (variant, path), (row, consulted) in news.rows.items():
            key = (variant, os.fsencode(path))
            answers = array("I", (self._id(ids, *pair) for pair in consulted.items())).tobytes() or None
            self._db.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
                (*key, row.seen, row.digest, answers, row.found),
            )
            self._db.execute("DELETE FROM findings WHERE variant = ? AND path = ?", key)
            if (variant, path) in news.findings:
                self._db.execute("INSERT INTO findings VALUES (?, ?, ?, ?)", (*key, *news.findings[variant, path]))
        self._db.executemany(
            "UPDATE files SET seen = ? WHERE variant = ? AND path = ?",
            ((seen, variant, os.fsencode(path)) for (variant, path), seen in news.seen.items()),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO others VALUES (?, ?, ?)",
            ((os.fsencode(path), *each) for path, each in news.others.items()),
        )

    def _id(self, ids: dict[tuple[str, str], int], path: str, answer: str) -> int:
        if (path, answer) not in ids:
            pair = (os.fsencode(path), answer)
            self._db.execute("INSERT OR IGNORE INTO answers(path, answer) VALUES (?, ?)", pair)
            row = self._db.execute("SELECT id FROM answers WHERE path = ? AND answer = ?", pair).fetchone()
            ids[path, answer] = int(row[0])
        return ids[path, answer]

    def prune(self) -> None:
        """Once a day: forget files that are gone, variants that were not used for long, and what only they knew."""
        row = self._db.execute("SELECT max(day) FROM pruned").fetchone()
        if row[0] == _today():
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("DELETE FROM pruned")
            self._db.execute("INSERT INTO pruned VALUES (?)", (_today(),))
            self._forget_variants()
            self._forget(path for (path,) in self._db.execute("SELECT DISTINCT path FROM files").fetchall())
            self._forget_answers()
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _forget_variants(self) -> None:
        old = "SELECT id FROM variants WHERE id NOT IN (SELECT id FROM variants ORDER BY used DESC, id DESC LIMIT ?)"
        self._db.execute(f"DELETE FROM variants WHERE id IN ({old})", (VARIANTS_KEPT,))
        for table in ("files", "findings"):
            self._db.execute(f"DELETE FROM {table} WHERE variant NOT IN (SELECT id FROM variants)")

    def _forget(self, paths: Iterable[bytes]) -> None:
        gone = [(path,) for path in paths if not os.path.lexists(path)]
        self._db.executemany("DELETE FROM files WHERE path = ?", gone)
        self._db.executemany("DELETE FROM findings WHERE path = ?", gone)

    def _forget_answers(self) -> None:
        used = set(self._used_answers())
        every = self._db.execute("SELECT id FROM answers").fetchall()
        self._db.executemany("DELETE FROM answers WHERE id = ?", [row for row in every if row[0] not in used])
        self._db.execute("DELETE FROM others WHERE path NOT IN (SELECT path FROM answers)")

    def _used_answers(self) -> Iterator[int]:
        for (answers,) in self._db.execute("SELECT answers FROM files WHERE answers IS NOT NULL"):
            yield from array("I", answers)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _today() -> int:
    return int(time.time() // _DAY)

"""What was found in files that nothing has changed for since: such a file is not even opened.

A file is known by its path. It is unchanged when `stat` says so, else when its content has the same digest; and when
every other file that its rules asked for would answer the same. Settings, rules, plugins, parsers and Python are part
of the key. Whatever is wrong with a cache is never an error: it is gone without, and a broken one starts afresh.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterable, Sequence, TypeVar

from relint.cache.checksum import NOTHING
from relint.cache.checksum import checksum as checksum_of
from relint.cache.state import GONE, UNSETTLED, seen
from relint.digests import digest
from relint.engine_rules import INTERNAL_ERROR, UNREADABLE_FILE
from relint.result import Checked, FileResult, Task, applicable

if TYPE_CHECKING:
    from relint.cache.store import News, Row, Store
    from relint.settings import Settings

_Result = TypeVar("_Result")
_NEVER_KEPT = frozenset({INTERNAL_ERROR, UNREADABLE_FILE})
_OUT_OF_REACH = ("locked", "readonly", "full", "unable to open", "I/O error")
"""In messages of SQLite that say nothing about what the file holds."""
_WRITE_EVERY = 2.0
"""Seconds of work that a run which is killed may lose."""


class Cache:
    """The caches of one run: one for each project, in its root, or all in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where everything is kept; None means `.relint_cache` in the root of each project."""
        self.problems: list[str] = []
        self.hits = 0
        self._folder = folder
        self._books: dict[str, _Book] = {}

    def look_up(self, files: Sequence[tuple[str, Settings]], task: Task) -> dict[str, FileResult]:
        """The results of those files that are known and unchanged, by absolute path."""
        known: dict[str, FileResult] = {}
        by_settings: dict[int, tuple[Settings, list[str]]] = {}
        for path, settings in files:
            by_settings.setdefault(id(settings), (settings, []))[1].append(path)
        for settings, paths in by_settings.values():
            known.update(self._book(settings).look_up(settings, paths, task))
        self.hits += len(known)
        return known

    def learn(self, checked: Checked, settings: Settings, task: Task) -> None:
        """Remember what was found."""
        self._book(settings).learn(checked, settings, task)

    def close(self) -> None:
        """Write what is not written yet."""
        for book in self._books.values():
            book.close()
        self._books.clear()

    def _book(self, settings: Settings) -> _Book:
        folder = os.path.abspath(self._folder or _default_folder(settings.root))
        if folder not in self._books:
            self._books[folder] = _Book(folder, self.problems)
        return self._books[folder]


class _Book:
    """One database. When it fails, everything is unknown and nothing is remembered."""

    def __init__(self, folder: str, problems: list[str]) -> None:
        self._folder = folder
        self._problems = problems
        self._store: Store | None = None
        self._opened = False
        self._variants: dict[tuple[int, bool], tuple[Settings, int]] = {}
        self._seen: dict[str, str] = {}
        self._answers: dict[int, bool] = {}
        self._others: dict[str, str] = {}
        self._news: News | None = None
        self._written_at = time.monotonic()

    def look_up(self, settings: Settings, paths: Sequence[str], task: Task) -> dict[str, FileResult]:
        return self._try(lambda: self._look_up(settings, paths, task)) or {}

    def learn(self, checked: Checked, settings: Settings, task: Task) -> None:
        self._try(lambda: self._learn(checked, settings, task))

    def close(self) -> None:
        self._try(self._finish)
        if self._store is not None:
            self._try(self._store.close)
            self._store = None

    def _try(self, action: Callable[[], _Result]) -> _Result | None:
        """The result of the action; None when there is no database, or no use in it."""
        try:
            if not self._opened:
                self._opened = True
                self._open()
            return action() if self._store is not None else None
        except Exception as error:  # noqa: BLE001 - nothing about a cache is worth failing for
            self._give_up(error)
            return None

    def _open(self) -> None:
        from relint.cache import folder, store

        path = folder.prepare(self._folder)
        self._news = store.News()
        try:
            self._store = store.Store(path)
        except Exception as error:
            if not _is_broken(error):
                raise
            folder.remove_database(path, folder.state(path))
            self._store = store.Store(path)

    def _give_up(self, error: Exception) -> None:
        self._problems.append(f"no cache in {self._folder}: {error}")
        store, self._store = self._store, None
        if store is None:
            return
        from relint.cache import folder

        broken = folder.state(store.path) if _is_broken(error) else None
        try:
            store.close()
            if broken is not None:
                folder.remove_database(store.path, broken)
        except Exception as another:  # noqa: BLE001 - the same
            self._problems.append(f"cache in {self._folder}: {another}")

    # -- what is known -----------------------------------------------------------------------------------------------

    def _look_up(self, settings: Settings, paths: Sequence[str], task: Task) -> dict[str, FileResult]:
        assert self._store is not None
        variant = self._variant(settings, task)
        rows = self._store.rows(variant, paths)
        known: dict[str, FileResult] = {}
        for path in paths:
            self._seen[path] = now = seen(path)
            row = rows.get(path)
            if row is None or now == GONE or not self._is_unchanged(path, now, row, variant):
                continue
            result = self._result(variant, path, row.found)
            if result is not None and not (task.fix and applicable(result.diagnostics, task)):
                known[path] = result
        return known

    def _is_unchanged(self, path: str, now: str, row: Row, variant: int) -> bool:
        assert self._news is not None
        if now == UNSETTLED or now != row.seen:
            data = _bytes(path)
            if data is None or digest(data) != row.digest:
                return False
            if now != row.seen:
                self._news.seen[variant, path] = now
        return all(map(self._still_holds, row.answers))

    def _still_holds(self, number: int) -> bool:
        """Whether another file still answers what it did."""
        assert self._store is not None
        if number not in self._answers:
            pair = self._store.answer(number)
            self._answers[number] = pair is not None and self._answer_now(pair[0]) == pair[1]
        return self._answers[number]

    def _answer_now(self, path: str) -> str:
        if path not in self._others:
            self._others[path] = self._asked(path)
        return self._others[path]

    def _asked(self, path: str) -> str:
        assert self._store is not None
        assert self._news is not None
        now = seen(path)
        before = self._store.other(path) if now not in (UNSETTLED, GONE) else None
        if before is not None and before[0] == now:
            return before[1]
        from relint.project import Files

        answer = Files().answer(path)
        if now not in (UNSETTLED, GONE):
            self._news.others[path] = (now, answer)
        return answer

    def _result(self, variant: int, path: str, checksum: int) -> FileResult | None:
        if checksum == NOTHING:
            return FileResult(path)
        from relint.cache import plain

        assert self._store is not None
        kept = self._store.findings(variant, path)
        try:
            if kept is None or checksum_of(*kept) != checksum:
                return None
            return FileResult(path, plain.unsqueezed(kept[1]), plain.loaded(kept[0], path))
        except plain.UNUSABLE:
            return None

    def _variant(self, settings: Settings, task: Task) -> int:
        known = self._variants.get((id(settings), task.noqa))
        if known is None:
            from relint.cache.variant import key

            assert self._store is not None
            number = self._store.variant(key(settings, task.noqa, self._build(settings.plugins)))
            known = self._variants[id(settings), task.noqa] = (settings, number)  # kept, so that the id stays its own
        return known[1]

    def _build(self, plugins: tuple[str, ...]) -> str:
        from relint.cache import build

        assert self._store is not None
        stamp = build.stamp(plugins)
        contents = self._store.contents(stamp)
        if contents is None:
            contents = build.contents(plugins)
            self._store.note_contents(stamp, contents)
        return contents

    # -- what is learned ---------------------------------------------------------------------------------------------

    def _learn(self, checked: Checked, settings: Settings, task: Task) -> None:
        found = checked.found
        if checked.digest is None or found is None or any(each.code in _NEVER_KEPT for each in found.diagnostics):
            return
        from relint.cache import plain
        from relint.cache.store import Row

        assert self._news is not None
        at = (self._variant(settings, task), found.path)
        checksum = NOTHING
        if found.diagnostics:
            kept = self._news.findings[at] = (plain.dumped(found.diagnostics), plain.squeezed(found.text))
            checksum = checksum_of(*kept)
        row = Row(self._seen.get(found.path, UNSETTLED), checked.digest, found=checksum)
        self._news.rows[at] = (row, dict(checked.consulted))
        if time.monotonic() - self._written_at > _WRITE_EVERY:
            self._write()

    def _write(self) -> None:
        from relint.cache.store import News

        assert self._store is not None
        assert self._news is not None
        for path in _asked_in(self._news):
            self._answer_now(path)
        news, self._news = self._news, News()
        self._store.write(news)
        self._written_at = time.monotonic()

    def _finish(self) -> None:
        if self._news:
            assert self._store is not None
            self._write()
            self._store.prune()


def _asked_in(news: News) -> Iterable[str]:
    return {path for _, consulted in news.rows.values() for path in consulted}


def _default_folder(root: Path) -> str:
    from relint.cache.folder import NAME

    return os.path.join(root, NAME)


def _bytes(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _is_broken(error: Exception) -> bool:
    """Whether the file holds nonsense, rather than being locked, read-only, full or out of reach."""
    if isinstance(error, (OSError, ImportError)):  # Python can be built without sqlite3
        return False
    import sqlite3

    return not (isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in _OUT_OF_REACH))

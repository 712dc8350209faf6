"""The files behind a migration, as each tool wants them: names, marks, and what keeps a file out of a transaction.

Sources: those of relint/libraries/sql_migrations.py. dbmate and SQLx send a file as one query, golang-migrate too
(https://github.com/golang-migrate/migrate/tree/master/database/postgres, without x-multi-statement); goose and Flyway
send its statements one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Callable, Sequence

from relint.fixers.migrations.refused import Refused
from relint.libraries.sql_migrations import NAMED_WITHOUT_TRANSACTION, SQITCH_FOLDERS
from relint.model import Edit, Edits, NewFile
from relint.queries.sql_transactions import is_outside_transaction
from relint.sql_context import SqlContext, SqlNode
from relint.sql_text import comments

_FLYWAY = re.compile(r"(?P<start>V)(?P<version>\d+(?:[._]\d+)*)__(?P<what>.+)\.sql", re.IGNORECASE)
_PAIR = re.compile(r"(?P<start>)(?P<version>\d+)_(?P<what>.+)\.up\.sql", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<start>)(?P<version>\d+)_(?P<what>.+)\.sql", re.IGNORECASE)
_DBMATE = re.compile(r"--\s*migrate:up\b", re.IGNORECASE)
_GOOSE = re.compile(r"--\s*\+goose\s+up\b", re.IGNORECASE)
_TIMESTAMP = "%Y%m%d%H%M%S"
_OUTSIDE = "executeInTransaction=false\n"
_PGMIGRATE = frozenset({"migrations.yml", "migrations.yaml"})


@dataclass(frozen=True)
class Step:
    """One new migration: what its name begins and ends with, what it is for, what it does and what undoes it."""

    before: str
    behind: str
    comment: Sequence[str]
    up: str
    down: str = "SELECT 1; -- nothing to undo"

    @property
    def text(self) -> str:
        """The way up."""
        return "".join(f"-- {line}\n" for line in self.comment) + self.up + "\n"


_Files = Callable[[str, Step], dict[str, str]]


def new_files(ctx: SqlContext, steps: Sequence[Step]) -> tuple[NewFile, ...]:
    """The files that run behind this one, in order. Raises Refused where they cannot, or would not be the next."""
    path = Path(ctx.path).absolute()
    names = ctx.project.listing(path.parent)
    pattern, files = _tool(ctx, path)
    found = pattern.fullmatch(path.name)
    if found is None:
        raise Refused("its name has no number that another can follow")
    own = _numbers(found["version"])
    number = re.compile(rf"{found['start']}(\d+(?:[._]\d+)*)_" if found["start"] else r"(\d+)_", re.IGNORECASE)
    later = [name for name in names if (other := number.match(name)) and _numbers(other[1]) > own]
    if later:
        raise Refused(f"`{min(later)}` stands behind it")
    made: list[NewFile] = []
    for count, step in enumerate(steps, 1):
        separator = "__" if found["start"] else "_"
        stem = f"{found['start']}{_later(found['version'], count)}{separator}{step.before}{found['what']}{step.behind}"
        made += [NewFile(str(path.parent / name), text) for name, text in files(stem, step).items()]
    taken = [name for each in made if (name := Path(each.path).name) in names]
    if taken:
        raise Refused(f"there is a `{taken[0]}` already")
    return tuple(made)


def instead(ctx: SqlContext, node: SqlNode, text: str) -> tuple[Edits, tuple[NewFile, ...]]:
    """What puts a block in the place of the file's only statement, and the file out of its transaction.

    Raises Refused where that cannot be, or where files stand behind it.
    """
    new_files(ctx, ())
    path = Path(ctx.path).absolute()
    files = _tool(ctx, path)[1]
    end = node.statement.end
    if ctx.text[end : end + 1] != ";" or "statementbegin" in ctx.text.lower():
        raise Refused("the statement is not read")
    if files is _goose:
        text = f"-- +goose StatementBegin\n{text}\n-- +goose StatementEnd"
    changes = [Edit(node.statement.start, end + 1, text)]
    create: tuple[NewFile, ...] = ()
    if not is_outside_transaction(ctx):
        if files is _flyway:
            if f"{path.name}.conf" in ctx.project.listing(path.parent):
                raise Refused(f"there is a `{path.name}.conf` already")
            create = (NewFile(f"{path}.conf", _OUTSIDE),)
        elif files is _pair:
            changes.insert(0, Edit(0, 0, "-- no-transaction\n"))
        else:
            at, mark = next(
                each for each in comments(ctx.text) if (_GOOSE if files is _goose else _DBMATE).match(each[1])
            )
            goose = Edit(at, at, "-- +goose NO TRANSACTION\n")
            changes.insert(0, goose if files is _goose else Edit(at + len(mark), at + len(mark), " transaction:false"))
    return tuple(changes), create


def _tool(ctx: SqlContext, path: Path) -> tuple[re.Pattern[str], _Files]:
    marks = [comment for _, comment in comments(ctx.text)]
    if path.parent.name in SQITCH_FOLDERS:
        raise Refused("sqitch keeps its changes in a plan")
    if any(map(_GOOSE.match, marks)):
        return _NUMBERED, _goose
    if any(map(_DBMATE.match, marks)):
        return _NUMBERED, _dbmate
    if _PAIR.fullmatch(path.name):
        return _PAIR, _pair
    if _FLYWAY.fullmatch(path.name) and not _is_pgmigrate(ctx, path):
        return _FLYWAY, _flyway
    raise Refused("it is not known how the tool that runs it is told to open no transaction")


def _is_pgmigrate(ctx: SqlContext, path: Path) -> bool:
    """pgmigrate names its files as Flyway does."""
    named = any(map(NAMED_WITHOUT_TRANSACTION.match, ctx.project.listing(path.parent)))
    return named or not _PGMIGRATE.isdisjoint(ctx.project.listing(path.parents[1]))


def _goose(stem: str, step: Step) -> dict[str, str]:
    up = f"-- +goose StatementBegin\n{step.text}-- +goose StatementEnd\n"
    return {f"{stem}.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{up}\n-- +goose Down\n{step.down}\n"}


def _dbmate(stem: str, step: Step) -> dict[str, str]:
    return {f"{stem}.sql": f"-- migrate:up transaction:false\n{step.text}\n-- migrate:down\n{step.down}\n"}


def _pair(stem: str, step: Step) -> dict[str, str]:
    # The first line is for SQLx; golang-migrate opens no transaction.
    return {f"{stem}.up.sql": f"-- no-transaction\n{step.text}", f"{stem}.down.sql": f"{step.down}\n"}


def _flyway(stem: str, step: Step) -> dict[str, str]:
    return {f"{stem}.sql": step.text, f"{stem}.sql.conf": _OUTSIDE}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[._]", version))


def _later(version: str, count: int) -> str:
    """The version that many places behind one: the last number goes up, a time by as many seconds."""
    before, last = re.fullmatch(r"(.*?)(\d+)", version).groups()  # type: ignore[union-attr]
    if len(last) == len("20240131120000"):
        try:
            return before + (datetime.strptime(last, _TIMESTAMP) + timedelta(seconds=count)).strftime(_TIMESTAMP)
        except ValueError:
            pass
    return before + str(int(last) + count).zfill(len(last))

"""Transactions that nobody rolls back when a statement fails before the commit.

## Why it is bad
A `commit()` at the end of a function is reached only when everything before it went well. After an error the
transaction stays open: its locks are held, half of its work waits to be committed together with the next piece of
work on that connection, and a SQLAlchemy session raises `PendingRollbackError` from then on. Leaving the function does
not end it: the traceback holds the connection, and a `sqlite3` connection that nobody closes waits for the garbage
collector with its lock on the database.

## Example
```python
import sqlite3


def add_order(path, order_id, lines):
    conn = sqlite3.connect(path)
    conn.execute("INSERT INTO orders VALUES (?)", (order_id,))
    conn.executemany("INSERT INTO lines VALUES (?, ?)", lines)
    conn.commit()
```

## Use instead
```python
import sqlite3
from contextlib import closing


def add_order(path, order_id, lines):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO orders VALUES (?)", (order_id,))
        conn.executemany("INSERT INTO lines VALUES (?, ?)", lines)
```

Only the function that makes the connection or session owes a rollback. Quiet for those that come in as a parameter,
live on `self`, are returned, or belong to a framework (Flask-SQLAlchemy's `db.session`, Alembic, a pytest fixture), for
autocommitting connections, and where a `with`, a handler or a `finally` rolls back or closes. A handler that swallows
a failed `flush()` or `commit()` without `rollback()` is found on borrowed sessions too, unless it is a route's and
answers at once: the framework ends the session with the request.

Also found: transactions started by hand (asyncpg's `transaction()` with `start()`, SQLAlchemy's `begin()` without
`with`) and Django's `set_autocommit(False)` without a rollback.

## Fix safety
Safe where it only adds what happens on failure: `try: ... except BaseException: rollback(); raise` around the
statements, or `rollback()` as the first statement of a handler.

Unsafe where that handler catches more than database errors on a borrowed session (what others have added to it is
rolled back too), and where a `with` block takes over the commit: `with closing(sqlite3.connect(...)) as conn, conn:`,
`with conn:` (psycopg2; psycopg 3 only when the connection is not used afterwards, because it closes it),
`with maker.begin() as session:`, `with Session(engine) as session, session.begin():`. PyMySQL, mysqlclient and MySQL
Connector/Python close without committing at the end of their `with` and so get the `try` form.

## References
- https://docs.python.org/3/library/sqlite3.html#how-to-use-the-connection-context-manager
- https://www.psycopg.org/docs/usage.html#with-statement
- https://www.psycopg.org/psycopg3/docs/basic/transactions.html
- https://docs.sqlalchemy.org/en/20/orm/session_basics.html#framing-out-a-begin-commit-rollback-block
- https://docs.sqlalchemy.org/en/20/faq/sessions.html#this-session-s-transaction-has-been-rolled-back-due-to-a-previous-exception-during-flush-or-similar
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#autocommit
- https://magicstack.github.io/asyncpg/current/api/index.html#transactions
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.database_sessions import ends_with_request, made_by_framework, outlives, written_in
from relint.queries.handlers import Handler
from relint.queries.owners import Owned, Try, calls_on, is_guarded, opened_by, owned, swallowing_handlers

rule = Rule(
    code="REL201",
    near=("commit",),
    imports=(
        "sqlite3", "aiosqlite", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "asyncpg", "oracledb",
        "cx_Oracle", "pyodbc", "sqlalchemy", "sqlmodel", "flask_sqlalchemy", "django",
        "db", "database", "Session", "SessionLocal",  # a session or its maker from another file
    ),
    words=("commit", "flush", "set_autocommit"),
    severity="error",
    fix="safe",
    shared=True,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Unguarded:
    """A commit that an error before it skips; `owner` is what was made, None for Django's `set_autocommit(False)`."""

    owner: Owned | None
    commit: cst.Call


@dataclass(frozen=True, eq=False)
class Swallowed:
    """A handler of `block` that goes on after a failed `commit` (or flush) of `receiver`."""

    handler: Handler
    block: Try
    receiver: str
    commit: cst.Call
    borrowed: bool


@rule.on(cst.FunctionDef)
def check_owned(node: cst.FunctionDef, ctx: Context) -> Iterator[Finding]:
    if made_by_framework(ctx, node):
        return
    for owner in owned(ctx, node):
        commits = calls_on(ctx, owner, "commit")
        if owner.with_ == "none" and owner.cls.startswith("asyncpg") and not calls_on(ctx, owner, "start"):
            continue
        swallowed = [s for commit in commits for s in _swallowed(ctx, commit, owner.name, borrowed=False)]
        yield from _report_swallowed(swallowed)
        unguarded = [commit for commit in commits if not is_guarded(ctx, owner, commit)]
        if unguarded and not swallowed:
            yield rule.finding(
                unguarded[0],
                f"`{owner.name}.commit` is skipped when a statement before it fails: nobody rolls back, and "
                f"`{owner.name}` is left in an open transaction",
                data=Unguarded(owner, unguarded[-1]),
            )


@rule.on(cst.Try, cst.TryStar)
def check_borrowed(node: Try, ctx: Context) -> Iterator[Finding]:
    for call in written_in(ctx, node):
        assert isinstance(call.func, cst.Attribute)
        if not _is_owned(ctx, call.func.value) and outlives(ctx, call, node):
            session = ctx.source(call.func.value)
            swallowed = _swallowed(ctx, call, session, borrowed=True)
            yield from _report_swallowed([s for s in swallowed if not ends_with_request(ctx, s.handler, session)])


@rule.on(cst.Call)
def check_autocommit(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    match node:
        case cst.Call(args=[cst.Arg(value=value), *_]) if ctx.callee(node) == "django.db.transaction.set_autocommit":
            if ctx.literal(value) is False and not _rolls_back_somewhere(ctx):
                yield rule.finding(
                    node,
                    "`set_autocommit` opens a transaction that nobody rolls back: after an error its work waits for "
                    "the next commit on this connection",
                    data=_django_commit(ctx, node),
                )


def _swallowed(ctx: Context, commit: cst.Call, receiver: str, *, borrowed: bool) -> list[Swallowed]:
    block = ctx.in_try(commit)
    while block is not None and not block.handlers:
        block = ctx.in_try(block)
    if block is None:
        return []
    handlers = swallowing_handlers(ctx, block, receiver)
    return [Swallowed(handler, block, receiver, commit, borrowed) for handler in handlers]


def _report_swallowed(found: list[Swallowed]) -> Iterator[Finding]:
    for swallowed in found:
        yield rule.finding(
            swallowed.handler.type or swallowed.handler,
            f"`{swallowed.receiver}` is not rolled back in this handler: after a failed "
            "flush or commit its transaction is of no use, and it fails again wherever it is used next",
            data=swallowed,
        )


def _is_owned(ctx: Context, receiver: cst.BaseExpression) -> bool:
    """Whether `check_owned` looks after it."""
    values = ctx.bindings(receiver) if isinstance(receiver, cst.Name) else None
    return values is not None and any(opened_by(ctx, value) is not None for value in values)


def _rolls_back_somewhere(ctx: Context) -> bool:
    """Whether the file calls a `rollback()`: `__exit__` or a helper may look after the error path."""
    for call in ctx.tree.every(cst.Call, words=("rollback",)):
        match call.func:
            case cst.Attribute(attr=cst.Name(value="rollback")) | cst.Name(value="rollback"):
                return True
    return False


def _django_commit(ctx: Context, call: cst.Call) -> Unguarded | None:
    function = ctx.function_of(call)
    if isinstance(function, cst.FunctionDef):
        for commit in ctx.walk(function.body, cst.Call):
            if ctx.callee(commit) == "django.db.transaction.commit":
                return Unguarded(None, commit)
    return None

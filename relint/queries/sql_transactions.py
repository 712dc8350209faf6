"""Whether a tool runs a .sql migration statement by statement, or in one transaction."""

from __future__ import annotations

import re
from pathlib import Path

from relint.libraries.sql_migrations import (
    FLYWAY_CONF,
    NAMED_WITHOUT_TRANSACTION,
    SENT_WHOLE,
    SQITCH_FOLDERS,
    SQITCH_PLAN,
    WITHOUT_TRANSACTION,
)
from relint.sql_context import SqlContext
from relint.sql_text import comments

_BEGIN = re.compile(r"(?:begin|start\s+transaction)\b", re.IGNORECASE)


def commits_each_statement(ctx: SqlContext) -> bool:
    """Whether the tool is known to commit each statement of the file by itself."""
    return is_outside_transaction(ctx) and (len(ctx.forward) == 1 or not is_sent_whole(ctx))


def would_commit_each_statement(ctx: SqlContext) -> bool:
    """Whether that is so for any number of statements."""
    return is_outside_transaction(ctx) and not is_sent_whole(ctx)


def is_sent_whole(ctx: SqlContext) -> bool:
    """Whether the tool sends the file as one query: PostgreSQL makes one transaction of several statements then."""
    return any(SENT_WHOLE.search(comment) for _, comment in comments(ctx.text))


def is_outside_transaction(ctx: SqlContext) -> bool:
    """Whether the tool is known to open no transaction for the file.

    dbmate's `transaction:false` and its like, pgmigrate's NONTRANSACTIONAL, Flyway's `<file>.conf`, and sqitch, which
    leaves it to the script.
    """
    path = Path(ctx.path).absolute()
    if any(_BEGIN.match(ctx.source(statement)) for statement in ctx.forward):
        return False
    if NAMED_WITHOUT_TRANSACTION.match(path.name):
        return True
    if any(WITHOUT_TRANSACTION.search(comment) for _, comment in comments(ctx.text)):
        return True
    conf = f"{path.name}.conf"
    if conf in ctx.project.listing(path.parent):
        return FLYWAY_CONF.search(ctx.project.text(path.parent / conf) or "") is not None
    return path.parent.name in SQITCH_FOLDERS and SQITCH_PLAN in ctx.project.listing(path.parent.parent)

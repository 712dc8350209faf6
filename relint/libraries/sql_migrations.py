"""How the tools that run .sql migrations name their files, mark what undoes them, and handle transactions.

Sources: https://documentation.red-gate.com/fd/versioned-migrations-273973333.html (Flyway),
https://github.com/amacneil/dbmate#creating-migrations, https://pressly.github.io/goose/documentation/annotations/,
https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md, https://sqitch.org/docs/manual/sqitchtutorial/,
https://github.com/rubenv/sql-migrate#writing-migrations, https://docs.rs/sqlx/latest/sqlx/macro.migrate.html,
https://diesel.rs/guides/getting-started, https://ollycope.com/software/yoyo/latest/ (sql migrations),
https://github.com/yandex/pgmigrate, https://docs.liquibase.com/concepts/changelogs/sql-format.html,
https://atlasgo.io/versioned/apply#transaction-configuration, https://github.com/jackc/tern.
"""

from __future__ import annotations

import re

FOLDERS = re.compile(r"(?:.*[_-])?migrations?|migrate|upgrades?|deltas?", re.IGNORECASE)
"""Folders below which every .sql file is taken for a migration."""

NUMBERED_FOLDERS = frozenset({"sql", "db", "database", "schema", "changelog", "changelogs", "changesets", "patches"})
"""Folders in which a .sql file is a migration when its name begins with a number of three digits or more."""

NUMBERED = re.compile(r"\d{3,}[_.\-].+")

NAMES = re.compile(
    r"(?:[VUB]\d[\d._]*|R)__.+\.sql"  # Flyway, pgmigrate
    r"|\d+_.+\.(?:up|down)\.sql",  # golang-migrate, SQLx
    re.IGNORECASE,
)
"""Names that are migrations wherever they lie."""

SQITCH_FOLDERS = frozenset({"deploy", "revert", "verify"})
SQITCH_PLAN = "sqitch.plan"

NOT_MIGRATIONS = re.compile(
    r"(?:test)?(?:fixtures?|data)|seeds?|seeders?|examples?|samples?|dumps?|backups?|snapshots?|quer(?:y|ies)|templates?",
    re.IGNORECASE,
)
"""Folders whose .sql files are something else, even below one of the others."""

REVERSE_NAMES = re.compile(r"U\d[\d._]*__.+\.sql|(?:.+[._-])?(?:down|rollback|undo|revert)\.sql", re.IGNORECASE)
"""Files that only undo: Flyway's U, golang-migrate's .down.sql, Diesel's down.sql, yoyo's .rollback.sql."""

REVERSE_FOLDERS = frozenset({"revert", "verify", "down", "rollback", "rollbacks", "undo"})

UP = re.compile(
    r"--\s*(?:migrate:up\b|\+goose\s+up\b|\+migrate\s+up\b|up\s+migration\b|upgrade\s+--)|^[-#\s]*!Ups\b", re.IGNORECASE
)
DOWN = re.compile(
    r"--\s*(?:migrate:down\b|\+goose\s+down\b|\+migrate\s+down\b|down\s+migration\b|downgrade\s+--)"
    r"|^[-#\s]*!Downs\b|^----\s*create above / drop below",
    re.IGNORECASE,
)
"""Comments behind which statements go forward, or back: dbmate, goose, sql-migrate, node-pg-migrate, aerich, Play."""

WITHOUT_TRANSACTION = re.compile(
    r"--\s*(?:migrate:up\b.*\btransaction:\s*false|\+goose\s+no\s+transaction|\+migrate\s+up\s+notransaction"
    r"|no-transaction|transactional:\s*false|changeset\b.*\brunInTransaction:\s*false|atlas:txmode\s+none)",
    re.IGNORECASE,
)
"""Comments that keep a migration out of a transaction: dbmate, goose, sql-migrate, SQLx, yoyo, Liquibase, Atlas."""

SENT_WHOLE = re.compile(r"--\s*(?:migrate:up\b|no-transaction)", re.IGNORECASE)
"""Comments of tools that send the whole file as one query: dbmate, SQLx. Its statements are one transaction even
outside of one: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT,
https://github.com/amacneil/dbmate/issues/182 (run, 2.36)."""

NAMED_WITHOUT_TRANSACTION = re.compile(r"V\d+__NONTRANSACTIONAL_", re.IGNORECASE)
"""pgmigrate says it in the file's name."""

FLYWAY_CONF = re.compile(r"^\s*executeInTransaction\s*=\s*false", re.IGNORECASE | re.MULTILINE)
"""Flyway says it in `<file>.conf`."""

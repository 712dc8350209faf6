"""Connections and sessions that hold a transaction, and what leaving their `with` block does.

Sources: https://docs.python.org/3/library/sqlite3.html#how-to-use-the-connection-context-manager (commits or rolls
back, stays open); https://www.psycopg.org/docs/connection.html (as sqlite3);
https://www.psycopg.org/psycopg3/docs/api/connections.html (commits or rolls back, and closes); `__exit__` of
`pymysql.connections.Connection`, `MySQLdb.connections.Connection`, `mysql.connector.abstracts.MySQLConnectionAbstract`,
`aiosqlite.core.Connection` and `oracledb.Connection` (close without a commit);
https://docs.sqlalchemy.org/en/20/orm/session_basics.html (a session closes; `begin()` commits or rolls back).
"""

from __future__ import annotations

from typing import Literal

With = Literal[
    "commits",  # commits or rolls back, the connection stays open
    "commits and closes",
    "closes",  # what was not committed is lost
    "session",  # as "closes"; a block of `begin()` commits or rolls back
    "engine",  # as "session"; `Engine.begin()` opens the connection and the transaction at once
    "none",  # no rollback on its own: a transaction that was begun by hand
]

OWNERS: dict[str, With] = {
    "sqlite3.Connection": "commits",
    "psycopg2.extensions.connection": "commits",
    "psycopg.Connection": "commits and closes",
    "psycopg.AsyncConnection": "commits and closes",
    "pymysql.Connection": "closes",
    "pymysql.connections.Connection": "closes",
    "MySQLdb.Connection": "closes",
    "mysql.connector.MySQLConnection": "closes",
    "aiosqlite.Connection": "closes",
    "oracledb.Connection": "closes",
    "pyodbc.Connection": "closes",
    "sqlalchemy.PoolProxiedConnection": "closes",
    "sqlalchemy.Connection": "engine",
    "sqlalchemy.ext.asyncio.AsyncConnection": "engine",
    "sqlalchemy.orm.Session": "session",
    "sqlalchemy.ext.asyncio.AsyncSession": "session",
    "sqlmodel.Session": "session",
    "sqlmodel.ext.asyncio.session.AsyncSession": "session",
    "sqlalchemy.Transaction": "none",
    "asyncpg.transaction.Transaction": "none",
}
"""Class -> what its `with` does. Keys are the classes of `relint.libraries.returns`."""

SESSIONS: frozenset[str] = frozenset(
    {
        "sqlalchemy.orm.Session",
        "sqlalchemy.orm.scoped_session",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlalchemy.ext.asyncio.async_scoped_session",
        "sqlmodel.Session",
        "sqlmodel.ext.asyncio.session.AsyncSession",
    }
)
"""Classes with `flush()`, which stay unusable after a failed flush or commit until `rollback()`."""

MAKERS: frozenset[str] = frozenset({"sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"})
"""Factories whose `begin()` opens a session and its transaction at once."""

REGISTRIES: frozenset[str] = frozenset({"sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session"})
"""Factories that give everybody in one thread (or task) the same session."""

AUTOCOMMIT: frozenset[str] = frozenset({"autocommit", "isolation_level", "set_isolation_level", "set_session"})
"""Arguments, attributes and methods by which a connection is made to commit each statement."""

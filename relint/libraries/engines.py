"""Engines that pool connections to a database server, and what keeps a pool from handing out dead ones.

Sources: https://docs.sqlalchemy.org/en/20/core/pooling.html#dealing-with-disconnects (2.1: `create_engine` has
`pool_pre_ping=False`); https://docs.djangoproject.com/en/stable/ref/settings/#conn-health-checks (since Django 4.1,
False by default); dj-database-url 3.1 (`conn_max_age=0, conn_health_checks=False`).
"""

from __future__ import annotations

ENGINES: frozenset[str] = frozenset(
    {
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
        "sqlmodel.create_engine",
        "sqlmodel.ext.asyncio.engine.create_async_engine",
    }
)
"""Callables that make an engine, with its URL as first argument."""

SERVERS: frozenset[str] = frozenset(
    {"postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql", "cockroachdb", "redshift", "db2", "firebird"}
)
"""Dialects (before the `+`) whose database is a server that a connection leads to."""

CARES: frozenset[str] = frozenset({"pool_recycle", "pool", "strategy", "plugins"})
"""Arguments of an engine that show that somebody looks after old connections, or that the pool is another's."""

POOLS: frozenset[str] = frozenset({"QueuePool", "AsyncAdaptedQueuePool"})
"""Pool classes that keep connections; the others (NullPool, StaticPool, SingletonThreadPool) do not, or only one."""

LOCAL_BACKENDS: frozenset[str] = frozenset({"sqlite3", "spatialite", "dummy"})
"""Last parts of Django's `ENGINE` whose database is no server."""

URL_SETTINGS: frozenset[str] = frozenset({"dj_database_url.config", "dj_database_url.parse"})
"""Callables that make a `DATABASES` entry of a URL."""

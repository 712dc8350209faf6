"""Callables that take SQL text, and how each driver writes parameters.

Sources: PEP 249 and the modules' own `paramstyle`; https://www.psycopg.org/psycopg3/docs/basic/params.html,
https://magicstack.github.io/asyncpg/current/usage.html, https://docs.sqlalchemy.org/en/20/core/sqlelement.html (text),
https://docs.djangoproject.com/en/5.2/topics/db/sql/ (Django gives every backend the style `%s`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Style = Literal["qmark", "format", "named", "numeric"]


class Driver(NamedTuple):
    """How a driver takes parameters: `?`, `%s`, `:name` or `$1`.

    `server_side` drivers send the statement and its parameters apart: a parameter stands only where an expression
    may, and its type is told from there. `postgres` says that the server can be nothing else.
    """

    name: str
    style: Style
    server_side: bool = False
    postgres: bool = False


DRIVERS: dict[str, Driver] = {
    "sqlite3": Driver("sqlite3", "qmark", server_side=True),
    "aiosqlite": Driver("aiosqlite", "qmark", server_side=True),
    "duckdb": Driver("duckdb", "qmark", server_side=True),
    "pyodbc": Driver("pyodbc", "qmark", server_side=True),
    "psycopg": Driver("psycopg", "format", server_side=True, postgres=True),
    "psycopg2": Driver("psycopg2", "format", postgres=True),
    "aiopg": Driver("aiopg", "format", postgres=True),
    "pymysql": Driver("pymysql", "format"),
    "aiomysql": Driver("aiomysql", "format"),
    "asyncmy": Driver("asyncmy", "format"),
    "MySQLdb": Driver("MySQLdb", "format"),
    "mysql.connector": Driver("mysql.connector", "format"),
    "snowflake.connector": Driver("snowflake.connector", "format"),
    "django": Driver("django", "format"),
    "sqlalchemy": Driver("sqlalchemy", "named", server_side=True),
    "alembic": Driver("sqlalchemy", "named", server_side=True),
    "asyncpg": Driver("asyncpg", "numeric", server_side=True, postgres=True),
}
"""By the first part of the dotted names."""

OTHER_CLIENTS: frozenset[str] = frozenset(
    "google oracledb cx_Oracle clickhouse_connect clickhouse_driver cassandra databricks pyspark trino prestodb pyhive "
    "impala boto3 influxdb peewee pony tortoise playhouse".split()
)
"""Packages with clients and layers whose calls take parameters in ways of their own, which no fix writes."""

SINKS: dict[str, tuple[int, tuple[str, ...]]] = {
    "execute": (0, ("sql", "query", "operation", "statement", "sqltext", "stmt")),
    "executemany": (0, ("sql", "query", "operation", "statement")),
    "executescript": (0, ("sql_script",)),
    "exec_driver_sql": (0, ("statement",)),
    "execute_batch": (1, ("sql",)),
    "execute_values": (1, ("sql",)),
    "copy": (0, ("statement",)),
    "copy_expert": (0, ("sql",)),
    "mogrify": (0, ("query",)),
    "raw": (0, ("raw_query",)),
    "RawSQL": (0, ("sql",)),
    "RunSQL": (0, ("sql",)),
    "text": (0, ("text",)),
    "DDL": (0, ("statement",)),
    "read_sql": (0, ("sql",)),
    "read_sql_query": (0, ("sql",)),
    "fetch": (0, ("query",)),
    "fetchrow": (0, ("query",)),
    "fetchval": (0, ("query",)),
    "fetchmany": (0, ("query",)),
    "fetch_all": (0, ("query",)),
    "fetch_one": (0, ("query",)),
    "fetch_val": (0, ("query",)),
    "scalar": (0, ("statement",)),
    "scalars": (0, ("statement",)),
    "prepare": (0, ("query",)),
    "sql": (0, ("query", "sqlQuery")),
    "runQuery": (0, ()),
    "runOperation": (0, ()),
    # What projects call their own helpers that forward it.
    "execute_sql": (0, ("sql", "query")),
    "execute_query": (0, ("query", "sql")),
    "execute_script": (0, ("query", "script", "sql")),
    "run_sql": (0, ("sql",)),
    "_run_sql": (0, ("sql",)),
}
"""Last part of a callable's name -> position and keywords of the SQL text. Only text that looks like SQL counts."""

WITHOUT_PARAMETERS: frozenset[str] = frozenset({"executescript", "DDL", "copy", "copy_expert", "RunSQL", "prepare"})
"""Those that take no parameters beside the text."""

READERS: dict[str, int] = {"read_sql": 4, "read_sql_query": 4}
"""Functions of pandas that take a connection behind the text, and the parameters at this position.

https://pandas.pydata.org/docs/reference/api/pandas.read_sql.html: a string goes to the connection's own `execute`.
"""

COMPOSERS: frozenset[str] = frozenset({"psycopg.sql.SQL", "psycopg2.sql.SQL", "aiopg.sql.SQL"})
"""Their text must be a literal: `SQL(f"...")` quotes nothing."""

TEXT: frozenset[str] = frozenset(
    {
        "sqlalchemy.text",
        "sqlalchemy.sql.text",
        "sqlalchemy.sql.expression.text",
        "sqlalchemy.sql.elements.TextClause",
        "sqlmodel.text",
    }
)
"""SQLAlchemy's `text()` by its names."""

STATEMENTS: frozenset[str] = frozenset(
    "SELECT INSERT UPDATE DELETE MERGE WITH VALUES REPLACE UPSERT CREATE DROP ALTER TRUNCATE GRANT REVOKE PRAGMA "
    "ATTACH DETACH EXPLAIN VACUUM ANALYZE REINDEX".split()
)
"""Words that begin a statement and little else."""

COMMANDS: frozenset[str] = frozenset(
    "SET SHOW USE CALL EXEC EXECUTE COPY KILL LOCK UNLOCK NOTIFY LISTEN DESCRIBE DESC BEGIN COMMIT ROLLBACK SAVEPOINT "
    "DECLARE IF FETCH COMMENT REFRESH LOAD UNLOAD OPTIMIZE DO RENAME".split()
)
"""Words that begin a statement, and also commands of other languages: SQL only when written in upper case."""

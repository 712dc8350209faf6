"""Pools that hand out connections which the database has closed long ago.

## Why it is bad
A restart or failover of the database, a proxy or firewall that drops what is idle: the pool does not notice. The next
request is given a dead connection and fails, then the next, once for every connection in the pool, long after the
database is well again. A job that runs all night fails on its first statement after a pause.

## Example
```python
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg://orders@db/orders", pool_size=10)
```

## Use instead
```python
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg://orders@db/orders", pool_size=10, pool_pre_ping=True)
```

The same in Django is a `CONN_MAX_AGE` other than 0 without `CONN_HEALTH_CHECKS`, also as arguments of
`dj_database_url`.

An engine counts when it lives on: at module level, on an object, returned, or given to a `sessionmaker`. Its URL has
to name a database server; one that comes from elsewhere has to be called `..._url`, `..._uri` or `..._dsn`, in a file
that does not speak of SQLite. Quiet with `pool_recycle`, with another pool than SQLAlchemy's queue (`NullPool`), where
`**kwargs` may hold the option, and for Django below 4.1.

## Fix safety
Unsafe: each checkout now begins with a round trip to the database (Django: each request).

## References
- https://docs.sqlalchemy.org/en/20/core/pooling.html#disconnect-handling-pessimistic
- https://docs.djangoproject.com/en/stable/ref/databases/#persistent-database-connections
- https://docs.djangoproject.com/en/stable/ref/settings/#conn-health-checks
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.engines import URL_SETTINGS
from relint.model import Finding, Rule
from relint.queries.engines import hands_out_dead_connections, lives_on, settings_without_health_checks
from relint.queries.timeouts import unpacks_opaquely
from relint.queries.versions import minimum_version

rule = Rule(
    code="REL207",
    words=("create_engine", "create_async_engine", "CONN_MAX_AGE", "conn_max_age"),
    fix="unsafe",
)

_DEAD = "is handed out although the database may have closed it: each one fails once after a restart or a pause"


@rule.on(cst.Call)
def check_engine(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if hands_out_dead_connections(ctx, node):
        yield rule.finding(node, f"`{ctx.callee(node)}` has no `pool_pre_ping=True`: a pooled connection {_DEAD}")


@rule.on(cst.Dict)
def check_settings(node: cst.Dict, ctx: Context) -> Iterator[Finding]:
    age = settings_without_health_checks(ctx, node)
    if age is not None and _knows_health_checks(ctx) and "CONN_HEALTH_CHECKS" not in ctx.text:
        yield rule.finding(age, f"`CONN_MAX_AGE` without `CONN_HEALTH_CHECKS`: a kept connection {_DEAD}")


@rule.on(cst.Call)
def check_url(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    age = ctx.keyword(node, "conn_max_age")
    if age is None or ctx.callee(node) not in URL_SETTINGS or not lives_on(ctx, age.value):
        return
    if ctx.keyword(node, "conn_health_checks") or unpacks_opaquely(ctx, node, "conn_health_checks"):
        return
    if _knows_health_checks(ctx) and "CONN_HEALTH_CHECKS" not in ctx.text:
        yield rule.finding(node, f"`conn_max_age` without `conn_health_checks`: a kept connection {_DEAD}")


def _knows_health_checks(ctx: Context) -> bool:
    return (minimum_version(ctx, "django") or (4, 2)) >= (4, 1)

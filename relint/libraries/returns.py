"""Which class a library's callable returns an instance of, where its name does not say so.

A callable whose last part is written LikeThis is taken for a class of that name; the rest is here. Keys are the dotted
names that the libraries document.
"""

from __future__ import annotations

INSTANCES: dict[str, str] = {
    "requests.session": "requests.Session",
    "requests.sessions.session": "requests.Session",
    "requests.sessions.Session": "requests.Session",
    "requests_oauthlib.OAuth2Session": "requests.Session",
    "requests_oauthlib.OAuth1Session": "requests.Session",
    "requests_futures.sessions.FuturesSession": "requests.Session",
    "authlib.integrations.requests_client.OAuth2Session": "requests.Session",
    "authlib.integrations.requests_client.OAuth1Session": "requests.Session",
    "requests_cache.CachedSession": "requests.Session",
    "requests_toolbelt.sessions.BaseUrlSession": "requests.Session",
    "requests_html.HTMLSession": "requests.Session",
    "cachecontrol.CacheControl": "requests.Session",
    "cloudscraper.create_scraper": "requests.Session",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.dbapi2.connect": "sqlite3.Connection",
    "aiosqlite.connect": "aiosqlite.Connection",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.connect": "psycopg.Connection",
    "psycopg.AsyncConnection.connect": "psycopg.AsyncConnection",
    "asyncpg.connect": "asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "asyncpg.Connection.transaction": "asyncpg.transaction.Transaction",
    "sqlmodel.create_engine": "sqlalchemy.Engine",
    "pymysql.connect": "pymysql.Connection",
    "pymysql.Connect": "pymysql.Connection",
    "MySQLdb.connect": "MySQLdb.Connection",
    "mysql.connector.connect": "mysql.connector.MySQLConnection",
    "cx_Oracle.connect": "oracledb.Connection",
    "oracledb.connect": "oracledb.Connection",
    "pyodbc.connect": "pyodbc.Connection",
    "snowflake.connector.connect": "snowflake.connector.SnowflakeConnection",
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.Engine.connect": "sqlalchemy.Connection",
    "sqlalchemy.Engine.begin": "sqlalchemy.Connection",
    "sqlalchemy.Engine.raw_connection": "sqlalchemy.PoolProxiedConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.orm.Session": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.session.Session": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.session.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.scoped_session": "sqlalchemy.orm.scoped_session",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.Connection.begin": "sqlalchemy.Transaction",
    "sqlalchemy.ext.asyncio.AsyncConnection.begin": "sqlalchemy.Transaction",
    "sqlalchemy.orm.sessionmaker.__call__": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.sessionmaker.begin": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.scoped_session.__call__": "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.async_sessionmaker.__call__": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": "sqlalchemy.ext.asyncio.AsyncSession",
    "asyncio.get_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.get_running_loop": "asyncio.AbstractEventLoop",
    "asyncio.new_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.events.get_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.events.get_running_loop": "asyncio.AbstractEventLoop",
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Task",
    "asyncio.AbstractEventLoop.create_task": "asyncio.Task",
    "anyio.create_task_group": "anyio.abc.TaskGroup",
    "trio.open_nursery": "trio.Nursery",
    "urllib.request.build_opener": "urllib.request.OpenerDirector",
    "urllib3.connection_from_url": "urllib3.HTTPConnectionPool",
    "urllib3.poolmanager.PoolManager": "urllib3.PoolManager",
    "urllib3.poolmanager.ProxyManager": "urllib3.ProxyManager",
    "redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.client.Redis": "redis.Redis",
    "redis.StrictRedis": "redis.Redis",
    "redis.client.StrictRedis": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.StrictRedis.from_url": "redis.Redis",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.ThreadPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.ProcessPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.Executor.submit": "concurrent.futures.Future",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    "multiprocessing.Pool.apply_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.Pool.map_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.Pool.starmap_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.ThreadPool.apply_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.ThreadPool.map_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.get_context": "multiprocessing.context.BaseContext",
    "multiprocessing.Manager": "multiprocessing.managers.SyncManager",
    "logging.getLogger": "logging.Logger",
    "boto3.client": "botocore.client.BaseClient",
    "open": "io.TextIOWrapper",
}
"""Dotted callable -> class of what it returns (after `await` where it is a coroutine)."""

CURSOR_OWNERS: frozenset[str] = frozenset(
    {
        "sqlite3.Connection",
        "aiosqlite.Connection",
        "psycopg2.extensions.connection",
        "psycopg.Connection",
        "psycopg.AsyncConnection",
        "pymysql.Connection",
        "MySQLdb.Connection",
        "mysql.connector.MySQLConnection",
        "oracledb.Connection",
        "pyodbc.Connection",
        "snowflake.connector.SnowflakeConnection",
        "django.db.connection",
        "sqlalchemy.PoolProxiedConnection",
    }
)
"""Classes (and Django's connection proxy) whose `.cursor()` is a DB-API cursor."""

SUBCLASSES: dict[str, str] = {
    name: cls
    for name, cls in INSTANCES.items()
    if cls == "requests.Session" and name.rpartition(".")[2].endswith("Session")
}
"""Dotted class -> the class that rules know it by, for annotations and base classes."""

GENERIC: frozenset[str] = frozenset(
    {
        "asyncio.Future",
        "asyncio.Task",
        "concurrent.futures.Future",
        "contextvars.ContextVar",
        "subprocess.Popen",
        *(f"asyncio.{kind}" for kind in ("Queue", "LifoQueue", "PriorityQueue")),
        *(f"queue.{kind}" for kind in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")),
    }
)
"""Classes that annotations name with a type in brackets: `Queue[str]`."""


def instance_of_call(dotted: str) -> str | None:
    """The class of what the callable of this dotted name returns; None when it is not known."""
    if dotted in INSTANCES:
        return INSTANCES[dotted]
    owner, _, last = dotted.rpartition(".")
    if last == "cursor" and owner in CURSOR_OWNERS:
        return f"{owner}.cursor"
    if last.lstrip("_")[:1].isupper() and not last.isupper():
        return SUBCLASSES.get(dotted, dotted)
    return None

"""Libraries whose clients, sessions, engines and helpers the modules of a project hand to each other.

A name that is imported from another module of the project is followed where its definition there leads to one of them.
"""

from __future__ import annotations

from relint.libraries.http import VERBS

_CONNECTIONS = frozenset(
    "connect Connection AsyncConnection connection create_pool Pool ConnectionPool ThreadedConnectionPool".split()
)
_ENGINES = frozenset(
    "create_engine create_async_engine Engine AsyncEngine Connection AsyncConnection Session AsyncSession sessionmaker "
    "async_sessionmaker scoped_session async_scoped_session".split()
)
_OBJECTS: dict[str, frozenset[str] | None] = {
    **dict.fromkeys(
        "requests requests_oauthlib requests_futures requests_cache requests_toolbelt requests_html cachecontrol "
        "cloudscraper urllib3 httpx aiohttp smtplib ftplib imaplib poplib redis aioredis tenacity backoff stamina "
        "retrying".split()
    ),
    "authlib": frozenset({"requests_client", "httpx_client"}),
    "urllib": frozenset({"request"}),
    "urllib2": frozenset({"urlopen", "build_opener"}),
    "asyncio": frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe", "Task", "Future"}),
    "boto3": frozenset({"client", "resource", "Session"}),
    "pymongo": frozenset({"MongoClient", "AsyncMongoClient"}),
    **dict.fromkeys("sqlite3 aiosqlite psycopg psycopg2 asyncpg pymysql MySQLdb".split(), _CONNECTIONS),
    **dict.fromkeys("sqlalchemy sqlmodel".split(), _ENGINES),
}
"""Top-level package -> the names of what makes its objects (None: nearly any)."""
SHARED: frozenset[str] = frozenset(_OBJECTS)
"""Their top-level packages."""

MADE_BY: dict[str, str] = {"asyncio.Task": "asyncio.create_task", "asyncio.Future": "asyncio.ensure_future"}
"""Class of which an object is announced -> the function that a rule about how it is made looks for."""

_NO_OBJECTS = frozenset(
    "exceptions exc error errors types typing codes compat utils util web Response Request PreparedRequest "
    "ClientResponse URL Headers Timeout ClientTimeout CaseInsensitiveDict HTTPError".split()
)


def is_shared(dotted: str) -> bool:
    """Whether a dotted name may be an object of one of these libraries, or what makes it."""
    package, *below = dotted.split(".")
    if package not in _OBJECTS or not _NO_OBJECTS.isdisjoint(below):
        return False
    makers = _OBJECTS[package]
    return makers is None or not makers.isdisjoint(below)


def gives_shared(dotted: str) -> bool:
    """Whether a call of it may give such an object: `requests.get()` gives an answer."""
    return is_shared(dotted) and dotted.rpartition(".")[2] not in (*VERBS, "request", "urlopen", "send")

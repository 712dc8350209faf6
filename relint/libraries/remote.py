"""Libraries whose calls wait for another machine or process, each with a connection or process of its own.

Left out are those that hold back by themselves: pools of database connections (asyncpg, psycopg_pool, SQLAlchemy),
clients with few connections (botocore: 10 for async clients, elasticsearch: 10 for each node), rate limits that the
library keeps (ccxt's `throttle`, discord.py's). Not left out are the first hundred connections of aiohttp and httpx
(`DEFAULT_LIMITS`) and the thousand of openai: what waits for one runs into its timeout.

Sources: https://docs.aiohttp.org/en/stable/client_advanced.html#limiting-connection-pool-size,
https://www.python-httpx.org/advanced/resource-limits/, `openai/_constants.py` (`DEFAULT_CONNECTION_LIMITS`),
https://docs.langchain.com/oss/python/langchain/models (`ainvoke`, `max_concurrency` of `abatch` only),
https://docs.python.org/3/library/asyncio-subprocess.html, https://playwright.dev/python/docs/api/class-page.
"""

from __future__ import annotations

from relint.libraries.http import VERBS

REMOTE: frozenset[str] = frozenset(
    {
        "aiohttp",
        "aiosmtplib",
        "anthropic",
        "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell",
        "asyncio.open_connection",
        "asyncssh",
        "cloudscraper",
        "curl_cffi",
        "ftplib",
        "google.generativeai",
        "google.genai",
        "groq",
        "http.client",
        "httpx",
        "imaplib",
        "litellm",
        "mistralai",
        "motor",
        "niquests",
        "ollama",
        "openai",
        "os.system",
        "paramiko",
        "playwright",
        "requests",
        "selenium",
        "smtplib",
        "socket.create_connection",
        "subprocess",
        "tls_client",
        "together",
        "urllib.request",
        "urllib3",
        "websockets",
    }
)
"""Packages, modules and functions."""
NO_CALLS: frozenset[str] = frozenset(
    "ClientTimeout Timeout BasicAuth Headers URL Request Response raise_for_status json text read".split()
)
"""What such a library has that asks nobody, or that reads an answer which another call waited for."""
CLIENTS: frozenset[str] = frozenset("http httpx requests session".split())
"""Last words of the names of HTTP clients that somebody else made."""
HTTP: frozenset[str] = frozenset({"aiohttp", "curl_cffi", "httpx", "niquests", "requests"})
"""Libraries of which what is called `client` is one, in a file that imports them."""
CLIENT_VERBS: frozenset[str] = frozenset({*VERBS, "request", "ws_connect"})
SAYS_SO: frozenset[str] = frozenset(
    "acompletion acreate aembedding aembed_documents aembed_query agenerate ainvoke apredict "
    "create_subprocess_exec create_subprocess_shell generate_content generate_content_async goto".split()
)
"""Methods of language models, browsers and processes, whatever object has them."""
COMPLETIONS: frozenset[str] = frozenset({"completions", "embeddings", "messages", "responses"})
"""`client.chat.completions.create(...)`"""
NAMED: frozenset[str] = frozenset("acrawl adownload aembed ascrape crawl download embed scrape".split())
"""Words of methods that nobody has for work in memory."""

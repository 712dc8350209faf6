"""Exceptions that say that another host did not answer, or answered that it cannot.

Sources: the exception modules of CPython 3.13 (`socket`, `ssl`, `http.client`, `urllib.error`, `smtplib`, `ftplib`,
`imaplib`, `xmlrpc.client`), requests 2.32, urllib3 2.5, httpx 0.28, aiohttp 3.12, botocore 1.40, google-api-core 2.25,
grpcio 1.74, redis 6, PyMongo 4.14, kafka-python 2.2, pika 1.3, kombu 5.5, elasticsearch 9.1, paramiko 4.0.
"""

from __future__ import annotations

import re

_PACKAGES = frozenset(
    {
        "aiohttp", "botocore", "elastic_transport", "elasticsearch", "ftplib", "grpc", "httpcore", "httpx", "imaplib",
        "kafka", "kombu", "opensearchpy", "paramiko", "pika", "poplib", "requests", "smtplib", "socket", "ssl",
        "urllib3", "websocket", "websockets", "aiobotocore", "xmlrpc",
    }
)  # fmt: skip
"""Packages that do nothing but talk to other hosts: whatever they raise comes from there."""
_SERVICES = frozenset(
    {
        "anthropic", "azure", "boto3", "botocore", "cohere", "github", "gitlab", "google.cloud", "google.genai", "groq",
        "hvac", "kubernetes", "kubernetes_asyncio", "mistralai", "openai", "slack_sdk", "stripe", "telegram", "tweepy",
        "twilio", "zeep",
    }
)  # fmt: skip
"""Packages whose clients each ask a service over HTTP."""
NAMES = frozenset({"HTTPError", "URLError", "RequestException", "HttpResponseError", "RpcError", "AioRpcError"})
"""Classes of these names are such errors wherever a project keeps them: `compat.urllib_error.HTTPError`."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
"""Methods of HTTP: what is given one sends a request."""
_BEGINNINGS = r"begin_(?:create|update|delete|put|patch|restart|stop|start)(?:_|\b)"
REMOTE_METHODS = re.compile(rf"^{_BEGINNINGS}")
"""Methods that only clients of a service have: Azure's that begin what takes long (`azure.core.polling`)."""
CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")
"""How a project names the errors that it keeps for many modules: `RETRYABLE`."""
SPEAKS_OF_NETWORK = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, sorted(_PACKAGES | _SERVICES)))})\b"
    r"|\b(?:urllib|urllib2|http|redis|pymongo|api_core|xmlrpclib)\b|Connection|BrokenPipe"
    rf"|{'|'.join(sorted(NAMES))}|[\"'](?i:{'|'.join(sorted(METHODS))})[\"']|\b{_BEGINNINGS}"
    rf"|\bexcept\b[^:]*\b{CONSTANT.pattern}\b|[A-Z]_(?:ERRORS|EXCEPTIONS)\b"
)
"""What the text of a module holds that asks another host, by what the queries of this look for."""
_MODULES = ("http.client.", "urllib.error.", "urllib.request.", "urllib2.", "google.api_core.exceptions.", "xmlrpclib.")
_CONNECTION = re.compile(r"^builtins\.(Connection\w*Error|BrokenPipeError)$")
_OF_CLIENTS = re.compile(r"^(redis|pymongo)(\.\w+)*\.(Connection\w*|AutoReconnect|\w*Timeout\w*)$")


def is_network_error(dotted: str) -> bool:
    """Whether a dotted exception class is raised only for what happens between this process and another host."""
    if dotted.partition(".")[0] in _PACKAGES or dotted.startswith(_MODULES):
        return True
    return bool(_CONNECTION.match(dotted) or _OF_CLIENTS.match(dotted))


def is_of_a_service(cls: str) -> bool:
    """Whether a dotted class is of a package whose clients ask a service."""
    return any(cls.startswith(f"{package}.") for package in _SERVICES)

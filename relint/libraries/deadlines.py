"""Asynchronous clients whose calls wait for minutes, or for ever, unless they are told how long.

Sources, read in the libraries' own code: aiohttp 3.14 `client.DEFAULT_TIMEOUT` (300 s in total), openai 3.57 and
anthropic 2.14 `_constants.DEFAULT_TIMEOUT` (600 s, and two more tries), asyncpg 0.32 `connect(command_timeout=None)`
and `Pool`, which hands it on. httpx (5 s for each step) and redis-py (5 s from 8.0 on) have defaults that do.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patient:
    """How long a client's calls wait: `seconds`, or None for ever; and the keywords that say how long, given when it
    is made or at the call."""

    seconds: int | None
    methods: frozenset[str]
    made_with: tuple[str, ...]
    called_with: tuple[str, ...] = ("timeout",)


_AIOHTTP = Patient(
    300,
    frozenset("get options head post put patch delete request".split()),
    made_with=("timeout", "read_timeout", "conn_timeout"),
)
_MODEL = Patient(600, frozenset({"create", "parse", "generate", "edit"}), made_with=("timeout", "http_client"))
_ASYNCPG = Patient(
    None,
    frozenset("fetch fetchrow fetchval execute executemany".split()),
    made_with=("command_timeout",),
)

PATIENT: dict[str, Patient] = {
    "aiohttp.ClientSession": _AIOHTTP,
    "openai.AsyncOpenAI": _MODEL,
    "openai.AsyncAzureOpenAI": _MODEL,
    "anthropic.AsyncAnthropic": _MODEL,
    "asyncpg.Connection": _ASYNCPG,
    "asyncpg.Pool": _ASYNCPG,
}
"""Class -> how its calls wait."""

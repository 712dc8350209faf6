"""What must stand near a finding, or anywhere in its file: necessary conditions by the names that rules give.

Each is cheap (substrings first, a regular expression only behind them) and never too strict: tests compare the findings
with and without them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Callable

Pattern = Callable[[str], bool]


def _any_of(*parts: str) -> Pattern:
    """One of the substrings."""

    def stands(text: str) -> bool:
        return any(part in text for part in parts)

    return stands


def _regex(pattern: str, *parts: str) -> Pattern:
    """A match of a regular expression, which takes one of the substrings (if any are given)."""

    @cache  # compiled when a text is searched for it: few runs need them all
    def search() -> Callable[[str], object]:
        return re.compile(pattern, re.MULTILINE).search

    def stands(text: str) -> bool:
        return (not parts or any(part in text for part in parts)) and search()(text) is not None

    return stands


def _either(*patterns: Pattern) -> Pattern:
    def stands(text: str) -> bool:
        return any(pattern(text) for pattern in patterns)

    return stands


_STATEMENTS = (
    "SELECT INSERT UPDATE DELETE MERGE WITH VALUES REPLACE UPSERT CREATE DROP ALTER TRUNCATE GRANT REVOKE PRAGMA "
    "ATTACH DETACH EXPLAIN VACUUM ANALYZE REINDEX"
).split()
_OTHER_WORDS_OF_SQL = (
    "SET SHOW USE CALL EXEC EXECUTE COPY KILL LOCK UNLOCK NOTIFY LISTEN DESCRIBE DESC BEGIN COMMIT ROLLBACK SAVEPOINT "
    "DECLARE IF FETCH COMMENT REFRESH LOAD UNLOAD OPTIMIZE DO RENAME WHERE FROM AND OR ON HAVING LIMIT OFFSET LIKE "
    "ILIKE IN BETWEEN JOIN WHEN ORDER GROUP INTERVAL AS"
).split()
_SQL_CALLS = (
    "execute exec_driver_sql copy_expert mogrify raw RawSQL RunSQL DDL text SQL sql read_sql fetch runQuery "
    "runOperation extra prepare scalar copy"
).split()
_ANY_STATEMENT = "|".join(_STATEMENTS)
_CAPITALS = re.compile(r"[A-Z]{2,}(?!\w)").findall
_SQL_WORDS = frozenset([*_STATEMENTS, *_OTHER_WORDS_OF_SQL])
_SQL_WORD = _regex(rf"\b(?:{'|'.join(_SQL_WORDS)})\b")


def _upper(text: str) -> bool:
    """A word of SQL in capitals."""
    return not _SQL_WORDS.isdisjoint(_CAPITALS(text)) and _SQL_WORD(text)


_LOWER = _regex(
    rf"[\"'][\s(]*(?:(?:{_ANY_STATEMENT.lower().replace('|with|', '|')})\s|with\s+(?:recursive\s+)?\w+\s+as\b)",
    *map(str.lower, _STATEMENTS),
)
_CAPITALISED = _regex(rf"[\"'][\s(]*(?:{'|'.join(map(str.title, _STATEMENTS))})\s", *map(str.title, _STATEMENTS))
_SQL_CALL = _regex(
    # Each alternative begins with a letter, so that most places are passed over at once.
    r"\b(?:execute(?:many|script|_batch|_values|_sql|_query|_script)?|exec_driver_sql|copy_expert|mogrify|raw"
    r"|RawSQL|RunSQL|DDL|text(?<!\.text)|(?:sa|db|sql|sqlalchemy|expression|sqlmodel)\.text|SQL|sql"
    r"|read_sql(?:_query)?|fetch(?:row|val|many|_all|_one|_val)?|runQuery|runOperation|_run_sql|run_sql|extra"
    r"|prepare|scalars?|copy(?=\(\s*[fF]?[\"']))"
    # Neither nothing, nor one plain text, nor a construct of SQLAlchemy is given.
    r"\(\s*(?!\)|[rRuUbB]{0,2}(?:\"[^\"\n%{]*\"|'[^'\n%{]*')\s*[,)]|(?:\w+\.)?(?:select|insert|update|delete)\()",
    *_SQL_CALLS,
)
_FILLS_A_NAME = _regex(
    # A template that is imported may be the only SQL of a file: `ORDERS_OF % name`, `queries.ORDERS_OF.format(name)`.
    r"\w(?:\(\))?(?:\s*%\s*[\w(\[{\"']|\.format(?:_map)?\(|\.replace\(|\s*\+\s*[fF]?[\"'][\s)]*(?i:where|and|or|limit|order)\b)",
    *("%", ".format", ".replace", "+"),
)


_EXTRA = _regex(r"\.extra\(\s*[^)]*?\b(?:where|select)\s*=", ".extra(")


def _text_from_elsewhere(text: str) -> bool:
    return "import" in text and _SQL_CALL(text) and _FILLS_A_NAME(text)


_INTERPOLATION = _any_of(
    *('f"', "f'", 'F"', "F'", 'fr"', "fr'", 't"', "t'", "%", "+", ".format", "join", "replace", "substitute")
)
_RETRY_OF_LIBRARY = _any_of(
    *("etry", "Retrying", "on_exception", "on_predicate", "runtime", "HTTPAdapter", "autoretry_for", "max_retries"),
    *("stamina", "tenacity", "backoff"),
)
_LOOP_OF_ATTEMPTS = _regex(
    r"^[ \t\f]*while\b"
    r"|^[ \t\f]*(?:async[ \t]+)?for\b[^\n]*(?:\b(?:range|count|repeat|enumerate)\b|\bin\s*[\[(]\s*[\d.\-\n])",
    "while",
    "for",
)
_LOOP = _regex(r"^[ \t\f]*(?:while|(?:async[ \t]+)?for)\b", "while", "for")
_EXCEPT = _regex(r"^[ \t\f]*except\b", "except")
_PAUSE = _regex(r"(?:[sS]leep|[wW]ait)\w*\(", "leep", "ait")
_WITH_OR_DECORATOR = _regex(r"^[ \t\f]*(?:(?:async[ \t]+)?with\b|@)", "with", "@")
_ASYNC_DEF = _regex(r"^[ \t\f]*async[ \t]+def\b", "async")
_CALLED_LATER = _any_of("call_later", "callLater", "call_at", "Timer")
_DEFINED = re.compile(r"^[ \t\f]*(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_VERBS = "get|options|head|post|put|patch|delete|request|send|open"
_REQUESTS = [f".{verb}" for verb in (*_VERBS.split("|"), "stream", "fetch_token", "refresh_token", "build_request")]


def _calls_itself_later(text: str) -> bool:
    """A function that waits, or has something called later, and is named again below an `except`."""
    if not (_PAUSE(text) or _CALLED_LATER(text)):
        return False
    after = text.find("except")
    return after >= 0 and any(found[1] in text[after:] for found in _DEFINED.finditer(text))


def _retry(text: str) -> bool:
    if _RETRY_OF_LIBRARY(text) or _LOOP_OF_ATTEMPTS(text) or _calls_itself_later(text):
        return True
    return _PAUSE(text) and _LOOP(text)


PATTERNS: dict[str, Pattern] = {
    "sql": _either(_upper, _LOWER, _CAPITALISED),
    "sql, here or imported": _either(_upper, _LOWER, _CAPITALISED, _text_from_elsewhere, _EXTRA),
    "sql from elsewhere": _either(_text_from_elsewhere, _EXTRA),
    "interpolation or a call that takes sql": _either(_INTERPOLATION, _SQL_CALL),
    "with or a decorator": _WITH_OR_DECORATOR,
    "with, a decorator or on_commit": _either(_WITH_OR_DECORATOR, _any_of("on_commit")),
    "except": _EXCEPT,
    "commit": _regex(r"\b(?:commit|flush|set_autocommit)\(|\.commit\b", "commit", "flush"),
    "async def": _ASYNC_DEF,
    "task or async def": _either(_any_of("create_task", "ensure_future", "run_coroutine_threadsafe"), _ASYNC_DEF),
    "except that catches cancellation": _either(
        _regex(r"^[ \t\f]*except\s*(?:(?:\*\s*)?:|\(?\s*_?[A-Z][A-Z_]+\b)", "except"),
        _any_of("BaseException", "Cancel"),
    ),
    "loop or comprehension": _any_of("for", "while", "map(", "*"),
    "task or thread": _either(
        _any_of("gather", "as_completed", "create_task", "ensure_future", "start_soon", "run_coroutine_threadsafe"),
        _any_of("Thread(", "Process(", ".start("),
        _any_of("wait("),
    ),
    "request": _either(
        _any_of("requests", "httpx", "aiohttp", "urllib", "urlopen", "urlretrieve", "Timeout", "Client"),
        _regex(
            # `x.get("key")` and `x.delete()` are no requests.
            rf"\.(?:{_VERBS}|stream|fetch_token|refresh_token|request_encode_url|request_encode_body|build_request)"
            r"\(\s*(?!\)|[\"'][\w.\- ]*[\"']\s*[,)])"
            rf"|\.(?:{_VERBS})\s*(?:[,)#]|$)",
            *_REQUESTS,
        ),
    ),
    "retry": _retry,
    "failure": _either(_EXCEPT, _RETRY_OF_LIBRARY, _PAUSE),
    "effect outside the database": _regex(
        r"\.(?:delay|apply_async|send\w*|publish|produce|enqueue|basic_publish|set|set_many|delete_many|delete_pattern"
        r"|delete|clear|incr|decr|touch|get_or_set|post|put|patch|request)\(\s*[^)\s]"
        r"|\b(?:send_mail|send_mass_mail|mail_admins|mail_managers|enqueue|urlopen)\("
        r"|\.(?:send|delay|apply_async|clear)\("
    ),
    "client or remote call": _either(
        _any_of("Redis", "from_url", "create_pool", "initialize", "connect("),
        _regex(r"(?i:pool|client|connection)\(|\.[A-Z]\w*\("),
    ),
    "client or stream": _any_of("Client", "stream", "urlopen"),
    "client or request": _regex(
        r"\b(?:(?:Client|AsyncClient|ClientSession|client|resource|Redis|StrictRedis|from_url|RedisCluster"
        rf"|create_engine|create_async_engine)\(|requests\b|(?<!\.)(?:{_VERBS})\()"
    ),
    "wait without limit": _regex(
        r"\.(?:result|exception|join|get|wait|acquire)\(\s*(?:\)|True\b|None\b|block|timeout)|\.wait_for\("
    ),
    "context variable": _either(
        _any_of("ContextVar", "flask", "quart", "structlog", "get_current_span", "asgiref"),
        _regex(r"\.get\(\s*(?:\)|None\b)", ".get("),
    ),
    "timeout that may do nothing": _regex(
        r"\.timeout[ \t]*=(?!=)|\bsetdefaulttimeout\b|\bdef[ \t]+send\b", "timeout", "def send"
    ),
    "delete": _any_of("delete", "DELETE", "Delete"),
    "less than": _any_of("__lt", "<"),
    "look for a row": _regex(r"\.a?exists\(\s*\)|DoesNotExist\b", "exists", "DoesNotExist"),
    "count of rows": _regex(
        r"\.(?:a?(?:count|exists)\(\s*\)|a?aggregate\(|scalar\w*\()", "count(", "exists(", "aggregate(", "scalar"
    ),
    "manager class": _regex(r"^[ \t\f]*class \w+\([^)]*(?:Manager|Query[sS]et)\b", "class"),
    "column that counts": _regex(
        r"\b\w+_(?:count|counter|total)\s*[-+]?=|\b(?:count|num|number|n|nr|total)_\w+\s*[-+]?=",
        *("_count", "_total", "count_", "num", "n_", "nr_", "total_"),
    ),
    "create or delete a row": _regex(
        r"create\(|save\(|delete\(|\.add\(|\.remove\(", "create(", "save(", "delete(", ".add(", ".remove("
    ),
    "create a row": _any_of(".create(", ".acreate("),
    "create, add or save a row": _any_of(".create(", ".acreate(", ".add(", ".save("),
    "step and save": _regex(r"\.\w+\s*(?:[+-]=|=\s*\w+\.\w+\s*[+-])", "save("),
}

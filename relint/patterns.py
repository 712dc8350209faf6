"""What must stand near a finding, or anywhere in its file: regular expressions by the names that rules give.

Each is a necessary condition, cheap to search and never too strict: a test compares findings with and without them.
All are compiled with MULTILINE.
"""

from __future__ import annotations

_STATEMENT = (
    "SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|REPLACE|UPSERT|CREATE|DROP|ALTER|TRUNCATE|GRANT|REVOKE|PRAGMA|ATTACH"
    "|DETACH|EXPLAIN|VACUUM|ANALYZE|REINDEX"
)
_COMMAND = (
    "SET|SHOW|USE|CALL|EXEC|EXECUTE|COPY|KILL|LOCK|UNLOCK|NOTIFY|LISTEN|DESCRIBE|DESC|BEGIN|COMMIT|ROLLBACK|SAVEPOINT"
    "|DECLARE|IF|FETCH|COMMENT|REFRESH|LOAD|UNLOAD|OPTIMIZE|DO|RENAME"
)
_CLAUSE = "WHERE|FROM|AND|OR|ON|HAVING|LIMIT|OFFSET|LIKE|ILIKE|IN|BETWEEN|JOIN|WHEN|ORDER|GROUP|INTERVAL|AS"
# The look-ahead spares trying every word at every place.
_WORDS_OF_SQL = rf"\b(?=[A-Z])(?:{_STATEMENT}|{_COMMAND}|{_CLAUSE})\b"
_LOWER = _STATEMENT.lower().replace("|with|", "|")
_BEGINS_SQL = rf"{_WORDS_OF_SQL}|[\"'][\s(]*(?:(?:{_LOWER})\s|with\s+(?:recursive\s+)?\w+\s+as\b)"
_SQL_CALL = (
    r"(?:\bexecute(?:many|script|_batch|_values|_sql|_query|_script)?|\bexec_driver_sql|\bcopy_expert|\bmogrify|\braw"
    r"|\bRawSQL|\bRunSQL|\bDDL|(?<![.\w])text|\b(?:sa|db|sql|sqlalchemy|expression|sqlmodel)\.text|\bSQL|\bsql"
    r"|\bread_sql(?:_query)?|\bfetch(?:row|val|many|_all|_one|_val)?|\brunQuery|\brunOperation|\b_?run_sql|\bextra"
    r"|\bprepare|\bscalars?|\bcopy(?=\(\s*[fF]?[\"']))"
    # Neither nothing, nor one plain text, nor a construct of SQLAlchemy is given.
    r"\(\s*(?!\)|[rRuUbB]{0,2}(?:\"[^\"\n%{]*\"|'[^'\n%{]*')\s*[,)]|(?:\w+\.)?(?:select|insert|update|delete)\()"
)
_INTERPOLATION = (
    r"\b[rR]?[fFtT][rR]?[\"']|[\"'\w)\]]\s*%\s*[\w({\[]|\.format\b|\bformat_map\b|\bjoin\b|[\"')\w\]]\s*\+=?\s*[\"'\w(]"
    r"|\breplace\b|\bsubstitute\b"
)
_LOOP_OF_ATTEMPTS = (
    r"^[ \t]*while\b"
    r"|^[ \t]*(?:async[ \t]+)?for\b(?:[^\n]*\b(?:range|count|repeat|enumerate)\b"
    r"|[^\n]*\bin\s*[\[(]\s*[\d.\-\n]"
    r"|(?s:.)*(?:sleep|wait)\w*\()"
)
_RETRIES_OF_LIBRARIES = (
    r"\b(?:\w*[rR]etry\w*|\w*Retrying|on_exception|on_predicate|runtime|HTTPAdapter|autoretry_for|max_retries|stamina"
    r"|tenacity|backoff\w*)\b"
)
_RECURSION = r"\bdef\s+(\w+)(?s:.)*\bexcept\b(?s:.)*\b\1[(,)]"

PATTERNS: dict[str, str] = {
    "sql": rf"{_BEGINS_SQL}|[\"'][\s(]*(?i:{_STATEMENT})\s",
    "sql or a call that takes it": rf"{_BEGINS_SQL}|{_SQL_CALL}",
    "interpolation or a call that takes sql": rf"{_INTERPOLATION}|{_SQL_CALL}",
    "with or a decorator": r"^[ \t]*(?:async[ \t]+)?with\b|^[ \t]*@",
    "with, a decorator or on_commit": r"^[ \t]*(?:async[ \t]+)?with\b|^[ \t]*@|\bon_commit\b",
    "except": r"^[ \t]*except\b",
    "commit": r"\b(?:commit|flush|set_autocommit)\(|\.commit\b",
    "async def": r"^[ \t]*async[ \t]+def\b",
    "except that catches cancellation": (
        r"^[ \t]*except\s*(?:\*\s*)?:|\b(?:BaseException|Cancel\w*)\b|^[ \t]*except\s+\(?\s*_?[A-Z][A-Z_]+\b"
    ),
    "loop or comprehension": r"\bfor\b|\bwhile\b|\bmap\(|\*",
    "task or thread": (
        r"\b(?:gather|as_completed|create_task|ensure_future|start_soon|wait|run_coroutine_threadsafe)\b"
        r"|\b(?:Thread|Process)\(|\.start\("
    ),
    "request": (
        r"\b(?:requests\w*|httpx|aiohttp|urllib\d?|urlopen|urlretrieve|\w*Timeout|\w*Client)\b"
        # `x.get("key")` and `x.delete()` are no requests.
        r"|\.(?:get|options|head|post|put|patch|delete|request|send|open|stream|fetch_token|refresh_token"
        r"|request_encode_url|request_encode_body|build_request)\(\s*(?!\)|[\"'][\w.\- ]*[\"']\s*[,)])"
        r"|[(,=]\s*[\w.]*\.(?:get|options|head|post|put|patch|delete|request|send|open)\s*(?:[,)#]|$)"
    ),
    "retry": rf"{_LOOP_OF_ATTEMPTS}|{_RETRIES_OF_LIBRARIES}|{_RECURSION}",
    "failure": rf"^[ \t]*except\b|{_RETRIES_OF_LIBRARIES}|(?i:sleep|wait)\w*\(",
    "effect outside the database": (
        r"\.(?:delay|apply_async|send\w*|publish|produce|enqueue|basic_publish|set|set_many|delete_many|delete_pattern"
        r"|delete|clear|incr|decr|touch|get_or_set|post|put|patch|request)\(\s*[^)\s]"
        r"|\b(?:send_mail|send_mass_mail|mail_admins|mail_managers|enqueue|urlopen)\(|\.(?:send|delay|apply_async|clear)\("
    ),
    "client or remote call": (
        r"\b(?:\w*Redis\w*|from_url|create_pool|initialize)\b|\bconnect\(|(?i:pool|client|connection)\(|\.[A-Z]\w*\("
    ),
    "look for a row": r"\.a?exists\(\s*\)|\bDoesNotExist\b",
    "create a row": r"\.a?create\(",
}

"""What the names of calls, errors and variables say about a retry that is written by hand."""

from __future__ import annotations

import re

import libcst as cst

Handler = cst.ExceptHandler | cst.ExceptStarHandler

LOGGING = re.compile(
    r"^(debug|info|warn|warning|error|exception|critical|log|msg|print|print_exc|format_exc|echo|progress|exc_info|"
    r"record_exception|capture_exception|incr|increment|inc|set_status)$"
)
HARMLESS = re.compile(
    r"^(write|flush|append|str|repr|type|format|len|int|min|max|isinstance|getattr|get|join|labels|add|time|monotonic|set|_)$"
)
"""Calls that stand between two attempts and neither wait nor repair anything."""
NOT_YET = frozenset(
    "FileExistsError BlockingIOError Empty Full ProcessLookupError NoSuchProcess TimeoutExpired InterruptedError "
    "ChildProcessError StopIteration StopAsyncIteration WouldBlock CancelledError ZombieProcess WantReadError "
    "WantWriteError SSLWantReadError SSLWantWriteError".split()
)
"""Errors that answer "not yet": who sleeps on them is polling."""
LOCKED = re.compile(r"(?<!dead)(?<!b)(?<!c)lock", re.I)
"""Errors of a lock that somebody else has, `LockTimeout` or `AlreadyLocked`; deadlocks are retried."""
NO_VALUE = re.compile(r"^(Index|Key|Lookup|Stop\w*|Assertion|ZeroDivision)Error$|^StopIteration$")
"""What is not there yet, looked up: a poll as well."""
CONNECTING = re.compile(
    r"connect|subscri|consum|listen|stream|socket|channel|session|recv|receive|request|fetch|publish|(?<!\w)(get|post|put)$",
    re.I,
)
LIVING = re.compile(r"connect|subscri|consum|listen|websocket|recv|receive|serve|run_forever", re.I)
"""What is meant to go on for ever."""
OPTIMISTIC = re.compile(r"watch|stale|conflict|integrity|duplicate|exist|concurren|race|lock|serializ|version", re.I)
TIMED_OUT = re.compile(r"timeout|lock", re.I)
NOT_FAILURES = re.compile(
    r"^(Value|Key|Index|Type|Attribute|Lookup|Unicode|UnicodeDecode|UnicodeEncode|Import|ModuleNotFound|EOF|JSONDecode|"
    r"Validation|Assertion|Name|Syntax|NotImplemented|Overflow|ZeroDivision|Permission|FileNotFound|Recursion|Memory|"
    r"UnidentifiedImage|Parse\w*|Decod\w*|Format|Template\w*)Error$|^KeyboardInterrupt$|^InvalidOperation$|"
    r"Timeout|timeout|TimedOut|Integrity|Duplicate|Conflict|Stale|Watch|Exists|NotFound|DoesNotExist|Concurren|Race|Race|"
    r"NoResultFound|Collision|TryAgain|InvalidRequest|Unsupported|Invalid"
)
"""Errors after which another try at once is right: the next pass brings another value, or the wait has been."""
ASKING = re.compile(
    r"^(getkey|getch|confirm|ask\w*|readline|acquire|health\w*|check_health|ping|"
    r"is_(ready|alive|up|healthy|running|available|connected|done|finished|active|open|set|locked))$"
)
"""Who is asked again is a person, or a state (a lock, a health check)."""
PERSON = re.compile(r"^((raw|safe|default|user|get_user)_)?input$|^prompt\w*$|^getpass$")
"""What a person types is asked for in every pass."""
POOL = re.compile(r"pool|connection|engine", re.I)
HEALTH = re.compile(r"/(health|healthz|healthcheck|ready|readyz|livez|ping)\b")
"""Addresses that are asked for a state."""
STILL = re.compile(r"already|in progress|not ready|not yet|still ", re.I)
"""What an error says that passes when something else is done."""
INTERRUPTED = re.compile(r"\bE(INTR|INPROGRESS)\b")
"""Numbers of errors that ask for another call at once."""
AGAIN = re.compile(r"\bretr(y|ies|ying)\b|reconnect|\btry(ing)? again", re.I)
"""What the log says beside a wait that is for the next attempt."""
STREAM = re.compile(r"listen|subscri|consum|stream|websocket|iter_lines|aiter", re.I)
"""What is read for as long as the connection lasts."""
BLOCKING = re.compile(r"^(accept|recv\w*|select|poll|wait\w*|communicate|acquire|epoll_wait|get_message|get_nowait)$")
"""Calls that wait by themselves before they fail."""
RESPONSE = re.compile(r"status|\.ok\b|is_success|returncode|return_code|exit_code|\berrors?\b")
NEW_VALUE = re.compile(r"rand|uuid|generate|token|choice|input|prompt|next", re.I)
STOPS = frozenset({"CancelledError", "KeyboardInterrupt", "SystemExit", "GeneratorExit"})
BUSY = (408, 425, 429)
DECIDING = re.compile(r"retr|attempt|check|handle|raise|abort|fail|limit|give_?up|backoff|next", re.I)
STATUS = re.compile(r"^(status|status_code|statuscode|http_status|code|resp_status|response_code)$", re.I)
TIME_LIMIT = re.compile(r"timeout|deadline|fail_after|move_on", re.I)
TIME = re.compile(r"time|now|deadline|elapsed|timeout|until|clock|expire", re.I)


def caught_by(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> frozenset[str]:
    """The last words of what a handler catches; empty for a bare `except:`."""
    match handler.type:
        case None:
            return frozenset()
        case cst.Tuple(elements=elements):
            return frozenset(word_of(element.value) for element in elements)
        case other:
            return frozenset({word_of(other)})


def word_of(expression: cst.BaseExpression) -> str:
    """The last word of a dotted expression; `?` for any other."""
    match expression:
        case cst.Name(value=value):
            return value
        case cst.Attribute(attr=attr):
            return attr.value
    return "?"


def last_word(call: cst.Call) -> str:
    """The last word of what is called."""
    return word_of(call.func)


def is_harmless(word: str) -> bool:
    """Whether a call of this name neither waits nor repairs anything."""
    return bool(LOGGING.match(word) or HARMLESS.match(word))


def is_not_yet(name: str) -> bool:
    """Whether an error says that something isn't there yet, or that somebody else has it."""
    return name in NOT_YET or bool(NO_VALUE.match(name) or LOCKED.search(name))


def is_quick(name: str) -> bool:
    """Whether an error is no reason to wait before the next attempt."""
    return name in NOT_YET or bool(NOT_FAILURES.search(name))

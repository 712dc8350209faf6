"""What the names of calls and errors say about a retry that is written by hand."""

from __future__ import annotations

import re

LOGGING = re.compile(
    r"^_*(debug|info|warn(ing)?(_once)?|error|exception|critical|log(?!_in|_out)(_\w+)?|msg|print|print_exc|format_exc\w*|"
    r"s?echo|progress|exc_info|record_exception|capture_exception|incr|increment|inc|set_status|report_\w+|term(warn|log|error))$"
)
_HARMLESS = re.compile(
    r"^(write|flush|append|extend|seek|str|repr|type|format|len|int|min|max|isinstance|getattr|get|get_?[lL]ogger|get_base_logger|join|labels|add|time|monotonic|"
    r"\w*progress\w*|set|_|tuple|list|dict|replace|hasattr|bool|any|all|strip|lower|startswith|endswith|sorted|round)$"
)
NOT_YET = frozenset(
    "FileExistsError BlockingIOError Empty Full ProcessLookupError NoSuchProcess TimeoutExpired InterruptedError "
    "ChildProcessError StopIteration StopAsyncIteration WouldBlock CancelledError ZombieProcess WantReadError "
    "WantWriteError SSLWantReadError SSLWantWriteError QueueFull QueueEmpty".split()
)
"""Errors that answer "not yet": who sleeps on them is polling."""
_LOCKED = re.compile(r"(?<!dead)(?<!b)(?<!c)lock", re.IGNORECASE)
"""Errors of a lock that somebody else has, `LockTimeout` or `AlreadyLocked`; deadlocks are retried."""
_NO_VALUE = re.compile(r"^(Index|(Multi)?Key|Lookup|Stop\w*|Assertion|ZeroDivision)Error$|^StopIteration$")
"""What is not there yet, looked up: a poll as well."""
_NOT_FAILURES = re.compile(
    r"^(Value|Key|Index|Type|Attribute|Lookup|Unicode|UnicodeDecode|UnicodeEncode|Import|ModuleNotFound|EOF|JSONDecode|"
    r"Validation|Assertion|Name|Syntax|NotImplemented|Overflow|ZeroDivision|Permission|FileNotFound|Recursion|Memory|"
    r"UnidentifiedImage|Parse\w*|Decod\w*|Format|Template\w*)Error$|^KeyboardInterrupt$|^InvalidOperation$|"
    r"Timeout|timeout|TimedOut|Integrity|Duplicate|Conflict|Stale|Watch|Exists|NotFound|DoesNotExist|Concurren|Race|"
    r"NoResultFound|Collision|TryAgain|InvalidRequest|Unsupported|Invalid|Pars(e|ing)|Validation|^Empty"
)


_IN_PROGRESS = re.compile(
    r"(Running|Pending|NotReady|InProgress|NotFinished|NotComplete|Unfinished|NotFound|DoesNotExist|FailedPrecondition|"
    r"Forbidden|AccessDenied|PermissionDenied|NotFree|InUse|TryAgain)"
    r"(Error|Exception)?$|^(NoSuch[A-Z]\w+)$"
)
"""The work goes on elsewhere, or its result is not there yet; nothing has failed: a poll."""
_PREDICATE = re.compile(r"^_*(is|has|can|should|may)(_|[A-Z])")


def is_harmless(word: str) -> bool:
    """Whether a call of this name stands between two attempts and neither waits nor repairs anything."""
    return bool(LOGGING.match(word) or _HARMLESS.match(word) or _PREDICATE.match(word))


def is_not_yet(name: str) -> bool:
    """Whether an error says that something isn't there yet, or that somebody else has it."""
    return name in NOT_YET or bool(_NO_VALUE.match(name) or _LOCKED.search(name) or _IN_PROGRESS.search(name))


def is_quick(name: str) -> bool:
    """Whether another try at once is right after an error: the next brings another value, or the wait has been."""
    return name in NOT_YET or bool(_NOT_FAILURES.search(name))

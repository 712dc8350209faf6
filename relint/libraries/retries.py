"""What libraries that retry do by default, and what their arguments are called.

Each was read in the library's own source: tenacity 9.2 (`BaseRetrying.__init__`, wait.py), backoff 2.2 (_decorator.py),
urllib3 2.8 (util/retry.py), Celery 5.7 (app/task.py, app/autoretry.py), retrying 1.4 (retrying.py), retry 0.9 (api.py),
stamina 26.1 (_core.py), funcy 2.1 (flow.py), oslo.db 18.1 (api.py), aiohttp-retry 2.9 (retry_options.py).
google.api_core retries are random by themselves and need no entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from relint.libraries.delay import Delay

TENACITY = frozenset(
    {
        "tenacity.retry",
        "tenacity.Retrying",
        "tenacity.AsyncRetrying",
        "tenacity.asyncio.AsyncRetrying",
        "tenacity._asyncio.AsyncRetrying",
        "tenacity.tornadoweb.TornadoRetrying",
    }
)
"""Decorator and classes with the keywords `wait` (default: none), `stop` (default: never), `retry` (default: any)."""

TENACITY_WAITS: dict[str, Delay] = {
    "wait_none": Delay.NONE,
    "wait_fixed": Delay.FIXED,
    "wait_incrementing": Delay.GROWING,
    "wait_exponential": Delay.GROWING,
    "wait_random": Delay.RANDOM,
    "wait_random_exponential": Delay.RANDOM,
    "wait_full_jitter": Delay.RANDOM,
    "wait_exponential_jitter": Delay.RANDOM,
}
"""What each wait is like; `wait_chain`, `wait_combine` and `+` are what their parts are."""

TENACITY_ON_RESULT = frozenset({"retry_if_result", "retry_if_not_result", "retry_unless_exception_type", "retry_never"})
"""Predicates that ask for a state, or leave it to the function to raise `TryAgain`: a retry by them alone is a poll."""

BACKOFF_WAITS: dict[str, Delay] = {
    "backoff.constant": Delay.FIXED,
    "backoff.expo": Delay.GROWING,
    "backoff.fibo": Delay.GROWING,
    "backoff.runtime": Delay.RANDOM,
}
"""Wait generators, for `jitter=None`; the default is `full_jitter`."""

URLLIB3 = frozenset(
    {
        "urllib3.Retry",
        "urllib3.util.Retry",
        "urllib3.util.retry.Retry",
        "requests.adapters.Retry",
        "requests.packages.urllib3.Retry",
        "requests.packages.urllib3.util.Retry",
        "requests.packages.urllib3.util.retry.Retry",
    }
)
URLLIB3_COUNTS = ("total", "connect", "read", "redirect", "status", "other")
"""The first parameters; all of them 0, False or None (with `total` given): there is no retry."""
URLLIB3_FACTOR_POSITION = 8
HTTP_ADAPTERS = frozenset({"requests.adapters.HTTPAdapter", "requests.HTTPAdapter"})
"""`max_retries=3` is a `Retry(3, read=False)`: no backoff."""

CELERY_DECORATORS = frozenset({"task", "shared_task", "periodic_task"})
CELERY_KEYWORDS = frozenset(
    {"bind", "autoretry_for", "retry_backoff", "retry_jitter", "retry_kwargs", "max_retries", "default_retry_delay"}
)
"""A `.task` decorator of an app made elsewhere is known by one of these."""
CELERY_DEFAULT_DELAY = 180
"""`Task.default_retry_delay`, in seconds; neither `retry_backoff` nor `retry_jitter` act on `self.retry()`."""


@dataclass(frozen=True)
class ByKeywords:
    """A decorator or function whose retry is told by plain keyword arguments.

    `limits`: any of them (not None) bounds the attempts; None of them given: `bounded`. `waits` make the delay (with
    `delay` if none is given), `jitters` make it random (`jittered` if none is given), `catches` is the argument that
    says what is retried, by name and position, and `any_error` what holds without it.
    """

    limits: tuple[str, ...]
    bounded: bool
    waits: dict[str, Delay]
    delay: Delay
    jitters: tuple[str, ...]
    jittered: bool
    catches: tuple[str, int | None]
    any_error: bool
    jitter_fix: tuple[str, str, str] | None = None
    """(argument that holds the delay, argument that adds jitter, its value with `{}` for the delay)."""
    number_is_jitter: bool = True
    """Whether a plain number for `jitters` is random; else only a range of two numbers is."""
    random_for: str | None = None
    """The argument that retries what is always random..."""
    not_random_for: tuple[str, ...] = ()
    """... unless one of these retries something else as well."""
    positions: tuple[str, ...] = ()
    """The parameters, where they are customarily given by position."""


_RETRYING = ByKeywords(
    limits=("stop_max_attempt_number", "stop_max_delay", "stop_func", "stop"),
    bounded=False,
    waits={
        "wait_fixed": Delay.FIXED,
        "wait_incrementing_start": Delay.GROWING,
        "wait_incrementing_increment": Delay.GROWING,
        "wait_exponential_multiplier": Delay.GROWING,
        "wait_exponential_max": Delay.GROWING,
        "wait_func": Delay.UNKNOWN,
        "wait": Delay.UNKNOWN,
    },
    delay=Delay.NONE,
    jitters=("wait_random_min", "wait_random_max", "wait_jitter_max"),
    jittered=False,
    catches=("retry_on_exception", None),
    any_error=True,
    jitter_fix=("wait_fixed", "wait_jitter_max", "{}"),
)
_RETRY = ByKeywords(
    limits=("tries",),
    bounded=False,
    waits={"delay": Delay.FIXED, "backoff": Delay.GROWING},
    delay=Delay.NONE,
    jitters=("jitter",),
    jittered=False,
    catches=("exceptions", 0),
    any_error=True,
    jitter_fix=("delay", "jitter", "(0, {})"),
    number_is_jitter=False,
)
_STAMINA = ByKeywords(
    limits=("attempts", "timeout"),
    bounded=True,
    waits={"wait_initial": Delay.GROWING},
    delay=Delay.GROWING,
    jitters=("wait_jitter",),
    jittered=True,
    catches=("on", None),
    any_error=False,
    jitter_fix=("", "wait_jitter", "1.0"),
)
_OSLO_DB = ByKeywords(
    limits=("max_retries",),
    bounded=True,
    waits={"retry_interval": Delay.GROWING},
    delay=Delay.GROWING,
    jitters=("jitter",),
    jittered=False,
    catches=("exception", None),
    any_error=False,
    jitter_fix=("", "jitter", "True"),
    random_for="retry_on_deadlock",
    not_random_for=("retry_on_disconnect", "exception_checker"),
)
_FUNCY = ByKeywords(
    limits=("tries",),
    bounded=True,
    waits={"timeout": Delay.FIXED},
    delay=Delay.NONE,
    jitters=(),
    jittered=False,
    catches=("errors", 1),
    any_error=True,
    positions=("tries", "errors", "timeout"),
)
_AIOHTTP_RETRY = ByKeywords(
    limits=("attempts",),
    bounded=True,
    waits={"start_timeout": Delay.GROWING, "factor": Delay.GROWING},
    delay=Delay.GROWING,
    jitters=(),
    jittered=False,
    catches=("exceptions", None),
    any_error=False,
)

BY_KEYWORDS: dict[str, ByKeywords] = {
    "retrying.retry": _RETRYING,
    "retrying.Retrying": _RETRYING,
    "retry.retry": _RETRY,
    "retry.api.retry": _RETRY,
    "funcy.retry": _FUNCY,
    "funcy.flow.retry": _FUNCY,
    "stamina.retry": _STAMINA,
    "stamina.retry_context": _STAMINA,
    "oslo_db.api.wrap_db_retry": _OSLO_DB,
    "aiohttp_retry.ExponentialRetry": _AIOHTTP_RETRY,
    "aiohttp_retry.FibonacciRetry": _AIOHTTP_RETRY,
    "aiohttp_retry.ListRetry": _AIOHTTP_RETRY,
}

"""What names and texts say of a loop that asks until something has come: it polls, and retries nothing.

What errors say of it stands in `retry_words`, beside what else they say.
"""

from __future__ import annotations

import re

_WAITING = re.compile(
    r"(?i:(^|_)(wait|waits|waiting|poll|polling|await|watch|monitor|(?<!retry_)(?<!try_)until))(_|$|(?=[A-Z]))"
    r"|healthy|_ready$"
)
_STATE = re.compile(
    r"^(getkey|getch|confirm|ask\w*|readline|acquire|try_?lock|flock|health\w*|check_health|ping|"
    r"is_(ready|alive|up|healthy|running|available|connected|done|finished|active|open|set|locked))$"
)
_PERSON = re.compile(
    r"^((raw|safe|default|user|get_user)_)?input$|^(code|password|phone)(_callback)?$|^prompt\w*$|^getpass$"
    r"|^\w+_(code|password)_(callback|handler)$"
)
_HEALTH = re.compile(r"/(health|healthz|healthcheck|ready|readyz|livez|ping)\b|^[\"']ping[\"']$")
_CHECKING = re.compile(r"check_\w*interval|poke_interval", re.IGNORECASE)
_STOP = re.compile(r"stop|exit|shut_?down|terminat|running|abort|is_set", re.IGNORECASE)
_HELD = re.compile(r"\blocked\b|\bin use\b", re.IGNORECASE)
_STILL = re.compile(r"already|in.?progress|not ready|not yet|still ", re.IGNORECASE)
_NOT_YET = re.compile(
    r"\bstill (has|have|running|in|being|active|locked|busy|deleting|creating|pending|starting)\b"
    r"|\bnot (yet )?ready\b|\bcheck(s|ing)? again\b"
    r"|\bin.?progress\b|\bnot yet (available|running|started|finished|complete)",
    re.IGNORECASE,
)


def is_named_for_waiting(function: str) -> bool:
    """Whether a function waits for something: `wait_for_port`, `is_ready`; `retry_until_success` retries."""
    return bool(_WAITING.search(function))


def asks_for_a_state(call: str) -> bool:
    """Whether a call of this name asks for a state: a lock, a health check; or asks a person."""
    return bool(_STATE.match(call))


def asks_a_person(call: str) -> bool:
    """Whether a call of this name asks for what somebody types, in every pass anew."""
    return bool(_PERSON.match(call))


def names_a_health_check(text: str) -> bool:
    """Whether a text, as written, is an address that is asked for a state, or a command that asks for it."""
    return bool(_HEALTH.search(text))


def is_for_looking_again(seconds: str) -> bool:
    """Whether seconds are named for looking again, not for trying again."""
    return bool(_CHECKING.search(seconds))


def speaks_of_stopping(condition: str) -> bool:
    """Whether a loop's condition asks to go on until it is told to stop: a worker."""
    return bool(_STOP.search(condition))


def says_it_is_held(text: str) -> bool:
    """Whether a text in a test says that somebody else has it."""
    return bool(_HELD.search(text))


def says_it_goes_on(text: str) -> bool:
    """Whether a text that an error is asked for says that it passes when something else is done."""
    return bool(_STILL.search(text))


def says_not_yet(text: str) -> bool:
    """Whether what the log is told says "not yet"."""
    return bool(_NOT_YET.search(text))

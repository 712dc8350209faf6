"""What shows that a task knows whether it has run, and what a second run of it does not spoil."""

from __future__ import annotations

import re

GUARD = re.compile(
    r"run_?once|already|migrationrecorder|has_run|was_run|last_run|applied|checkpoint|completed|is_done|advisory_lock|"
    r"idempoten|data_?migrations?\b|task_?record|run_?record|skip(?:ping)?\b",
    re.IGNORECASE,
)
"""Words that stand in a task which records that it ran, or looks whether it did."""

ONCE = re.compile(
    r"only (?:be )?(?:run|ran|executed?)(?: this)?(?: \w+)? once\b|"
    r"(?:do not|don't|never) run (?:this )?(?:twice|again|more than once)",
    re.IGNORECASE,
)
"""What a task says of itself that a second run spoils."""

MADE_UP = re.compile(
    r"(?i)(?:^|_)(?:test|demo|dev|dummy|fixtures?|seed|fake\w*|fill-?database|generate|random|mock"
    r"|benchmark|anonymi[sz]e)(?:_|-|$)|(?:test|demo|fake|random|dummy|sample|example)_?(?:data|rows|content|objects)|fake"
)
"""Names of tasks that make rows for trying things out, or change a copy of the database."""

COUNTERS = re.compile(
    r"(?:^|_)(?:n|num|count|counter|attempts?|tries|retries|processed|progress|resen[dt]|sent|version|revision|step"
    r"|hits|views|runs)(?:_|$)",
    re.IGNORECASE,
)
"""Columns that count what happens, however often."""

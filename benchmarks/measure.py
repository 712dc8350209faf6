"""What a command costs, and the middle of several runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WRAPPER = Path(__file__).with_name("wrapper.py")
HOURS = 3600
_KEPT_FROM_TOOLS = ("PYTHONPATH", "RELINT_", "RUFF_", "SEMGREP_", "FLAKE8_", "PYLINT")

_CRASH = "\nTraceback (most recent call last):"
"""At the start of a line no linter prints it for code that it read: 1 may mean findings or a crash."""


class Failed(Exception):
    """A command could not be run to its end; the message holds what it printed last."""


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of processor time of all processes, peak megabytes of the largest process."""

    wall: float
    cpu: float
    memory: float


def cost(command: Sequence[str], cwd: Path, *, good: Sequence[int] = (0,), env: dict[str, str] | None = None) -> Cost:
    """Run a command once; raise `Failed` for an exit code that is not good, and for a crash that had a good one."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_KEPT_FROM_TOOLS)}
    with tempfile.TemporaryDirectory() as place:
        result, log = Path(place) / "result", Path(place) / "log"
        wrapped = [sys.executable, "-S", "-E", str(WRAPPER), str(result), str(log), *command]
        subprocess.run(wrapped, cwd=cwd, env={**kept, **(env or {})}, check=True, timeout=3 * HOURS)
        told = json.loads(result.read_text("utf-8"))
        printed = log.read_text("utf-8", "replace")
        if told["code"] not in good or _CRASH in f"\n{printed}":
            raise Failed(f"{' '.join(command)}: exit code {told['code']}\n{printed.strip()[-1500:]}")
    return Cost(**told["cost"])


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians, each number by itself."""
    return Cost(
        statistics.median(each.wall for each in costs),
        statistics.median(each.cpu for each in costs),
        max(each.memory for each in costs),
    )

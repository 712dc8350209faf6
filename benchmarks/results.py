"""What was measured: kept as JSON in the work folder, so that parts can be measured at different times."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost


@dataclass(frozen=True)
class Row:
    """The middle of some runs of one tool over one folder."""

    folder: str
    tool: str
    warm: bool
    every_cpu: bool
    cost: Cost
    rounds: int
    amount: float = 0.0
    """Megabytes, lines or rules: what the part varies."""


@dataclass
class Part:
    """One of the measurements."""

    facts: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def save(part: Part, name: str, work: Path) -> None:
    """Replace what was measured before under this name."""
    every = _stored(work)
    every[name] = asdict(part)
    _file(work).write_text(json.dumps(every, indent=1), "utf-8")


def load(work: Path) -> dict[str, Part]:
    """Everything measured, by the name of the part."""
    return {name: _part(stored) for name, stored in _stored(work).items()}


def _part(stored: dict[str, Any]) -> Part:
    rows = [Row(**{**row, "cost": Cost(**row["cost"])}) for row in stored["rows"]]
    return Part(stored["facts"], rows, stored["notes"])


def _stored(work: Path) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = json.loads(_file(work).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return stored


def _file(work: Path) -> Path:
    return work / "results.json"


def facts() -> dict[str, str]:
    """The machine, and how busy it was when the measurement began."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "CPU": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "commit": _commit(),
        "load before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown CPU"


def _commit() -> str:
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(git, capture_output=True, text=True, timeout=60).stdout.strip() or "unknown"

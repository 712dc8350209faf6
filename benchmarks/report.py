"""RESULTS.md: tables of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.chart import Curve, draw
from benchmarks.results import Part, Row

_HEAD = """# What relint costs

Written by `python -m benchmarks`, which [CONTRIBUTING.md](../CONTRIBUTING.md#speed) describes.

Wall: seconds on the clock. CPU: seconds of processor time of all processes, ended ones too. Peak: the memory of the \
largest process, in megabytes. All are medians of the rounds (peak: the largest), and the tools ran in turn. Cold: no \
cache of the tool, though the system has read the files before; warm: nothing has changed since the last run. \
Each tool has an environment of its own and runs few rules, relint all that are on by default. A slice is made of \
whole files, the same each time, chosen by a hash of their names from all packages of \
[packages.toml](packages.toml); what is slow gets a small one, and relint the same one.
"""

_TITLES = {
    "whole": "relint and ruff on all packages",
    "peers": "Beside other linters",
    "lines": "Lines of code",
    "rules": "Number of rules",
    "single": "One changed file, as pre-commit has it checked",
}

_TARGETS = (("bandit", 15.0), ("pylint", 25.0), ("flake8 + flake8-async + flake8-bugbear", 60.0), ("Fixit", 60.0))
"""How many times faster than these relint means to be, cold."""


def write(parts: dict[str, Part], folder: Path) -> None:
    """Write RESULTS.md and RESULTS.svg."""
    (folder / "RESULTS.svg").write_text(draw(_speeds(parts), _curves(parts, "lines"), _curves(parts, "rules")), "utf-8")
    text = [_HEAD, "![megabytes a second, and how the cost grows](RESULTS.svg)\n", *_targets(parts)]
    for name, title in _TITLES.items():
        if name in parts:
            text += [f"## {title}\n", _facts(parts[name]), _TABLES[name](parts[name].rows)]
            text += [f"- {note}\n" for note in parts[name].notes]
    (folder / "RESULTS.md").write_text("\n".join(text), "utf-8")


def _facts(part: Part) -> str:
    return "; ".join(f"{name}: {value}" for name, value in part.facts.items()) + ".\n"


def _table(head: str, rows: Iterable[Sequence[str]]) -> str:
    names = head.split("|")
    rule = ["---" if number == 0 else "---:" for number in range(len(names))]
    return "".join(f"| {' | '.join(row)} |\n" for row in ([name.strip() for name in names], rule, *rows))


def _compared(rows: Sequence[Row]) -> str:
    """Rows with how often relint's time, in the same folder with the same cache and processes, goes into them."""
    lines = []
    for row in rows:
        cache, processes = ("warm" if row.warm else "cold"), ("every CPU" if row.every_cpu else "1")
        line = [row.tool, f"{row.amount:.1f} MB", cache, processes, *_cost(row), f"{row.amount / row.cost.wall:.2f}"]
        own = _like(rows, row)
        line += [f"{row.cost.wall / own.cost.wall:.2f}", f"{row.cost.cpu / own.cost.cpu:.2f}"] if own else ["", ""]
        lines.append([*line, str(row.rounds)])
    head = "tool|slice|cache|processes|wall s|CPU s|peak MB|MB/s|wall ÷ relint's|CPU ÷ relint's|rounds"
    return _table(head, lines)


def _like(rows: Sequence[Row], row: Row) -> Row | None:
    for other in rows:
        if (other.folder, other.warm, other.every_cpu) == (row.folder, row.warm, row.every_cpu):
            if other.tool == "relint":
                return other
    return None


def _cost(row: Row) -> list[str]:
    return [f"{row.cost.wall:.2f}", f"{row.cost.cpu:.2f}", f"{row.cost.memory:.0f}"]


def _by_lines(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        each = f"{row.cost.wall / row.amount * 1e6:,.1f}"
        lines.append([row.tool, f"{row.amount:,.0f}", *_cost(row), each, str(row.rounds)])
    return _table("tool|lines|wall s|CPU s|peak MB|wall µs a line|rounds", lines)


def _by_rules(rows: Sequence[Row]) -> str:
    lines = [[row.tool, f"{row.amount:.0f}", *_cost(row), str(row.rounds)] for row in rows]
    return _table("tool|rules|wall s|CPU s|peak MB|rounds", lines)


def _singles(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        cost = [f"{row.cost.wall:.3f}", f"{row.cost.cpu:.3f}", f"{row.cost.memory:.0f}"]
        lines.append([row.tool, row.folder, f"{row.amount:.0f}" if row.amount else "", *cost, str(row.rounds)])
    return _table("process|file|lines|wall s|CPU s|peak MB|rounds", lines)


_TABLES = {
    "whole": _compared,
    "peers": _compared,
    "lines": _by_lines,
    "rules": _by_rules,
    "single": _singles,
}


def _targets(parts: dict[str, Part]) -> list[str]:
    """What was wanted, and what is: each tool with the processes that make it fastest."""
    lines = []
    rows = parts["peers"].rows if "peers" in parts else []
    for name, wanted in _TARGETS:
        theirs = _fastest(rows, name)
        own = _fastest([row for row in rows if theirs and row.folder == theirs.folder], "relint")
        if theirs and own:
            times = theirs.cost.wall / own.cost.wall
            label = f"faster than {name}, cold"
            measured = f"{times:.1f} times (CPU: {theirs.cost.cpu / own.cost.cpu:.1f})"
            lines.append([label, f"{wanted:.0f} times", measured, _met(times >= wanted)])
    most = parts["whole"].rows if "whole" in parts else rows
    for warm, wanted in ((False, 5.0), (True, 1.0)):
        own, ruff = _fastest(most, "relint", warm), _fastest(most, "ruff", warm)
        if own and ruff:
            times = own.cost.wall / ruff.cost.wall
            label = f"ruff's time, {'warm' if warm else 'cold'}"
            lines.append([label, f"at most {wanted:.0f} times", f"{times:.1f} times", _met(times <= wanted)])
    if memory := [row.cost.memory for part in parts.values() for row in part.rows if row.tool == "relint"]:
        lines.append(["peak of a process", "under 300 MB", f"{max(memory):.0f} MB", _met(max(memory) < 300)])
    for row in parts["single"].rows if "single" in parts else []:
        if row.tool == "relint":
            limit = 0.35 if row.folder == "with a trigger" else 0.15
            met = _met(row.cost.wall < limit)
            lines.append([f"one changed file {row.folder}", f"under {limit} s", f"{row.cost.wall:.2f} s", met])
    return ["## Targets\n", _table("target|wanted|measured|", lines)] if lines else []


def _fastest(rows: Sequence[Row], tool: str, warm: bool = False) -> Row | None:
    return min((row for row in rows if row.tool == tool and row.warm == warm), key=_wall, default=None)


def _wall(row: Row) -> float:
    return row.cost.wall


def _met(met: bool) -> str:
    return "met" if met else "missed"


def _speeds(parts: dict[str, Part]) -> dict[str, float]:
    """Megabytes a second, cold, each tool with the processes that make it fastest."""
    rows = [row for name in ("peers", "whole") if name in parts for row in parts[name].rows if not row.warm]
    return {row.tool: row.amount / row.cost.wall for row in sorted(rows, key=lambda row: row.amount / row.cost.wall)}


def _curves(parts: dict[str, Part], name: str) -> dict[str, Curve]:
    curves: dict[str, Curve] = {}
    for row in parts[name].rows if name in parts else []:
        curves.setdefault(row.tool, []).append((row.amount, row.cost.wall))
    return curves

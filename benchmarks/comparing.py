"""Several tools over one folder, in turn, so that what else the machine does meets them alike."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.measure import Cost, Failed, middle
from benchmarks.peers import Installed, Setting
from benchmarks.results import Row

Run = tuple[Installed, Setting]


def compare(runs: Sequence[Run], corpus: Corpus, rounds: int, caches: Path) -> tuple[list[Row], list[str]]:
    """The middle of the rounds of each run, and a line for each tool that failed."""
    costs: dict[Run, list[Cost]] = {run: [] for run in runs}
    notes: dict[str, str] = {}
    shutil.rmtree(caches, ignore_errors=True)
    for number in range(rounds + 1):
        for run, spent in costs.items():
            tool, setting = run
            name = tool.tool.name
            if name in notes or (number == 0 and not _fills(run)):
                continue
            try:
                cost = tool.run(corpus.folder, setting, caches / name)
            except Failed as error:
                notes[name] = f"{name} failed on {corpus.folder.name}: {str(error).splitlines()[-1]}"
                print(f"{name}: {error}", file=sys.stderr)
                continue
            told = f"{'warm' if setting.warm else 'cold'}, {'every CPU' if setting.every_cpu else 'one process'}"
            print(f"  {corpus.folder.name} {number}/{rounds} {name}, {told}: {cost.wall:.2f} s", flush=True)
            if number:
                spent.append(cost)
    rows = [
        Row(
            corpus.folder.name, tool.tool.name, setting.warm, setting.every_cpu, middle(spent), rounds, corpus.megabytes
        )
        for (tool, setting), spent in costs.items()
        if len(spent) == rounds
    ]
    return rows, list(notes.values())


def _fills(run: Run) -> bool:
    """Whether it is the quickest way to fill the tool's cache, which all its warm runs share: round 0 does that."""
    tool, setting = run
    return setting.warm and setting.every_cpu == any(other.every_cpu for other in tool.settings())

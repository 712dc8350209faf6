"""How relint's cost grows: with the lines of code, with the number of rules; and what a single file costs."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.corpus import Corpus, count_lines, repeated
from benchmarks.measure import Cost, Failed, cost, middle
from benchmarks.peers import COLD_EVERY, Installed
from benchmarks.results import Row

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 5_000_000)
"""Lines of code."""

ONE_ROUND_FROM = 100_000
"""Lines from which a run is so long that once is enough."""

SINGLE = range(250, 350)
"""Lines of the file that stands for a commit."""

_LOADED = (
    "import sys\nfrom relint.cli import main\ntry: main()\nfinally: print('libcst' in sys.modules, file=sys.stderr)"
)


def by_lines(tools: Sequence[Installed], corpus: Corpus, most: int, rounds: int, place: Path) -> Iterator[Row]:
    """Cold runs with a process a CPU over 1,000 lines and more."""
    for size in SIZES:
        if size > most:
            return
        made = repeated(corpus, size, place)
        lines = made.lines()
        turns = 1 if size >= ONE_ROUND_FROM else rounds
        for tool in tools:
            costs = [tool.run(made.folder, COLD_EVERY, place) for _ in range(turns)]
            yield Row(made.folder.name, tool.tool.name, False, True, middle(costs), turns, lines)
        shutil.rmtree(made.folder)


def by_rules(relint: Installed, corpus: Corpus, rounds: int, place: Path) -> Iterator[Row]:
    """Cold runs with 1, 2, 4 ... and all rules, in an order that mixes the families."""
    listed = _output([relint.program("relint"), "rule", "--all", "--isolated", "--output-format=json"])
    codes = sorted((rule["code"] for rule in json.loads(listed) if rule["family"] != "engine"), key=_hash)
    counts = [count for count in (1, 2, 4, 8, 16, 32, 64) if count < len(codes)]
    for count in (*counts, len(codes)):
        select = f"--select={','.join(codes[:count])}"
        costs = [relint.run(corpus.folder, COLD_EVERY, place, [select]) for _ in range(rounds)]
        yield Row(corpus.folder.name, "relint", False, True, middle(costs), rounds, count)


def single_file(relint: Installed, ruff: Installed, corpus: Corpus, rounds: int, place: Path) -> Iterator[Row]:
    """A changed file as pre-commit has it checked, with a word that some rule looks for and without; caches on."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    file = place / "changed.py"
    python = [cost([relint.program("python"), "-c", "pass"], place) for _ in range(rounds)]
    yield Row("", "python -c pass", False, False, middle(python), rounds)
    checks = {"relint": [relint.program("relint"), "check", "--isolated", "--force-exclude", file.name]}
    checks["ruff"] = [ruff.program("ruff"), *ruff.tool.arguments[:-1], file.name]
    for label, chosen in _with_and_without_trigger(relint, corpus).items():
        lines = count_lines(chosen)
        for name, command in checks.items():
            costs = list(_changed_each_time(command, file, chosen.read_bytes(), rounds))
            yield Row(label, name, False, True, middle(costs), rounds, lines)


def _changed_each_time(command: list[str], file: Path, text: bytes, rounds: int) -> Iterator[Cost]:
    for number in range(rounds + 1):
        file.write_bytes(text + b"\n# change %d\n" % number)
        spent = cost(command, file.parent, good=(0, 1))
        if number:  # the first makes the cache
            yield spent


def _with_and_without_trigger(relint: Installed, corpus: Corpus) -> dict[str, Path]:
    """The first files of the corpus, of a usual length, that load the parser and that do not."""
    found: dict[str, Path] = {}
    for file in corpus.files:
        if count_lines(file) in SINGLE:
            label = "with a trigger" if _is_parsed(relint, file) else "without a trigger"
            found.setdefault(label, file)
            if len(found) == 2:
                return dict(sorted(found.items()))
    raise Failed("no files with and without a trigger among those of usual length")


def _is_parsed(relint: Installed, file: Path) -> bool:
    command = [relint.program("python"), "-c", _LOADED, "check", "--isolated", "--no-cache", "--exit-zero", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return done.stderr.split()[-1] == "True"


def _output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=True, timeout=600).stdout


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

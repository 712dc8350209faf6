"""The pieces of `python -m benchmarks`, on a tiny folder: no downloads, no peers."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import corpus, report, results
from benchmarks.comparing import compare
from benchmarks.measure import Cost, Failed, cost, middle
from benchmarks.peers import COLD_ONE, RELINT, RUFF, WARM_EVERY, Installed
from benchmarks.results import Part, Row
from benchmarks.scaling import single_file

ROOT = Path(__file__).parent.parent
CALL = "import requests\n\n\ndef ask(url):\n    return requests.get(url)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten files of five lines, and one that no tool looks at."""
    folder = tmp_path / "code"
    for name in (*(f"app/m{number}.py" for number in range(10)), "app/build/made.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(CALL, "utf-8")
    return folder


@pytest.fixture
def relint(tmp_path: Path) -> Installed:
    """This checkout, as if it were installed."""
    programs = tmp_path / "tool" / "bin"
    programs.mkdir(parents=True)
    for name, arguments in (("relint", "-m relint"), ("python", "")):
        (programs / name).write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {arguments} "$@"\n', "utf-8"
        )
        (programs / name).chmod(0o755)
    return Installed(RELINT, tmp_path / "tool", "0")


def test_the_cost_of_a_command(tmp_path: Path) -> None:
    spent = cost([sys.executable, "-c", "import time; kept = b'x' * 200_000_000; time.sleep(0.3)"], tmp_path)
    assert 0.3 < spent.wall < 30
    assert 200 < spent.memory < 300
    with pytest.raises(Failed, match="exit code 3\nwhy"):
        cost([sys.executable, "-c", "import sys; print('why'); sys.exit(3)"], tmp_path)
    with pytest.raises(Failed, match="ZeroDivisionError"):
        cost([sys.executable, "-c", "1 / 0"], tmp_path, good=(0, 1))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands on orphans")
def test_processes_that_outlive_their_parent_are_counted(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    spent = cost([sys.executable, "-c", leave], tmp_path)
    assert spent.cpu > 0.5


def test_the_middle_of_costs() -> None:
    assert middle([Cost(1, 5, 7), Cost(2, 3, 9), Cost(9, 4, 8)]) == Cost(2, 4, 9)


def test_parts_of_the_corpus(folder: Path, tmp_path: Path) -> None:
    whole = corpus.read(folder)
    assert len(whole.files) == 10
    assert whole.size == 10 * len(CALL)
    some = corpus.part(whole, 2.5 * len(CALL) / 1e6, tmp_path / "slices")
    assert len(some.files) == 3
    names = [file.relative_to(some.folder) for file in some.files]
    assert names == [file.relative_to(folder) for file in whole.files[:3]], "the first of the same order"
    assert all(file.read_text("utf-8") == CALL for file in some.files)


def test_more_lines_than_there_are(folder: Path, tmp_path: Path) -> None:
    made = corpus.repeated(corpus.read(folder), 123, tmp_path)
    assert len(made.files) == 25
    assert made.lines() == 125


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_comparing_and_reporting(folder: Path, relint: Installed, tmp_path: Path) -> None:
    broken = Installed(
        dataclasses.replace(RUFF, name="relint broken", arguments=("--no-such-option", ".")), relint.folder, ""
    )
    runs = [(relint, COLD_ONE), (relint, WARM_EVERY), (broken, COLD_ONE)]
    rows, notes = compare(runs, corpus.read(folder), 2, tmp_path / "caches")
    assert [(row.tool, row.warm, row.rounds) for row in rows] == [("relint", False, 2), ("relint", True, 2)]
    assert notes[0].startswith("relint broken failed on code")
    assert (tmp_path / "caches" / "relint").is_dir(), "the warm run had a cache"

    ruff = [Row(row.folder, "ruff", row.warm, row.every_cpu, Cost(row.cost.wall / 4, 1, 1), 2, 1) for row in rows]
    results.save(Part(results.facts(), [*rows, *ruff], notes), "peers", tmp_path)
    results.save(
        Part({}, [Row("", "relint", False, True, Cost(lines / 1e4, 1, 1), 1, lines) for lines in (9, 99)]),
        "lines",
        tmp_path,
    )
    report.write(results.load(tmp_path), tmp_path)
    text = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "| ruff's time, cold | at most 5 times | 4.0 times | met |" in text
    assert "| ruff's time, warm | at most 1 times | 4.0 times | missed |" in text
    assert "| relint | 99 | 0.01 |" in text
    assert "- relint broken failed" in text
    ElementTree.parse(tmp_path / "RESULTS.svg")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_single_file(relint: Installed, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "with.py").write_text(CALL + "x = 1\n" * 290, "utf-8")
    (code / "without.py").write_text("x = 1\n" * 300, "utf-8")
    as_ruff = Installed(dataclasses.replace(RUFF, arguments=("check", "--isolated", ".")), relint.folder, "")
    (relint.folder / "bin" / "ruff").symlink_to("relint")
    rows = list(single_file(relint, as_ruff, corpus.read(code), 1, tmp_path / "single"))
    assert [(row.tool, row.folder) for row in rows] == [
        ("python -c pass", ""),
        *((tool, f"{which} a trigger") for which in ("with", "without") for tool in ("relint", "ruff")),
    ]
    assert (code / "with.py").read_text("utf-8").endswith("x = 1\n"), "the corpus is left alone"

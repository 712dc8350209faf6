"""What relint costs, beside other linters; writes RESULTS.md and RESULTS.svg beside this file.

    python -m benchmarks WORK                 # everything: hours on two cores
    python -m benchmarks WORK --quick         # does it work? minutes, and numbers that mean nothing
    python -m benchmarks WORK --parts whole   # one part; what was measured before is kept and reported beside it

Run from a checkout. WORK keeps the downloads, an environment for each tool, the caches and the results; nothing of
it is needed afterwards. Close what else runs on the machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import corpus as files
from benchmarks import report, results, scaling
from benchmarks.comparing import Run, compare
from benchmarks.corpus import Corpus
from benchmarks.measure import Failed
from benchmarks.peers import PEERS, RELINT, RUFF, Installed, Tool, install
from benchmarks.results import Part, Row

HERE = Path(__file__).parent
QUICK = {"rounds": 1, "whole": 0.5, "large": 0.5, "medium": 0.3, "small": 0.1, "max_lines": 10_000}


class Benchmark:
    """The parts, over one corpus."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.work: Path = options.work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.corpus = files.read((options.corpus or files.download(self.work)).resolve())
        self.notes: list[str] = []
        self.relint = self.installed(RELINT)
        self.ruff = self.installed(RUFF)

    def installed(self, tool: Tool) -> Installed:
        """The tool; raise `Failed` where it does not install."""
        print(f"installing {tool.name}", flush=True)
        return install(tool, self.work / "tools")

    def slice(self, name: str) -> Corpus:
        """The `whole`, `large`, `medium` or `small` part of the corpus."""
        return files.part(self.corpus, getattr(self.options, name), self.work / "slices")

    def whole(self) -> list[Row]:
        """relint and ruff over everything."""
        chosen = self.slice("whole") if self.options.whole else self.corpus
        self.notes.append(f"{len(chosen.files)} files, {chosen.lines():,} lines")
        return self.compared(_runs([self.relint, self.ruff]), chosen)

    def peers(self) -> list[Row]:
        """Each peer over the slice that it can manage, and relint over the same."""
        found: list[Row] = []
        tools = list(self.all_peers())
        for name in ("large", "medium", "small"):
            chosen = [self.relint, *(tool for tool in tools if tool.tool.slice == name)]
            runs = _runs(chosen)
            if name != "large":  # nothing there but relint has a cache
                runs = [(tool, setting) for tool, setting in runs if not setting.warm]
            found += self.compared(runs, self.slice(name))
        return found

    def all_peers(self) -> Iterable[Installed]:
        """Those that install; the others get a note."""
        for tool in PEERS:
            try:
                done = self.installed(tool)
            except Failed as error:
                print(error, file=sys.stderr)
                self.notes.append(f"{tool.name}: skipped, {' '.join(tool.pinned)} does not install here")
                continue
            self.notes.append(f"{tool.name} {done.version}: {tool.rules}")
            yield done

    def compared(self, runs: list[Run], chosen: Corpus) -> list[Row]:
        """The rows; what failed goes to the notes."""
        rows, notes = compare(runs, chosen, self.options.rounds, self.work / "caches")
        self.notes += notes
        return rows

    def lines(self) -> list[Row]:
        """How the cost grows with the code."""
        place, options = self.work / "lines", self.options
        return list(scaling.by_lines([self.relint, self.ruff], self.corpus, options.max_lines, options.rounds, place))

    def rules(self) -> list[Row]:
        """How the cost grows with the rules."""
        chosen = self.slice("medium")
        self.notes.append(f"{chosen.megabytes:.1f} MB, {len(chosen.files)} files, all rules, also those off by default")
        return list(scaling.by_rules(self.relint, chosen, self.options.rounds, self.work / "caches"))

    def single(self) -> list[Row]:
        """What a commit waits for."""
        rounds = max(3, 3 * self.options.rounds)
        return list(scaling.single_file(self.relint, self.ruff, self.corpus, rounds, self.work / "single"))

    def run(self) -> None:
        """Measure the chosen parts and report after each, so that nothing is lost."""
        parts: dict[str, Callable[[], list[Row]]] = {
            "single": self.single,
            "rules": self.rules,
            "lines": self.lines,
            "peers": self.peers,
            "whole": self.whole,
        }
        for name in self.options.parts:
            print(f"{name}:", flush=True)
            facts, self.notes = results.facts(), []
            facts["relint"] = self.relint.version
            results.save(Part(facts, parts[name](), self.notes), name, self.work)
            report.write(results.load(self.work), self.options.output or HERE)


def _runs(tools: list[Installed]) -> list[Run]:
    return [(tool, setting) for tool in tools for setting in tool.settings()]


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options; `--quick` replaces the sizes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ["single", "rules", "lines", "peers", "whole"]
    parser.add_argument("work", type=Path, metavar="WORK", help="a folder for everything that is made")
    parser.add_argument("--parts", type=lambda text: text.split(","), default=parts, help=f"some of {','.join(parts)}")
    parser.add_argument("--rounds", type=int, default=5, help="runs of which the median is taken (default: 5)")
    parser.add_argument("--whole", type=float, metavar="MB", help="how much of it is the whole (default: all)")
    parser.add_argument("--large", type=float, default=8, metavar="MB", help="slice for ruff and bandit (default: 8)")
    parser.add_argument("--medium", type=float, default=2, metavar="MB", help="for pylint, semgrep, rules (default: 2)")
    parser.add_argument("--small", type=float, default=0.5, metavar="MB", help="for flake8 and Fixit (default: 0.5)")
    parser.add_argument("--max-lines", type=int, default=5_000_000, help="where the curve ends (default: 5,000,000)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="lint this instead of the pinned packages")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the results go (default: beside the program)")
    parser.add_argument("--quick", action="store_true", help="one round over very little, to try the program")
    options = parser.parse_args(arguments)
    if unknown := [part for part in options.parts if part not in parts]:
        parser.error(f"no such part: {', '.join(unknown)}")
    if options.quick:
        vars(options).update(QUICK)
    return options


def main() -> int:
    """Measure and report."""
    try:
        Benchmark(parse_arguments(sys.argv[1:])).run()
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

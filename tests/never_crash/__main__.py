"""The full run; see the package."""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Callable, Iterator

from relint.source import Source, Unreadable, decode

from .mutations import mutant
from .properties import DEFAULT, EVERYTHING, lost_by_the_funnel, violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.never_crash", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files and folders (default: all that Python can import)")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="also N mutants of each file")
    parser.add_argument("--funnel", action="store_true", help="compare findings with and without the funnel instead")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth file only")
    options = parser.parse_args()
    roots = options.paths or [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    wanted = lost if options.funnel else broken
    files = sorted({file for root in roots for file in _files(root)})[:: options.every]
    began, wrong = time.monotonic(), 0
    with ProcessPoolExecutor(options.jobs) as pool:
        look = partial(examine, looking_for=wanted, mutants=options.mutants, seed=options.seed)
        for number, found in enumerate(pool.map(look, files), 1):
            for violation in found:
                wrong += 1
                print(violation, flush=True)
            if number % 200 == 0:
                print(f"{number}/{len(files)} files, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"{len(files)} files, {options.mutants} mutants each: {wrong} violations")
    return 1 if wrong else 0


def _files(root: Path) -> Iterator[Path]:
    return root.rglob("*.py") if root.is_dir() else iter((root,))


def examine(path: Path, *, looking_for: Callable[[Source, bool], list[str]], mutants: int, seed: int) -> list[str]:
    """What is wrong with a file and its mutants, each told with the seed that makes it again."""
    try:
        source = decode(str(path), path.read_bytes())
    except (Unreadable, OSError):
        return []
    wrong = looking_for(source, True)
    for number in range(mutants):
        own = zlib.crc32(f"{path.name}:{seed + number}".encode())
        text = mutant(source.text, own)
        try:
            source_of_mutant = decode(str(path), text.encode(source.encoding, "replace"))
        except Unreadable:
            continue
        wrong += [f"mutant {own}: {violation}" for violation in looking_for(source_of_mutant, False)]
    return wrong


def broken(source: Source, whole: bool) -> list[str]:
    """Crashes and broken fixes; in a mutant a fix may be taken back."""
    return violations(source, notes=whole)


def lost(source: Source, whole: bool) -> list[str]:
    """What the funnel loses, of the rules that are on by default and of all."""
    return [line for settings in (DEFAULT, EVERYTHING) for line in lost_by_the_funnel(source, settings)]


if __name__ == "__main__":
    sys.exit(main())

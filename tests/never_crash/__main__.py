"""The full run; see the package."""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Iterator

from relint.source import Unreadable, decode

from .mutations import mutant
from .properties import violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.never_crash", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files and folders (default: all that Python can import)")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="also N mutants of each file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth file only")
    options = parser.parse_args()
    roots = options.paths or [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    files = sorted({file for root in roots for file in _files(root)})[:: options.every]
    began, wrong = time.monotonic(), 0
    with ProcessPoolExecutor(options.jobs) as pool:
        tries = [options.mutants] * len(files), [options.seed] * len(files)
        for number, found in enumerate(pool.map(examine, files, *tries, chunksize=1), 1):
            for violation in found:
                wrong += 1
                print(violation, flush=True)
            if number % 200 == 0:
                print(f"{number}/{len(files)} files, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"{len(files)} files, {options.mutants} mutants each: {wrong} violations")
    return 1 if wrong else 0


def _files(root: Path) -> Iterator[Path]:
    return root.rglob("*.py") if root.is_dir() else iter((root,))


def examine(path: Path, mutants: int, seed: int) -> list[str]:
    """The violations of a file and its mutants, each told with the seed that makes it again."""
    try:
        source = decode(str(path), path.read_bytes())
    except (Unreadable, OSError):
        return []
    wrong = violations(source)
    for number in range(mutants):
        own = zlib.crc32(f"{path.name}:{seed + number}".encode())
        text = mutant(source.text, own)
        try:
            source_of_mutant = decode(str(path), text.encode(source.encoding, "replace"))
        except Unreadable:
            continue
        wrong += [f"mutant {own}: {violation}" for violation in violations(source_of_mutant, notes=False)]
    return wrong


if __name__ == "__main__":
    sys.exit(main())

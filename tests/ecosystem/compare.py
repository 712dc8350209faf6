"""What changes in relint's findings on real packages between two commits.

    python tests/ecosystem/compare.py BASE [HEAD] [--package NAME ...] [--rule CODE ...] [--summary]

Run by hand from a checkout, in an environment with relint's dependencies. The packages and versions of packages.toml
are downloaded once into a cache folder. Each commit is laid out as it would be installed, and runs in a process of its
own, so the working tree does not matter. (An editable install of relint in the environment would lend a commit the
modules that the commit lacks: both commits must be whole.)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "relint-ecosystem"


class Failed(Exception):
    """A command failed; the message holds what it printed."""


@dataclass(frozen=True, order=True)
class Found:
    """A finding, comparable between two runs; `path` is relative to the package."""

    package: str
    code: str
    path: str
    row: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.package}/{self.path}:{self.row}:{self.column}: {self.code} {self.message}"


def main() -> int:
    arguments = parse_arguments()
    pinned = read_packages(arguments.package)
    added_or_removed: Counter[tuple[str, str, str]] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="relint-ecosystem-") as work:
        base = lay_out(arguments.base, Path(work) / "base")
        head = lay_out(arguments.head, Path(work) / "head")
        for name, version in pinned.items():
            try:
                source = fetch(name, version, arguments.cache)
                before, seconds_before = check(base, name, source, arguments.rule)
                after, seconds_after = check(head, name, source, arguments.rule)
            except Failed as error:
                failures += 1
                print(f"{name} {version}: {error}", file=sys.stderr)
                continue
            seconds = f"{seconds_before:.1f} -> {seconds_after:.1f} s"
            print(f"{name} {version}: {before.total()} -> {after.total()} findings, {seconds}", flush=True)
            for sign, found in differences(before, after):
                added_or_removed[found.code, name, sign] += 1
                if not arguments.summary:
                    print(f"  {sign} {found}")
    print_summary(added_or_removed)
    return 1 if failures else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="the commit to compare with")
    parser.add_argument("head", nargs="?", default="HEAD", help="the commit to judge (default: HEAD)")
    parser.add_argument("--package", action="append", default=[], help="only this package (repeatable)")
    parser.add_argument("--rule", action="append", default=[], help="only this rule code (repeatable)")
    parser.add_argument("--summary", action="store_true", help="counts only")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where packages are kept (default: {CACHE})")
    return parser.parse_args()


def read_packages(chosen: list[str]) -> dict[str, str]:
    """Name -> pinned version; all of them when none is chosen."""
    pinned: dict[str, str] = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))["packages"]
    unknown = [name for name in chosen if name not in pinned]
    if unknown:
        raise SystemExit(f"not in packages.toml: {', '.join(unknown)}")
    return {name: pinned[name] for name in chosen} if chosen else pinned


def lay_out(commit: str, folder: Path) -> Path:
    """The commit's relint/ with rules/ and fixers/ inside, as the wheel has them, so that no other relint mixes in."""
    checkout = folder.with_name(folder.name + "-checkout")
    try:
        run(["git", "-C", str(ROOT), "worktree", "add", "--quiet", "--detach", str(checkout), commit])
    except Failed as error:
        raise SystemExit(f"cannot check out {commit}: {error}") from error
    try:
        shutil.copytree(checkout / "relint", folder / "relint")
        for name in ("rules", "fixers"):
            shutil.copytree(checkout / name, folder / "relint" / name)
    finally:
        run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(checkout)])
    return folder


def fetch(name: str, version: str, cache: Path) -> Path:
    """The folder with the unpacked wheel."""
    source = cache / f"{name}-{version}"
    if source.exists():
        return source
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", work]
        run([*pip, f"{name}=={version}"])
        (wheel,) = Path(work).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(work) / "source")
        (Path(work) / "source").rename(source)
    return source


def check(tree: Path, name: str, source: Path, rules: list[str]) -> tuple[Counter[Found], float]:
    """The findings of the relint in `tree`, and the seconds it took."""
    command = [sys.executable, "-m", "relint", "check", "--isolated", "--output-format", "json", "--exit-zero"]
    if rules:
        command += ["--select", ",".join(rules)]
    started = time.monotonic()
    output = run([*command, str(source)], cwd=tree, good=(0, 2))  # 2: a rule crashed, which is a finding too
    seconds = time.monotonic() - started
    try:
        items = json.loads(output)
    except json.JSONDecodeError as error:
        raise Failed(f"no JSON but {output[:200]!r}") from error
    return Counter(read_findings(name, source, items)), seconds


def read_findings(name: str, source: Path, items: Iterable[dict[str, object]]) -> Iterator[Found]:
    for item in items:
        location = item["location"]
        assert isinstance(location, dict)
        path = os.path.relpath(str(item["filename"]), source)
        yield Found(name, str(item["code"]), path, location["row"], location["column"], str(item["message"]))


def differences(before: Counter[Found], after: Counter[Found]) -> Iterator[tuple[str, Found]]:
    changes = [("-", found) for found in (before - after).elements()]
    changes += [("+", found) for found in (after - before).elements()]
    return iter(sorted(changes, key=lambda change: (change[1], change[0])))


def print_summary(counts: Counter[tuple[str, str, str]]) -> None:
    """One line a rule and package, then the totals of each rule."""
    print("\nadded and removed findings" if counts else "\nno differences")
    for code in sorted({code for code, _, _ in counts}):
        packages = sorted({package for other, package, _ in counts if other == code})
        for package in packages:
            print(f"  {code}  {package:<32} +{counts[code, package, '+']:<5} -{counts[code, package, '-']}")
        if len(packages) > 1:
            added, removed = (sum(counts[code, package, sign] for package in packages) for sign in "+-")
            print(f"  {code}  {'all':<32} +{added:<5} -{removed}")


def run(command: list[str], cwd: Path | None = None, good: tuple[int, ...] = (0,)) -> str:
    environment = {**os.environ, "RELINT_NO_CACHE": "1", "PYTHONPATH": ""}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode not in good or (done.returncode and not done.stdout):
        raise Failed(f"exit code {done.returncode}\n{(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

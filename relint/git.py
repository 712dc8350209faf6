"""What git knows of the files: the lines that changed since a revision, and files that were renamed."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from relint.errors import ConfigError

_PATCH = ("--unified=0", "-M", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/")
_BLAME = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)")
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_CONTROL = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}


@dataclass(frozen=True)
class Changes:
    """Changed lines by absolute path: ranges of first and last line; None for a file that is new as a whole."""

    lines: Mapping[str, list[tuple[int, int]] | None]

    def touch(self, path: str) -> bool:
        """Whether anything in the file changed."""
        return os.path.realpath(path) in self.lines

    def meet(self, path: str, first: int, last: int) -> bool:
        """Whether one of the lines from `first` to `last` changed."""
        ranges = self.lines.get(os.path.realpath(path), [])
        return ranges is None or any(start <= last and first <= end for start, end in ranges)


def changes_since(revision: str, folder: Path) -> Changes:
    """What changed in the working tree since the merge base of `revision` and HEAD.

    Staged, unstaged and untracked changes count. Raises ConfigError when `folder` is in no repository or there is no
    such revision.
    """
    root = _root(folder)
    commit = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not commit:
        raise ConfigError(f"--diff-base: {revision!r} is no revision here")
    base = _run(root, "merge-base", commit, "HEAD").strip() or commit
    patch = _run(root, "diff", *_PATCH, base)
    lines: dict[str, list[tuple[int, int]] | None] = dict(_changed_lines(patch, root))
    for name in _run(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if name:
            lines[os.path.realpath(root / name)] = None
    return Changes(lines)


def _changed_lines(patch: str, root: Path) -> dict[str, list[tuple[int, int]]]:
    changed: dict[str, list[tuple[int, int]]] = {}
    current: list[tuple[int, int]] = []
    header = True
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            header = True
        elif header and line.startswith("+++ "):
            name = _unquoted(line[4:].rstrip("\t"))
            current = changed.setdefault(os.path.realpath(root / name[2:]), []) if name != "/dev/null" else []
        elif found := _HUNK.match(line):
            header = False
            first, count = int(found[1]), int(found[2] or 1)
            if count:
                current.append((first, first + count - 1))
    return changed


def _unquoted(name: str) -> str:
    """A path as git prints it in a patch: C-quoted when it holds odd characters."""
    if not name.startswith('"'):
        return name
    raw = os.fsencode(name[1:-1])
    return os.fsdecode(_ESCAPE.sub(lambda found: bytes([_CONTROL.get(found[1]) or int(found[1], 8)]), raw))


def head(folder: Path) -> str | None:
    """The commit that is checked out; None outside a repository or before the first commit."""
    try:
        return _run(_root(folder), "rev-parse", "--verify", "--quiet", "HEAD").strip() or None
    except ConfigError:
        return None


def renames_since(commit: str, folder: Path) -> dict[str, str]:
    """Old -> new absolute path of the files renamed since `commit`; empty when git cannot tell."""
    try:
        root = _root(folder)
    except ConfigError:
        return {}
    names = _run(root, "diff", "--name-status", "-M", "-z", "--diff-filter=R", commit).split("\0")
    renames = {}
    for status, old, new in zip(names[::3], names[1::3], names[2::3], strict=False):
        if status.startswith("R"):
            renames[os.path.realpath(root / old)] = os.path.realpath(root / new)
    return renames


def days_of_lines(path: str) -> dict[int, datetime.date | None]:
    """The day each line of a file was last changed; None for lines not committed, empty when git does not know it."""
    folder, name = os.path.split(os.path.abspath(path))
    days: dict[int, datetime.date | None] = {}
    by_commit: dict[str, datetime.date] = {}
    commit, line = "", 0
    for text in _run(Path(folder), "blame", "--porcelain", "--", name).split("\n"):
        if found := _BLAME.match(text):
            commit, line = found[1], int(found[2])
        elif text.startswith("author-time "):
            seconds = int(text.split()[1])
            by_commit[commit] = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date()
        elif text.startswith("\t"):
            days[line] = by_commit[commit] if commit.strip("0") else None
    return days


def _root(folder: Path) -> Path:
    top = _run(folder, "rev-parse", "--show-toplevel").rstrip("\n")
    if not top:
        raise ConfigError(f"{folder} is in no git repository")
    return Path(top)


def _run(folder: Path, *arguments: str) -> str:
    """What git prints; empty when it fails. Raises ConfigError when there is no git."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ConfigError("git is not installed") from error
    return os.fsdecode(done.stdout) if done.returncode == 0 else ""

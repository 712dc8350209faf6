"""The findings a project has accepted for now: only new ones fail.

A baseline file holds, for every finding, its code, path, enclosing function, and a digest of its statement without
formatting; no line numbers. So it survives moved lines, reformatting and (with git) renamed files. Equal findings are
counted: one more of them is a new one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

from relint import git
from relint.engine_rules import UNCHECKED
from relint.errors import ConfigError
from relint.model import Diagnostic

VERSION = 1


@dataclass(frozen=True, order=True)
class Entry:
    """What one accepted finding is known by; `path` is relative to the baseline's folder, with `/`."""

    path: str
    code: str
    scope: str
    statement: str


@dataclass
class Baseline:
    """The accepted findings, and how many of each are still to be met in this run."""

    file: Path
    entries: Counter[Entry]
    unmet: Counter[Entry] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.unmet = Counter(self.entries)

    def accepts(self, diagnostic: Diagnostic) -> bool:
        """Whether the finding is an accepted one; each entry accepts as many as were counted."""
        found = entry(diagnostic, self.file)
        if diagnostic.code in UNCHECKED or self.unmet[found] <= 0:
            return False
        self.unmet[found] -= 1
        return True

    def checked(self, path: str) -> None:
        """Say that a file was checked: what is unmet there is stale."""
        self.paths.add(relative(path, self.file))

    def stale(self) -> list[Entry]:
        """Accepted findings that are gone: of the files checked, and of files that are there no more."""
        base = self.file.parent
        return sorted(
            one
            for one, count in self.unmet.items()
            if count > 0 and (one.path in self.paths or not (base / one.path).exists())
        )


def load(file: Path, *, renames: bool = True) -> Baseline:
    """Read a baseline, its paths brought up to date by git; raises ConfigError when it is missing or broken.

    `renames=False` does without git, which runs what the repository's settings name.
    """
    try:
        data = json.loads(file.read_bytes())
        if data["version"] != VERSION:
            raise ConfigError(f"{file}: baseline version {data['version']!r}; this relint reads version {VERSION}")
        rows = [(Entry(*(str(row[key]) for key in _KEYS)), int(row.get("count", 1))) for row in data["findings"]]
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; write it with relint baseline") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{file}: is no baseline; write it anew with relint baseline") from error
    moved = _renames(data.get("commit"), file) if renames else {}
    entries: Counter[Entry] = Counter()
    for one, count in rows:
        entries[Entry(moved.get(one.path, one.path), one.code, one.scope, one.statement)] += count
    return Baseline(file, entries)


def entries(findings: Iterable[Diagnostic], file: Path) -> Counter[Entry]:
    """The entries that a baseline at `file` has for these findings."""
    return Counter(entry(each, file) for each in findings if each.code not in UNCHECKED)


def write(file: Path, entries: Counter[Entry]) -> int:
    """Write a baseline of these entries; returns how many findings it accepts."""
    rows = [
        {key: getattr(one, key) for key in _KEYS} | ({"count": count} if count > 1 else {})
        for one, count in sorted(entries.items())
        if count > 0
    ]
    head = {"version": VERSION, "commit": git.head(file.parent)}
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    body = json.dumps(head, indent=2)[:-2] + ',\n  "findings": [' + (f"\n{lines}\n  " if rows else "") + "]\n}\n"
    file.write_text(body, "utf-8", newline="\n")
    return sum(entries.values())


_KEYS = ("path", "code", "scope", "statement")


def entry(diagnostic: Diagnostic, file: Path) -> Entry:
    """What the finding is known by in the baseline at `file`."""
    digest = hashlib.sha256(diagnostic.statement.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Entry(relative(diagnostic.path, file), diagnostic.code, diagnostic.scope, digest)


def relative(path: str, file: Path) -> str:
    """A path as the baseline at `file` writes it."""
    return os.path.relpath(os.path.abspath(path), os.path.abspath(file.parent)).replace(os.sep, "/")


def _renames(commit: object, file: Path) -> dict[str, str]:
    if not isinstance(commit, str):
        return {}
    base = os.path.realpath(file.parent)
    return {
        os.path.relpath(old, base).replace(os.sep, "/"): os.path.relpath(new, base).replace(os.sep, "/")
        for old, new in git.renames_since(commit, file.parent).items()
    }

"""`relint new FAMILY NAME`: the files of a new rule, with the next free code, ready to be filled in."""

from __future__ import annotations

import re
from pathlib import Path

from relint.errors import ConfigError
from relint.registry import read_rule

FAMILIES = (
    "http", "transactions", "concurrency", "sql", "migrations", "retries", "jobs", "coordination", "operations",
)  # fmt: skip
"""Family folders; the first digit of a code is the family's place here, from 1."""

_RULE = '''\
"""TODO: what is found, in one sentence.

## Why it is bad
TODO: what happens, and when.

## Example
```python
import {word}

{word}.call()
```

## Use instead
```python
import {word}

{word}.call(timeout=10)
```

## Fix safety
Unsafe: TODO what may change on the success path.

## References
- https://example.com/ TODO: where the fact is documented
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule

rule = Rule(
    code="{code}",
    imports=("{word}",),
    words=("call",),
    fix="unsafe",
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name == "{word}.call" and ctx.keyword(node, "timeout") is None:
        yield rule.finding(node, f"`{{name}}` TODO: what will happen")
'''

_FIXER = '''\
"""TODO: what the fix writes."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.rules.{family}.{module} import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    return Fix("Add `timeout=10`", edits.set_keyword(ctx, call, "timeout", "10"))
'''

_INVALID = """\
import {word}

{word}.call()  # expect: {code}
"""

_FIXED = """\
import {word}

{word}.call(timeout=10)
"""

_VALID = """\
import {word}

{word}.call(timeout=10)


def call():
    return None


call()
"""


def new(root: Path, family: str, name: str) -> list[Path]:
    """Write rule, fixer and fixtures of a new rule under `root`; returns their paths.

    Raises ConfigError for an unknown family, a bad name, a rule that exists, or a folder that is no relint checkout.
    """
    if family not in FAMILIES:
        raise ConfigError(f"unknown family {family!r}: one of {', '.join(FAMILIES)}")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ConfigError(f"{name!r} is no rule name: lower-case words joined by hyphens")
    if not (root / "rules" / family).is_dir():
        raise ConfigError(f"{root} holds no rules/{family}: run this in a checkout of relint")
    module = name.replace("-", "_")
    words = {"family": family, "module": module, "word": name.split("-")[0], "code": next_code(root, family)}
    fixtures = root / "fixtures" / family / module
    files = {
        root / "rules" / family / f"{module}.py": _RULE,
        root / "fixers" / family / f"{module}.py": _FIXER,
        fixtures / "invalid.py": _INVALID,
        fixtures / "valid.py": _VALID,
        fixtures / "fixed.py": _FIXED,
    }
    for path in files:
        if path.exists():
            raise ConfigError(f"{path} exists already")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), "utf-8", newline="\n")
    return list(files)


def next_code(root: Path, family: str) -> str:
    """The lowest code of the family above all that are taken."""
    digit = FAMILIES.index(family) + 1
    entries = (read_rule(path, family, path.stem) for path in (root / "rules" / family).glob("*.py"))
    taken = [int(entry["code"][3:]) for entry in entries if entry is not None]
    return f"REL{max([digit * 100, *taken]) + 1}"

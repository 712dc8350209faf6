"""The engine's own codes: what is wrong with a file or a suppression before any rule looks at it."""

from __future__ import annotations

from relint.model import RuleInfo, Safety, Severity

ENGINE_FAMILY = "engine"
INTERNAL_ERROR = "REL000"
SYNTAX_ERROR = "REL001"
UNREADABLE_FILE = "REL002"
UNUSED_SUPPRESSION = "REL003"
UNKNOWN_SUPPRESSION_CODE = "REL004"
SUPPRESSION_WITHOUT_REASON = "REL005"

UNCHECKED = frozenset({INTERNAL_ERROR, SYNTAX_ERROR, UNREADABLE_FILE})
"""What says that a file, or a rule on it, was not checked, and so may hide anything.

No comment silences these, no baseline accepts them, no fix may bring them about.
"""

_PAGES: dict[str, tuple[str, str]] = {
    INTERNAL_ERROR: (
        "internal-error",
        """A rule crashed on this file.

## Why it is bad
The rule's findings for this file are missing; those of all other rules are there. The exit code is 2, so that a crash
never passes for a clean file. It is a bug of relint or of a plugin: please report it with the message.
""",
    ),
    SYNTAX_ERROR: (
        "syntax-error",
        """The file is not valid Python, so no rule could read it.

## Why it is bad
Reported only for files that hold a word some rule looks for; other files are never parsed.
""",
    ),
    UNREADABLE_FILE: (
        "unreadable-file",
        """The file cannot be read as Python source.

## Why it is bad
It does not exist, may not be read, is not in the encoding it declares, holds NUL bytes, or nests too deeply. What
cannot be read is not checked, and a linter that stays silent about it would lie.
""",
    ),
    UNUSED_SUPPRESSION: (
        "unused-suppression",
        """A suppression comment silences nothing.

## Why it is bad
A comment that outlived its finding hides the next one on that line. Only codes that are switched on in the run are
judged.

## Example
```python
total = 1  # relint: ignore[REL101]
```

## Use instead
```python
total = 1
```

## Fix safety
Safe: only the comment changes.
""",
    ),
    UNKNOWN_SUPPRESSION_CODE: (
        "unknown-suppression-code",
        """A suppression comment names a rule that does not exist.

## Why it is bad
It is a typing error, and the finding it was meant for is still reported.
""",
    ),
    SUPPRESSION_WITHOUT_REASON: (
        "suppression-without-reason",
        """A suppression comment does not say why.

## Why it is bad
Nobody can tell later whether the reason still holds. Reported only where the project sets `require-reason = true`.

## Use instead
```python
requests.get(url)  # relint: ignore[REL101] the job is killed after a minute anyway
```
""",
    ),
}

ENGINE_RULES: dict[str, RuleInfo] = {
    code: RuleInfo(
        code=code,
        name=name,
        family=ENGINE_FAMILY,
        module="",
        summary=page.partition("\n")[0],
        severity=Severity.ERROR if code == INTERNAL_ERROR else Severity.WARNING,
        fix=Safety.SAFE if code == UNUSED_SUPPRESSION else None,
        tests=True,
    )
    for code, (name, page) in _PAGES.items()
}


def page(code: str) -> str:
    """The documentation of an engine code, without its title."""
    return _PAGES[code][1]

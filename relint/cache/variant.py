"""What the findings of a file depend on besides its text and other files: settings, relint itself, and Python."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Mapping

from relint.digests import digest

if TYPE_CHECKING:
    from relint.settings import Settings

_WITHOUT_EFFECT = frozenset(
    {
        # which files are checked, and what is made of the findings
        *("source", "exclude", "extend_exclude", "respect_gitignore", "force_exclude"),
        *("output_format", "baseline", "fail_on"),
    }
)


def key(settings: Settings, noqa: bool, build: str) -> str:
    """Equal for runs whose findings in one text are the same. `build` stands for relint itself."""
    values = {
        field.name: getattr(settings, field.name) for field in fields(settings) if field.name not in _WITHOUT_EFFECT
    }
    return digest(f"{build} {sys.version} {noqa} {_canonical(values)}".encode("utf-8", "surrogatepass"))


def _canonical(value: Any) -> str:
    """A text that is the same in every process: sets are sorted."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_canonical(k)}:{_canonical(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (frozenset, set)):
        return "{" + ",".join(sorted(map(_canonical, value))) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, PurePath):
        return repr(str(value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__ + _canonical({field.name: getattr(value, field.name) for field in fields(value)})
    return repr(value)

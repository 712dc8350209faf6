"""`gitlab`: a Code Quality report.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator

from relint.fingerprint import fingerprints
from relint.model import Diagnostic, Position, Severity
from relint.report import Checked
from relint.report.json import dump
from relint.report.style import Style

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One JSON list. Fingerprints hold no line number, so a finding that moved is not a new one."""
    issues = []
    for _text, diagnostics in files:
        path = _path(diagnostics[0].path) if diagnostics else ""
        issues += [_issue(each, path, fingerprint) for each, fingerprint in fingerprints(diagnostics, path)]
    yield dump(issues) + "\n"


def _path(path: str) -> str:
    """Relative to the project that GitLab checked out, else to the working folder."""
    root = os.environ.get("CI_PROJECT_DIR") or os.getcwd()
    relative = os.path.relpath(os.path.abspath(path), root)
    return relative.replace(os.sep, "/")


def _issue(diagnostic: Diagnostic, path: str, fingerprint: str) -> dict[str, Any]:
    return {
        "check_name": diagnostic.code,
        "description": f"{diagnostic.code}: {diagnostic.message}",
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": path,
            "positions": {"begin": _position(diagnostic.start), "end": _position(diagnostic.end)},
        },
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}

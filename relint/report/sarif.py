"""`sarif`: SARIF 2.1.0, for code scanning.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub reads of it:
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterable, Iterator
from urllib.parse import quote

from relint import __version__
from relint.fingerprint import fingerprints
from relint.lines import Lines
from relint.model import Diagnostic, Fix, Position, RuleInfo, Safety, Severity
from relint.registry import catalogue, page
from relint.report import Checked
from relint.report.json import dump
from relint.report.style import Style

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One run with its rules and results. Columns count UTF-16 code units, as SARIF does by default."""
    results: list[dict[str, Any]] = []
    found: dict[str, str] = {}
    for text, diagnostics in files:
        if diagnostics:
            lines = Lines(text)
            uri = _uri(diagnostics[0].path)
            for diagnostic, fingerprint in fingerprints(diagnostics, uri):
                found[diagnostic.code] = diagnostic.name
                results.append(_result(diagnostic, uri, fingerprint, lines))
    rules = [_rule(code, name) for code, name in sorted(found.items())]
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = places[result["ruleId"]]
    driver = {
        "name": "relint",
        "informationUri": "https://relint.readthedocs.io/",
        "semanticVersion": __version__,
        "rules": rules,
    }
    root = Path.cwd().as_uri() + "/"
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"%SRCROOT%": {"uri": root}},
        "results": results,
    }
    yield dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(code: str, name: str) -> dict[str, Any]:
    info = catalogue().get(code)
    if info is None:  # a plugin's rule
        return {"id": code, "name": name}
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": info.summary},
        "fullDescription": {"text": info.summary},
        "help": {"text": page(code), "markdown": page(code)},
        "helpUri": info.url,
        "defaultConfiguration": {"level": _LEVELS[info.severity], "enabled": info.default},
        "properties": _properties(info),
    }


def _properties(info: RuleInfo) -> dict[str, Any]:
    return {"tags": ["reliability", info.family], "precision": "high", "problem.severity": _problem(info.severity)}


def _problem(severity: Severity) -> str:
    return "recommendation" if severity is Severity.INFO else severity.value


def _result(diagnostic: Diagnostic, uri: str, fingerprint: str, lines: Lines) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [_location(uri, diagnostic.start, diagnostic.end, lines)],
        "partialFingerprints": {"relint/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint}:1"},
    }
    if diagnostic.state == "suppressed":
        result["suppressions"] = [{"kind": "inSource"}]
    else:
        result["baselineState"] = "unchanged" if diagnostic.state == "baseline" else "new"
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": each.message}, **_location(uri, each.start, each.end, lines)}
            for number, each in enumerate(diagnostic.related)
        ]
    fix = diagnostic.fix
    # Half a fix is worse than none: whoever applies these may not create the files.
    if fix is not None and fix.safety is not Safety.DISPLAY and fix.edits and not fix.create:
        result["fixes"] = [_fix(fix, uri, lines)]
    return result


def _location(uri: str, start: Position, end: Position, lines: Lines) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(uri), "region": _region(start, end, lines)}}


def _fix(fix: Fix, uri: str, lines: Lines) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(lines.position(edit.start), lines.position(edit.end), lines),
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    return {
        "description": {"text": fix.message},
        "artifactChanges": [{"artifactLocation": _artifact(uri), "replacements": replacements}],
    }


def _artifact(uri: str) -> dict[str, str]:
    return {"uri": uri} if ":" in uri else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _uri(path: str) -> str:
    """Relative to the working folder, so that results are the same on every machine; else a file URI."""
    relative = os.path.relpath(os.path.abspath(path))
    if relative.startswith(".."):
        return Path(os.path.abspath(path)).as_uri()
    return quote(relative.replace(os.sep, "/").encode("utf-8", "surrogateescape"))


def _region(start: Position, end: Position, lines: Lines) -> dict[str, int]:
    return {
        "startLine": start.line,
        "startColumn": _column(start, lines),
        "endLine": end.line,
        "endColumn": _column(end, lines),
    }


def _column(position: Position, lines: Lines) -> int:
    return len(lines.before(position).encode("utf-16-le", "surrogatepass")) // 2 + 1

"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from typing import Any, Iterator

from lsprotocol import types

from relint.engine_rules import UNUSED_SUPPRESSION
from relint.fingerprint import fingerprints
from relint.hosts.lsp.analysis import Result
from relint.hosts.lsp.client import Client
from relint.hosts.lsp.documents import Part, Snapshot
from relint.model import Diagnostic, Severity

SOURCE = "relint"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def keyed(result: Result) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with what it is known by when the client sends it back; equal for the same finding moved."""
    yield from fingerprints(result.found, result.snapshot.path)


def diagnostics(result: Result, client: Client) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of every document of the snapshot, by URI; those without any are there too."""
    shown: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in result.snapshot.parts}
    for found, key in keyed(result):
        part, where = result.snapshot.range(found.start, found.end, client.encoding)
        shown[part.uri].append(_diagnostic(found, key, where, result.snapshot, client))
    return shown


def key_of(diagnostic: types.Diagnostic) -> str | None:
    """The key in a diagnostic that came back from the client; None when it is not ours, or the client lost it."""
    data: Any = diagnostic.data
    if diagnostic.source != SOURCE or not isinstance(data, dict):
        return None
    return data.get("key") if isinstance(data.get("key"), str) else None


def _diagnostic(
    found: Diagnostic, key: str, where: types.Range, snapshot: Snapshot, client: Client
) -> types.Diagnostic:
    related = None
    if client.related and found.related:
        related = [
            _related(each.message, *snapshot.range(each.start, each.end, client.encoding)) for each in found.related
        ]
    return types.Diagnostic(
        range=where,
        message=found.message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        code_description=types.CodeDescription(found.url) if found.url else None,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if client.tags and found.code == UNUSED_SUPPRESSION else None,
        related_information=related,
        data={"key": key},
    )


def _related(message: str, part: Part, where: types.Range) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(types.Location(part.uri, where), message)

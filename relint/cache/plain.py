"""Findings as text that can be kept, and back. JSON, because a cache that comes with a repository must not run code."""

from __future__ import annotations

import json
import zlib
from typing import Any, Sequence

from relint.model import Diagnostic, Edit, Fix, NewFile, Position, Related, Safety, Severity

UNUSABLE = (ValueError, TypeError, LookupError, zlib.error)
"""What reading raises for what was not written here."""


def dumped(diagnostics: Sequence[Diagnostic]) -> str:
    """The diagnostics of one file, without its path."""
    return json.dumps([_row(each) for each in diagnostics], separators=(",", ":"))


def loaded(text: str, path: str) -> tuple[Diagnostic, ...]:
    """The diagnostics of the file at `path`; raises UNUSABLE."""
    return tuple(_diagnostic(row, path) for row in json.loads(text))


def squeezed(text: str) -> bytes:
    """A file's text, compressed."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unsqueezed(data: bytes) -> str:
    """The text again; raises UNUSABLE."""
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def _row(one: Diagnostic) -> list[Any]:
    fix = one.fix
    return [
        *(one.start.line, one.start.column, one.end.line, one.end.column),
        *(one.code, one.name, one.message, one.severity.value, one.url, list(one.reach)),
        None if fix is None else _fix_row(fix),
        [[r.start.line, r.start.column, r.end.line, r.end.column, r.message] for r in one.related],
        *(one.scope, one.statement, one.state),
    ]


def _fix_row(fix: Fix) -> list[Any]:
    return [
        fix.message,
        [[edit.start, edit.end, edit.text, edit.once] for edit in fix.edits],
        fix.safety.value if fix.safety else None,
        [[file.path, file.text] for file in fix.create],
    ]


def _diagnostic(row: list[Any], path: str) -> Diagnostic:
    line, column, end_line, end_column, code, name, message, severity, url, reach, *others = row
    fix, related, scope, statement, state = others
    return Diagnostic(
        path=path,
        start=Position(line, column),
        end=Position(end_line, end_column),
        code=code,
        name=name,
        message=message,
        severity=Severity(severity),
        url=url,
        reach=(reach[0], reach[1]),
        fix=None if fix is None else _fix(fix),
        related=tuple(Related(Position(a, b), Position(c, d), said) for a, b, c, d, said in related),
        scope=scope,
        statement=statement,
        state=state,
    )


def _fix(row: list[Any]) -> Fix:
    message, edits, safety, create = row
    return Fix(
        message,
        tuple(Edit(*edit) for edit in edits),
        Safety(safety) if safety else None,
        tuple(NewFile(*file) for file in create),
    )

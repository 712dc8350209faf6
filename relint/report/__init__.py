"""Reports: one module an output format, each with `render(files, style) -> Iterator[str]` that yields printable text.

`files` holds, for every file, the text that was checked (positions refer to it; the file on disk may have changed
since) and its diagnostics.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Callable, Iterable, Iterator, Sequence

from relint.model import Diagnostic, Safety
from relint.report.escape import escape
from relint.report.style import Style

Checked = tuple[str, Sequence[Diagnostic]]
Render = Callable[[Iterable[Checked], Style], Iterator[str]]

_MARKS = {Safety.SAFE: "[*]", Safety.UNSAFE: "[!]"}


def renderer(output_format: str, *, statistics: bool = False) -> Render:
    """The `render` function of a format, or the one that counts findings a rule in that format."""
    if statistics:
        module = import_module("relint.report.statistics")
        render: Render = module.render_json if output_format == "json" else module.render
        return render
    render = import_module(f"relint.report.{output_format.replace('-', '_')}").render
    return render


def mark(diagnostic: Diagnostic) -> str:
    """`[*]` for what --fix fixes, `[!]` for what needs --unsafe-fixes too, else nothing."""
    fix = diagnostic.fix
    return _MARKS.get(fix.safety, "") if fix is not None and fix.safety is not None else ""


def header(diagnostic: Diagnostic, style: Style) -> str:
    """Code, mark and message: how every format for people names a finding."""
    code = style.severity(diagnostic.severity, escape(diagnostic.code))
    marked = style("cyan", mark(diagnostic))
    return " ".join(part for part in (code, marked, escape(diagnostic.message)) if part)


def shown_path(path: str) -> str:
    """A path as reports print it: relative inside the working folder, escaped."""
    if os.path.isabs(path):
        inside = os.path.join(os.getcwd(), "")
        path = path.removeprefix(inside) if path.startswith(inside) else path
    return escape(os.path.normpath(path))


def place(diagnostic: Diagnostic) -> str:
    """`path:line:column` of a finding, for people."""
    return f"{shown_path(diagnostic.path)}:{diagnostic.start.line}:{diagnostic.start.column}"

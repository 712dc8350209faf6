"""`azure`: logging commands that Azure Pipelines shows as issues of the build.

Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#logissue-log-an-error-or-warning
"""

from __future__ import annotations

from typing import Iterable, Iterator

from relint.model import Diagnostic, Severity
from relint.report import Checked, shown_path
from relint.report.escape import escape
from relint.report.style import Style


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One command a finding."""
    for _text, diagnostics in files:
        for diagnostic in diagnostics:
            yield _command(diagnostic)


def _command(diagnostic: Diagnostic) -> str:
    kind = "error" if diagnostic.severity is Severity.ERROR else "warning"
    start = diagnostic.start
    properties = (
        f"type={kind};sourcepath={_value(shown_path(diagnostic.path))};linenumber={start.line};"
        f"columnnumber={start.column};code={diagnostic.code};"
    )
    return f"##vso[task.logissue {properties}]{_value(escape(diagnostic.message))}\n"


def _value(text: str) -> str:
    """The escapes of the Azure Pipelines task library for property values and messages."""
    return text.replace("%", "%AZP25").replace(";", "%3B").replace("\r", "%0D").replace("\n", "%0A").replace("]", "%5D")

"""`junit`: XML that CI servers show as test results. One suite a file, one failed case a finding."""

from __future__ import annotations

import re
from typing import Iterable, Iterator
from xml.sax.saxutils import escape as xml
from xml.sax.saxutils import quoteattr

from relint.model import Diagnostic
from relint.report import Checked, shown_path
from relint.report.escape import escape
from relint.report.style import Style

# XML 1.0 has no way to write most control characters; `escape` has replaced them already, but for these two.
_NOT_XML = re.compile("[\ufffe\uffff]")


def render(files: Iterable[Checked], style: Style) -> Iterator[str]:
    """One document; a clean run holds one passed case, because some servers refuse an empty one."""
    suites = [_suite(diagnostics) for _text, diagnostics in files if diagnostics]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="relint">\n'
    yield from suites
    if not suites:
        yield '  <testsuite name="relint" tests="1" failures="0" errors="0">\n'
        yield '    <testcase name="No findings" classname="relint"/>\n  </testsuite>\n'
    yield "</testsuites>\n"


def _suite(diagnostics: Iterable[Diagnostic]) -> str:
    cases = [_case(diagnostic) for diagnostic in diagnostics]
    path = next(iter(diagnostics)).path
    count = len(cases)
    head = f'<testsuite name={_attribute(shown_path(path))} tests="{count}" failures="{count}" errors="0">'
    return f"  {head}\n{''.join(cases)}  </testsuite>\n"


def _case(diagnostic: Diagnostic) -> str:
    start = diagnostic.start
    path = shown_path(diagnostic.path)
    message = _clean(diagnostic.message)
    return (
        f"    <testcase name={_attribute(f'{diagnostic.code} {diagnostic.name}')} "
        f'classname={_attribute(path)} file={_attribute(path)} line="{start.line}">\n'
        f'      <failure type="{diagnostic.severity.value}" message={_attribute(message)}>'
        f"{xml(f'{path}:{start.line}:{start.column}: {diagnostic.code} {message}')}</failure>\n"
        "    </testcase>\n"
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", escape(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))

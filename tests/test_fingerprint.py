"""A finding is known again after lines moved and code was reformatted, and not taken for another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relint.fingerprint import fingerprints, unformatted
from relint.model import Diagnostic, Position, Severity


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = get(u)", "x = get( u )"),
        ("x = get(u, v)", "x = get(\n    u,\n    v,\n)"),
        ("x = get('u')", 'x = get("u")'),
        ("x = get('it\\'s')", 'x = get("it\'s")'),
        ("return (a or\n    b)", "return a or b"),
        ("x = a + \\\n    b", "x = a + b"),
        ("x = get(u)  # why", "x = get(u)"),
        ("x = get(U'u')", "x = get('u')"),
        ("with open(p) as f, g() as h", "with (open(p) as f, g() as h)"),
    ],
)
def test_formatting_does_not_matter(before: str, after: str) -> None:
    assert unformatted(before) == unformatted(after)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x = get(u)", "x = get(v)"), ("x = get('a#b')", "x = get('a#c')"), ("a + b", "a - b")],
)
def test_what_the_code_says_matters(one: str, other: str) -> None:
    assert unformatted(one) != unformatted(other)


def finding(line: int, statement: str = "x=getu", scope: str = "Client.fetch") -> Diagnostic:
    at = Position(line, 1)
    return Diagnostic("a.py", at, at, "REL101", "name", "message", Severity.WARNING, scope=scope, statement=statement)


def test_no_line_number_and_a_counter_for_twins() -> None:
    def of(*found: Diagnostic, path: str = "a.py") -> list[str]:
        return [fingerprint for _, fingerprint in fingerprints(found, path)]

    assert of(finding(3), finding(9)) == of(finding(30), finding(90))
    assert len(set(of(finding(3), finding(9)))) == 2
    assert of(finding(3)) != of(finding(3, scope="Client.send"))
    assert of(finding(3)) != of(finding(3, statement="y"))
    assert of(finding(3)) != of(finding(3), path="b.py")
    assert of(replace(finding(3), code="REL102")) != of(finding(3))

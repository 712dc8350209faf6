"""A seeded sample of what `python -m tests.never_crash` runs in full."""

from __future__ import annotations

import ast
import sysconfig
import zlib
from pathlib import Path
from random import Random

import pytest

from relint.funnel import Funnel
from relint.model import Diagnostic, Edit
from relint.source import decode
from relint.testing import Case, collect
from tests.never_crash import properties
from tests.never_crash.mutations import mutant
from tests.never_crash.properties import lost_by_the_funnel, undefined_names, violations

ROOT = Path(__file__).parent.parent
FIXTURES = sorted((ROOT / "fixtures").glob("*/*/**/invalid*/**/*.py")) + sorted(
    (ROOT / "fixtures").glob("*/*/invalid.py")
)
STDLIB = Path(sysconfig.get_path("stdlib"))
# Files of the standard library that hold what rules look for, and some that hold odd syntax.
LIBRARY = (
    "smtplib",
    "ftplib",
    "imaplib",
    "asyncio/tasks",
    "asyncio/base_events",
    "urllib/request",
    "sqlite3/dump",
    "socketserver",
)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: "-".join(path.relative_to(ROOT / "fixtures").parts[:-1]))
def test_mutants_of_fixtures(path: Path) -> None:
    text = path.read_text("utf-8")
    for number in range(2):
        seed = zlib.crc32(f"{path.name}{path.parent.name}{number}".encode())
        assert violations(decode(str(path), mutant(text, seed).encode("utf-8", "replace")), notes=False) == [], seed


@pytest.mark.parametrize("case", collect(ROOT / "fixtures"), ids=str)
def test_what_is_fixed_reads_no_name_that_nothing_binds(case: Case) -> None:
    for path in case.files("invalid"):
        fixed = case.fixed_path(path)
        if fixed.suffix == ".py" and fixed.exists():
            assert undefined_names(fixed.read_text("utf-8")) <= undefined_names(path.read_text("utf-8")), path


@pytest.mark.parametrize("name", LIBRARY)
def test_the_standard_library(name: str) -> None:
    path = STDLIB / f"{name}.py"
    assert violations(decode(str(path), path.read_bytes())) == []


def test_mutants_are_reproducible_and_often_parse() -> None:
    text = "import os\n\n\ndef f(a):\n    return os.getcwd() + a\n"
    assert [mutant(text, seed) for seed in range(20)] == [mutant(text, seed) for seed in range(20)]
    assert len({mutant(text, seed) for seed in range(200)}) > 100
    assert sum(_parses(mutant(text, Random(seed).randrange(1 << 30))) for seed in range(200)) > 40


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


# The properties notice what they are for.

CALL = 'import smtplib\nx = 1\nsmtplib.SMTP("h")\n'


def test_a_crash_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> list[Diagnostic]:
        raise ZeroDivisionError

    monkeypatch.setattr(properties, "check", crash)
    (violation,) = violations(decode("a.py", b"x"))
    assert "ZeroDivisionError" in violation


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda text: text.replace("x = 1", "x = 2"), "no edit touches it"),
        (lambda text: text.replace("\n", "\r\n"), "line ends changed"),
        (lambda text: text + "\nnonlocal x\n", "does not compile"),
        (lambda text: text + "\nprint(y)\n", "nothing binds what the fixed text reads: y"),
    ],
)
def test_what_a_fix_must_not_do_is_a_violation(monkeypatch: pytest.MonkeyPatch, broken, words: str) -> None:  # type: ignore[no-untyped-def]
    apply_edits = properties.fixing.apply_edits

    def broken_edits(text: str, edits: list[Edit]) -> str:
        return broken(apply_edits(text, edits))  # type: ignore[no-any-return]

    monkeypatch.setattr(properties.fixing, "apply_edits", broken_edits)
    assert any(words in violation for violation in violations(decode("a.py", CALL.encode())))


def test_what_the_funnel_loses_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = decode("a.py", CALL.encode())
    assert lost_by_the_funnel(source, properties.DEFAULT) == []
    monkeypatch.setattr(Funnel, "matching", lambda *_: [])
    (line,) = lost_by_the_funnel(source, properties.DEFAULT)
    assert line.startswith("a.py:3: REL102 is missing with the funnel")

"""Every rule, held to the same checks; see relint/testing.py."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from relint.testing import CHECKS, Case, collect, update

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = collect(FIXTURES)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case, check: Callable[[Case], None], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-fixtures"):
        for path in update(case):
            print(f"written: {path}")
    check(case)

"""Options of the test run."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-fixtures", action="store_true", help="write the fixed files anew, for you to read")


def pytest_configure() -> None:
    # Many tests change what the engine finds, which a cache of an earlier test would not know.
    os.environ["RELINT_NO_CACHE"] = "1"

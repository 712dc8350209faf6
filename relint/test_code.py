"""Which files and folders hold test code, by their names."""

from __future__ import annotations

import re

_FOLDER = re.compile(r"tests?|.*_tests|.*integrationtests")
_FILE = re.compile(r"test_.*\.py|.*_test\.py|tests\.py|conftest\.py")


def is_test_folder(name: str) -> bool:
    """`tests`, `test`, `api_tests`."""
    return _FOLDER.fullmatch(name) is not None


def is_test_file(name: str) -> bool:
    """`test_orders.py`, `orders_test.py`, `tests.py`, `conftest.py`."""
    return _FILE.fullmatch(name) is not None

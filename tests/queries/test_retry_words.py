from __future__ import annotations

import pytest

from relint.queries.retry_words import is_harmless, is_not_yet, is_quick


@pytest.mark.parametrize(
    ("name", "not_yet", "quick"),
    [
        ("FileExistsError", True, True),
        ("LockTimeout", True, True),
        ("DeadlockDetected", False, False),
        ("KeyError", True, True),
        ("MultiKeyError", True, False),
        ("AccessDenied", True, False),
        ("ReadTimeout", False, True),
        ("IntegrityError", False, True),
        ("AnswerParseError", False, True),
        ("ConnectionError", False, False),
        ("OSError", False, False),
    ],
)
def test_errors(name: str, not_yet: bool, quick: bool) -> None:
    assert is_not_yet(name) is not_yet
    assert is_quick(name) is quick


@pytest.mark.parametrize(("name", "harmless"), [("warning", True), ("append", True), ("reconnect", False), ("", False)])
def test_calls(name: str, harmless: bool) -> None:
    assert is_harmless(name) is harmless

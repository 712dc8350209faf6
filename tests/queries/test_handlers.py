"""What an `except` clause catches."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.handlers import catches_any_error, catches_database_error, caught, caught_words
from tests.asking import context

HEAD = """
import sqlite3, psycopg2.errors, sqlalchemy.exc
from django.db import IntegrityError as Broken, utils
from django.core.exceptions import ObjectDoesNotExist
ERRORS = (Broken, KeyError)
"""


@pytest.mark.parametrize(
    ("clause", "names", "any_error", "database_error"),
    [
        ("except", ["builtins.BaseException"], True, False),
        ("except Exception", ["builtins.Exception"], True, False),
        ("except Broken", ["django.db.IntegrityError"], False, True),
        ("except (KeyError, utils.DataError)", ["builtins.KeyError", "django.db.utils.DataError"], False, True),
        ("except ERRORS", ["django.db.IntegrityError", "builtins.KeyError"], False, True),
        ("except sqlite3.Error", ["sqlite3.Error"], False, True),
        ("except psycopg2.errors.UniqueViolation", ["psycopg2.errors.UniqueViolation"], False, True),
        ("except sqlalchemy.exc.NoResultFound", ["sqlalchemy.exc.NoResultFound"], False, False),
        ("except sqlalchemy.exc.SQLAlchemyError", ["sqlalchemy.exc.SQLAlchemyError"], False, True),
        ("except ObjectDoesNotExist", ["django.core.exceptions.ObjectDoesNotExist"], False, False),
        ("except unknown()", [None], False, False),
    ],
)
def test_what_is_caught(clause: str, names: list[str | None], any_error: bool, database_error: bool) -> None:
    ctx = context(f"{HEAD}try:\n    pass\n{clause}:\n    pass\n")
    (handler,) = ctx.tree.of(cst.ExceptHandler)
    assert caught(ctx, handler) == names
    assert catches_any_error(ctx, handler) is any_error
    assert catches_database_error(ctx, handler) is database_error


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("except", set()),
        ("except (KeyError, client.Busy)", {"KeyError", "Busy"}),
        ("except ERRORS", {"Broken", "KeyError"}),
        ("except unknown()", {""}),
    ],
)
def test_the_words_of_what_is_caught(clause: str, words: set[str]) -> None:
    ctx = context(f"{HEAD}try:\n    pass\n{clause}:\n    pass\n")
    (handler,) = ctx.tree.of(cst.ExceptHandler)
    assert caught_words(ctx, handler) == words

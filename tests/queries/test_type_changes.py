"""Which changes of a column's type write the table anew."""

from __future__ import annotations

import pytest

from relint.queries.migration_target import Target
from relint.queries.type_changes import rewrites

POSTGRESQL = Target("postgresql", (15,), found=True)
MYSQL = Target("mysql", (8, 4), found=True)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("integer", "bigint", True),
        ("int", "integer", False),
        ("varchar(20)", "varchar(30)", False),
        ("varchar(20)", "varchar(10)", True),
        ("varchar", "varchar(10)", True),
        ("varchar(20)", "text", False),
        ("text", "character varying", False),
        ("text", "jsonb", True),
        ("integer", "text", True),
        ("numeric(10, 2)", "numeric(12, 2)", False),
        ("numeric(10, 2)", "numeric(12, 4)", True),
        ("numeric(10, 2)", "numeric", False),
        ("timestamp", "timestamp with time zone", False),
        ("cidr", "inet", False),
        ("enum", "varchar(20)", True),
        ("text", "text using", True),
        ("", "bigint", True),
        ("", "text", False),
        ("", "varchar(20)", False),
        ("", "my_enum", False),
        ("", "my_enum using", True),
        ("", "integer[]", False),
    ],
)
def test_postgresql(old: str, new: str, expected: bool) -> None:
    assert rewrites(old, new, POSTGRESQL) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("integer", "bigint", True),
        ("varchar(20)", "varchar(60)", False),
        ("varchar(20)", "varchar(100)", True),
        ("varchar(100)", "varchar(200)", False),
        ("varchar(20)", "text", True),
        ("", "bigint", False),
    ],
)
def test_mysql(old: str, new: str, expected: bool) -> None:
    assert rewrites(old, new, MYSQL) is expected


def test_other_engines_are_not_judged() -> None:
    assert not rewrites("integer", "bigint", Target("sqlite", (3, 40), found=True))

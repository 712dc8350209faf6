"""SQL text without parsing it."""

from __future__ import annotations

import time

import pytest

from relint.sql_text import comments, split, statements, without_comments


def texts(sql: str) -> list[str]:
    return [sql[span.start : span.end] for span in statements(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        ("SELECT 1", ["SELECT 1"]),
        ("-- a; b\nSELECT 1; /* ; */ SELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'a;''b', \"c;d\"; SELECT 1", ["SELECT 'a;''b', \"c;d\"", "SELECT 1"]),
        (r"SELECT 'C:\'; SELECT E'a\';b'", [r"SELECT 'C:\'", r"SELECT E'a\';b'"]),
        (r"INSERT INTO `a` VALUES ('it\'s;'); SELECT 1", [r"INSERT INTO `a` VALUES ('it\'s;')", "SELECT 1"]),
        ("DO $x$ BEGIN; $$; END $x$; SELECT $1", ["DO $x$ BEGIN; $$; END $x$", "SELECT $1"]),
        (
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; END; SELECT 1",
            ["CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; END", "SELECT 1"],
        ),
        ("COPY a FROM stdin;\n1;2\n\\.\nSELECT 1;", ["COPY a FROM stdin", "SELECT 1"]),
        ("DELIMITER //\nCREATE PROCEDURE p() BEGIN a; b; END//\nDELIMITER ;\nSELECT 1;", ["SELECT 1"]),
        ("SELECT a #> '{b}'; # no operator here\nSELECT 1", ["SELECT a #> '{b}'", "# no operator here\nSELECT 1"]),
        ("SELECT 1;\n# a comment; of MySQL\nSELECT 2", ["SELECT 1", "SELECT 2"]),
    ],
)
def test_statements(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_parts_stand_between_commas_outside_of_brackets() -> None:
    sql = "ADD a numeric(3, 2), ADD b text DEFAULT ',' -- x, y\n, DROP c"
    assert [sql[part.start : part.end].strip() for part in split(sql)] == [
        "ADD a numeric(3, 2)",
        "ADD b text DEFAULT ',' -- x, y",
        "DROP c",
    ]


def test_comments_are_none_from_inside_strings() -> None:
    sql = "SELECT '-- a', $$ -- b $$; -- c\n/* d */"
    assert list(comments(sql)) == [(27, "-- c"), (32, "/* d */")]
    assert without_comments(sql) == "SELECT '-- a', $$ -- b $$;     \n       "


@pytest.mark.parametrize(
    "sql",
    ["'" * 100_001, "CREATE TRIGGER BEGIN " + ";" * 100_000, "$a$ " * 50_000, "/* " * 50_000, "--\n" * 50_000 + ";"],
)
def test_no_text_takes_long(sql: str) -> None:
    began = time.process_time()
    assert len(texts(sql)) <= 1
    assert time.process_time() - began < 5

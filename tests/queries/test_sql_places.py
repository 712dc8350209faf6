"""Where a hole stands in SQL text; `<>` marks the hole."""

from __future__ import annotations

import pytest

from relint.queries.sql_places import HOLE, Place, Spot, first_word, spots


def places(sql: str) -> list[Place]:
    return [spot.place for spot in spots(sql.replace("<>", HOLE))]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t WHERE b = '<>'",
        "SELECT a FROM t WHERE b = <>",
        "SELECT a FROM t WHERE b >= <> AND c = 1",
        "SELECT a FROM t WHERE b LIKE '%<>%'",
        "SELECT a FROM t WHERE b IS DISTINCT FROM '<>'",
        "SELECT a FROM t WHERE b IS NOT DISTINCT FROM <>",
        "SELECT a FROM t WHERE b IN (<>)",
        "SELECT a FROM t WHERE b IN <>",
        "SELECT a FROM t WHERE b IN ('x', '<>')",
        "SELECT a FROM t WHERE (a, b) IN ((1, <>))",
        "SELECT a FROM t WHERE b BETWEEN <> AND 3",
        "SELECT a FROM t WHERE b BETWEEN 3 AND <>",
        "SELECT a FROM t WHERE b = ANY(<>)",
        "SELECT a FROM t WHERE b = ANY(ARRAY[<>])",
        "SELECT a FROM t LIMIT <>",
        "SELECT a FROM t LIMIT 10 OFFSET <>",
        "SELECT a FROM t LIMIT 10, <>",
        "SELECT a FROM t WHERE b > now() - INTERVAL '<> days'",
        "SELECT a FROM t WHERE b > now() - INTERVAL <> DAY",
        "SELECT a FROM t WHERE a + <> < b",
        "SELECT f(<>)",
        "SELECT f('<>')",
        "SELECT coalesce(a, <>) FROM t",
        "SELECT CASE WHEN a THEN <> END",
        'SELECT a FROM t WHERE b = "<>"',
        "INSERT INTO t VALUES (<>)",
        "INSERT INTO t VALUES (1, <>)",
        "INSERT INTO t (a, b) VALUES (1, 2), (3, <>)",
        "INSERT INTO t VALUES <>",
        "UPDATE t SET a = <> WHERE b = 1",
        "UPDATE t SET a = a - <>",
        "SET x = '<>'",
        "SET LOCAL statement_timeout TO <>",
        "COPY t TO '<>'",
        "(5 < col) AND x = <>",
        "CREATE USER u IDENTIFIED BY '<>'",
    ],
)
def test_value(sql: str) -> None:
    assert places(sql) == [Place.VALUE]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM <>",
        "SELECT * FROM <> WHERE a = 1",
        "SELECT * FROM log_<>",
        "SELECT * FROM <>.t",
        'SELECT * FROM "<>"',
        "SELECT * FROM `<>`",
        "SELECT * FROM [<>]",
        "SELECT * FROM a JOIN <> ON a.x = b.x",
        "SELECT <> FROM t",
        "SELECT a, <> FROM t",
        "SELECT count(<>) FROM t",
        "SELECT a AS '<>' FROM t",
        "SELECT a FROM t WHERE <> = 1",
        "SELECT a FROM t WHERE x = 1 AND <> IN (1)",
        "SELECT a FROM t WHERE (<> = 1)",
        "SELECT a FROM t JOIN u ON t.a = <>.b",
        "SELECT a FROM t ORDER BY <>",
        "SELECT a FROM t ORDER BY a, <>",
        "SELECT a FROM t GROUP BY <>",
        "INSERT INTO <> VALUES (1)",
        "INSERT INTO t (<>) VALUES (1)",
        "INSERT INTO a.t (x, <>) VALUES (1)",
        "INSERT INTO t AS s (<>) VALUES (1)",
        "INSERT INTO t ('a', '<>') VALUES (1)",
        "INSERT INTO t VALUES (1) ON CONFLICT (<>) DO NOTHING",
        "SELECT nextval('<>_ids')",
        "UPDATE <> SET a = 1",
        "UPDATE t SET <> = 1",
        "DELETE FROM <>",
        "DROP TABLE IF EXISTS <>",
        "ALTER TABLE t ADD COLUMN <> int",
        "CREATE INDEX i ON t (<>)",
        "PRAGMA table_info(<>)",
        "DELETE FROM t WHERE id IN (SELECT a FROM '<>')",
        "SELECT a FROM '@stage/<>'",
        "SELECT count(*) FROM t GROUP BY '<>'",
        "SET search_path TO <>",
        "TRUNCATE TABLE <>",
        'SELECT a FROM t WHERE t."<>" = u.x',
        "SELECT <>(a) FROM t",
    ],
)
def test_identifier(sql: str) -> None:
    assert places(sql) == [Place.IDENTIFIER]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t <>",
        "SELECT * FROM t WHERE <>",
        "SELECT * FROM t WHERE a = 1 AND <>",
        "SELECT * FROM t WHERE a = 1 <>",
        "SELECT * FROM t WHERE t.timestamp <>",
        "SELECT * FROM (<>) x",
        "SELECT * FROM t WHERE a AND (<>)",
        "SELECT a FROM t ORDER BY a <>",
        "UPDATE t SET a = 1, <>",
        "<> UNION SELECT 1",
        "EXPLAIN <>",
        "DO $$ BEGIN <> END $$",
        "ALTER TABLE t ADD COLUMN a <>",
        "PRAGMA user_version=<>",
        "ALTER SEQUENCE s RESTART WITH <>",
        "VACUUM (<>) t",
        "KILL <>",
    ],
)
def test_fragment(sql: str) -> None:
    assert places(sql) == [Place.FRAGMENT]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 -- <>",
        "SELECT 1 /* <> */",
        "WHERE a = :p<>",
        "WHERE a = %(<>)s",
        "WHERE a = $<>",
        'SELECT a FROM {{ ref("<>") }}',
        "{% if <> %} SELECT 1 {% endif %}",
    ],
)
def test_no_place(sql: str) -> None:
    assert places(sql) == [Place.NONE]


def test_several_holes() -> None:
    assert places("SELECT <> FROM <> WHERE a = '<>-<>' LIMIT <>") == [
        Place.IDENTIFIER,
        Place.IDENTIFIER,
        Place.VALUE,
        Place.VALUE,
        Place.VALUE,
    ]


def test_the_words_around() -> None:
    (spot,) = spots(f"SELECT a FROM t WHERE b IN ({HOLE})")
    assert spot == Spot(Place.VALUE, "", "(", ")", "IN", alone=True, span=(28, 29))


def test_first_word() -> None:
    assert first_word("  -- why\n /* x */ (select 1)") == "SELECT"
    assert first_word("?") == ""

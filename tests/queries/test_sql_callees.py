"""Which names of calls say that a statement is run."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.sql_callees import is_called_sql, is_statement_in_full, says_it_runs


@pytest.mark.parametrize(
    ("called", "runs"),
    [
        ("query", True),
        ("self.reader.query", True),
        ("env.db_query", True),
        ("self.dbQuery", True),
        ("connection.queryAll", True),
        ("db.executesql", True),
        ("self.run_command", True),
        ("self.run", True),
        ("run", False),
        ("pool.executor", False),
        ("db", True),
        ("self._db", True),
        ("db.all", True),
        ("self.dbW_.all", True),
        ("self.conn.one", True),
        ("things.all", False),
        ("self._update", True),
        ("self._delete", True),
        ("self._change", False),
        ("log_query", False),
        ("db.mogrify", False),
        ("db.quote", False),
        ("sqlglot.parse_one", False),
        ("validateSql", False),
        ("made()", False),
    ],
)
def test_what_is_called(called: str, runs: bool) -> None:
    call = cst.parse_expression(f"{called}(sql)")
    assert isinstance(call, cst.Call)
    assert says_it_runs(call, "UPDATE t SET a = 1") == runs


@pytest.mark.parametrize(
    ("sql", "full"),
    [
        ("SELECT a FROM t", True),
        ("  -- all of them\n(select a from t)", True),
        ("SELECT 1", False),
        ("select one of them", False),
        ("INSERT OR REPLACE INTO t VALUES (1)", True),
        ("insert it", False),
        ("UPDATE t\nSET a = 1", True),
        ("update the tests", False),
        ("DELETE FROM t", True),
        ("WITH a AS (SELECT b FROM t) SELECT b FROM a", True),
        ("with a as b", False),
        ("DROP TABLE t", False),
    ],
)
def test_statements(sql: str, full: bool) -> None:
    assert is_statement_in_full(sql) == full


def test_names() -> None:
    named = {
        name: is_called_sql(cst.parse_expression(name)) for name in ("sql", "count_query", "stmt", "text", "a.sql")
    }
    assert named == {"sql": True, "count_query": True, "stmt": True, "text": False, "a.sql": False}

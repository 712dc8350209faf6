"""Does the name of a call say that it runs the SQL statement that it is given, though the function is out of sight?

`self.reader.query(sql)`, `db.all(sql)`, `self._update(sql)`: only asked of text that is a statement beyond doubt.
"""

from __future__ import annotations

import re

import libcst as cst

from relint.names import last_name
from relint.queries.sql_places import first_word


def says_it_runs(call: cst.Call, sql: str) -> bool:
    """Whether what is called runs the statement by its name, or is a method of what is called a database."""
    name = last_name(call.func)
    words = _words(name)
    if not words or words[0] in _OTHERWISE:
        return False
    if _RUNS.search(name) or name.strip("_") in _DATABASES:
        return True
    if first_word(sql).lower() in _VERBS and not _VERBS.isdisjoint(words):
        return True
    if not isinstance(call.func, cst.Attribute):
        return False
    return name.strip("_") == "run" or not _DATABASES.isdisjoint(_words(last_name(call.func.value)))


def is_called_sql(value: cst.BaseExpression) -> bool:
    """Whether a name is one of SQL text: `sql`, `query`, `statement`."""
    return isinstance(value, cst.Name) and bool(_CALLED_SQL.search(value.value))


def is_statement_in_full(sql: str) -> bool:
    """Whether a text is a statement for what it has in it, beside its first word."""
    return bool(_IS_STATEMENT.match(sql))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


_IS_STATEMENT = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:SELECT\b.*\bFROM\b|INSERT\s+(?:\w+\s+){0,2}INTO\b|REPLACE\s+INTO\b|UPDATE\s.*\bSET\b|DELETE\s+FROM\b"
    r"|MERGE\s+INTO\b.*\bUSING\b|WITH\s.*\bAS\s*\(\s*(?:SELECT|INSERT|UPDATE|DELETE)\b)",
    re.IGNORECASE | re.DOTALL,
)
_CALLED_SQL = re.compile(r"sql|quer(?:y|ies)|stmt|statement|command|cmd", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_RUNS = re.compile(r"quer(?:y|ies)|sql|exec(?!utor)|fetch|transact|gbq|command|run_", re.IGNORECASE)
_VERBS = frozenset({"select", "insert", "update", "delete", "replace"})
_OTHERWISE = frozenset(
    "add append as assert build cache check clean compile create escape explain format hash highlight is has log make "
    "mogrify normalize optimize parse pprint prettify print quote register remember render replace rewrite save show "
    "split store test to tokenize translate transpile validate wrap".split()
)
"""First words of functions that do something else with a statement."""
_DATABASES = frozenset(
    "athena bigquery bq clickhouse cnx con conn connection cur cursor database db dbc dbh duckdb hook mysql oracle pg "
    "postgres presto redshift snowflake spark sqlite trino".split()
)

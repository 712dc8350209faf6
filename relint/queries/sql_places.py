"""Where in SQL text does a hole stand: for a value, for a name, or for a piece of the statement?

Pure text, no syntax tree: it must also answer for text that no parser takes (unfinished statements, mixed dialects).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from relint.remembered import remembered

HOLE = "\ue000"
"""Stands for a hole in the text; a private-use character, so that no SQL holds it."""


class Place(Enum):
    """What a hole is to the statement around it."""

    VALUE = "value"
    IDENTIFIER = "identifier"
    FRAGMENT = "fragment"
    NONE = "none"
    """In a comment, in what a template engine reads (`{{ ref("x") }}`), or part of a parameter's name."""


@dataclass(frozen=True)
class Spot:
    """One hole: its place, the quote around it ('' for none), the words before and behind it in upper case.

    `group` is the word before the innermost parenthesis around it ('' for none). `alone` says that it is all that
    its parenthesis holds.
    """

    place: Place
    quote: str = ""
    before: str = ""
    behind: str = ""
    group: str = ""
    alone: bool = False
    span: tuple[int, int] = (0, 0)
    """Start and end of the word or quoted text that holds the hole."""


@remembered(2048)
def spots(text: str) -> tuple[Spot, ...]:
    """The spot of each HOLE in `text`, in order."""
    return tuple(_Scan(text).spots())


def first_word(text: str) -> str:
    """The first word of a statement in upper case, '' when it begins with something else."""
    found = _START.match(text)
    return found[1].upper() if found else ""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    tag: str = ""
    """What stands between the dollars of `$tag$...$tag$`."""

    @property
    def word(self) -> str:
        """The token in upper case; a quoted one is only what it is."""
        return self.text.upper() if self.kind in ("word", "op", "mark") else f"<{self.kind}>"


@dataclass
class _Group:
    """An open parenthesis: the index of the token that opens it, and the clause reached inside."""

    index: int
    clause: str = ""


class _Scan:
    def __init__(self, text: str) -> None:
        self.tokens = [_Token(str(t.lastgroup), t.group(), t.start(), t["tag"] or "") for t in _TOKENS.finditer(text)]
        self.first = first_word(text)
        self.double_is_text = not any(
            token.kind == "string" and self._word(index - 1) not in _TAKES_NAME
            for index, token in enumerate(self.tokens)
        )

    def spots(self) -> list[Spot]:
        found: list[Spot] = []
        groups = [_Group(-1)]
        for index, token in enumerate(self.tokens):
            if token.text in ("(", "["):
                groups.append(_Group(index))
            elif token.text in (")", "]"):
                if len(groups) > 1:
                    groups.pop()
            elif token.word in _CLAUSES:
                groups[-1].clause = token.word
            if token.kind == "dollar":
                found += self._in_dollars(token)
            elif token.kind == "string" and HOLE in token.text and _STATEMENT.match(token.text):
                found += self._in_statement(token)
            else:
                found += [self._spot(index, token, groups)] * token.text.count(HOLE)
        return found

    def _in_dollars(self, token: _Token) -> list[Spot]:
        """The spots in `$$...$$`: text, or a program whose own values count."""
        inner = token.text.strip("$").removeprefix(token.tag).removesuffix(token.tag).strip("$")
        span = (token.start, token.start + len(token.text))
        if first_word(inner) not in _BEGIN_CODE:
            return [Spot(Place.VALUE, "$$", span=span)] * inner.count(HOLE)
        found = spots(inner)
        return [
            replace(spot, place=spot.place if spot.place is Place.VALUE else Place.FRAGMENT, quote="$$", span=span)
            for spot in found
        ]

    def _in_statement(self, token: _Token) -> list[Spot]:
        """The spots in `'DELETE FROM {table} WHERE id = ' || new.id`: a statement that the database puts together."""
        span = (token.start, token.start + len(token.text))
        inner = token.text.strip("'").replace("''", "'")
        return [replace(spot, quote="'", span=span) for spot in spots(inner)]

    def _spot(self, index: int, token: _Token, groups: list[_Group]) -> Spot:
        quote = {"string": "'", "double": '"', "back": "`"}.get(token.kind, "")
        opener = groups[-1].index
        return Spot(
            self._place(index, token, groups),
            quote,
            self._word(index - 1),
            self._word(index + 1),
            self._word(opener - 1) if opener >= 0 else "",
            opener == index - 1 and self._word(index + 1) == ")",
            (token.start, token.start + len(token.text)),
        )

    def _word(self, index: int) -> str:
        return self.tokens[index].word if 0 <= index < len(self.tokens) else ""

    def _place(self, index: int, token: _Token, groups: list[_Group]) -> Place:
        match token.kind:
            case "comment" | "parameter" | "template":
                return Place.NONE
            case "string":
                return Place.IDENTIFIER if self._is_name_in_quotes(index, groups) else Place.VALUE
            case "double":
                return self._in_double_quotes(index, groups)
            case "back":
                return Place.IDENTIFIER
        if token.text != HOLE:
            return Place.IDENTIFIER
        place = self._bare(index, groups)
        return Place.FRAGMENT if place is Place.VALUE and self.first in _TAKE_WORDS else place

    def _is_name_in_quotes(self, index: int, groups: list[_Group]) -> bool:
        """`AS 'name'`, `DROP TRIGGER 'name'`, `FROM 'name'` and `INSERT INTO t ('a', 'b')`, which SQLite allows.

        What is grouped or sorted by between quotes can only be meant for a name.
        """
        before, opener = self._word(index - 1), groups[-1].index
        if before in _OF_QUOTED_NAME and self.first in ("CREATE", "DROP", "ALTER"):
            return True
        if before in ("FROM", "INTO", "UPDATE", "JOIN") and self._word(index - 2) != "DISTINCT":
            called = self._word(opener - 1)  # `TRIM(LEADING '0' FROM '{x}')`
            return self.first in _READ_OR_WRITE and not (_IS_WORD.match(called) and called not in _BEFORE_SELECT)
        if groups[-1].clause == "BY" and before in ("BY", ",") and self.first in _READ_OR_WRITE:
            return True
        if before == "(" and self._word(opener - 1) in _OF_SEQUENCES:
            return True
        return before == "AS" or (before in ("(", ",") and opener > 0 and self._is_column_list(opener - 1))

    def _in_double_quotes(self, index: int, groups: list[_Group]) -> Place:
        """A name by the standard; text in MySQL, SQLite and BigQuery, where it is compared or inserted."""
        before, behind = self._word(index - 1), self._word(index + 1)
        if behind == "." or before == "." or self._sets_names():
            return Place.IDENTIFIER
        if before == "PASSWORD" or (self._word(index - 2), before) == ("IDENTIFIED", "BY"):
            return Place.VALUE
        if not self.double_is_text or any(
            self._quotes_name(i) for i, t in enumerate(self.tokens) if t.kind == "double"
        ):
            return Place.IDENTIFIER
        if before in COMPARES or (before in ("(", ",") and self._in_group(index, groups) is Place.VALUE):
            return Place.VALUE
        return Place.IDENTIFIER

    def _quotes_name(self, index: int) -> bool:
        return self._word(index - 1) in (".", *_TAKES_NAME) or self._word(index + 1) in (".", "=", "IN", "IS", "LIKE")

    def _bare(self, index: int, groups: list[_Group]) -> Place:
        before, behind = self._word(index - 1), self._word(index + 1)
        if behind == "." or before == ".":
            return Place.IDENTIFIER
        if before in ("(", ",", "["):
            return self._in_group(index, groups)
        if before in COMPARES or (before == "AND" and self._word(index - 3) == "BETWEEN"):
            if behind == "(" or (before == "LIKE" and self.first == "CREATE") or self._is_called(index):
                return Place.IDENTIFIER
            if before == "=" and self._is_option(index):
                return Place.FRAGMENT
            if before == "=" and self._joins(index):
                return Place.IDENTIFIER
            return Place.IDENTIFIER if self._sets_names() else Place.VALUE
        if (self._word(index - 2), before) == ("DISTINCT", "FROM") and self._word(index - 3) not in ("IS", "NOT"):
            return Place.IDENTIFIER  # `SELECT DISTINCT FROM {table}`, where no column is known
        if before in _TAKES_VALUE or (self._word(index - 2), before) in _TAKE_VALUE:
            return Place.VALUE if behind != "(" else Place.IDENTIFIER
        if before == "TO":
            return Place.VALUE if self.first == "SET" and not self._sets_names() else Place.IDENTIFIER
        if before in _ARITHMETIC:
            star = before == "*" and self._word(index - 2) in ("SELECT", ",", ".", "DISTINCT", "(", "RETURNING")
            return Place.FRAGMENT if star else Place.VALUE
        if before in _CONDITIONS:
            return Place.IDENTIFIER if behind in COMPARES or behind in ("IN", "IS", "NOT", "(") else Place.FRAGMENT
        if before in _TAKES_NAME or behind == "(":
            return Place.IDENTIFIER
        return Place.FRAGMENT

    def _sets_names(self) -> bool:
        """`SET search_path = {schema}` and its like take names."""
        return self.first in ("SET", "ALTER") and any(t.word in _NAMES_ITS_VALUE for t in self.tokens)

    def _is_option(self, index: int) -> bool:
        """`CREATE TABLE ... ENGINE={engine}`, `COPY ... FILE_FORMAT = {format}`, `EXPLAIN FORMAT={format} ...`."""
        if self.first == "EXPLAIN":
            return self._word(index - 2) == "FORMAT"
        return self.first in ("CREATE", "COPY") and not any(t.word == "SELECT" for t in self.tokens)

    def _joins(self, index: int) -> bool:
        """`ON a.b = {column}`: what tables are joined by."""
        if self._word(index - 3) == "ON":
            return self._word(index - 2) == HOLE  # `ON {column} = {column}`
        return self._word(index - 3) == "." and self._word(index - 5) == "ON"

    def _is_called(self, index: int) -> bool:
        """`EXEC @result = {procedure}`."""
        return self._word(index - 1) == "=" and self._word(index - 3) in ("EXEC", "EXECUTE")

    def _in_group(self, index: int, groups: list[_Group]) -> Place:
        """A hole behind `(` or `,`."""
        group = groups[-1]
        behind = self._word(index + 1)
        if behind in COMPARES and self._word(group.index - 1) not in ("IN", "VALUES"):
            return Place.IDENTIFIER
        if group.index < 0 or group.clause:
            return self._in_clause(group.clause, behind)
        opener = self._word(group.index - 1)
        if self.tokens[group.index].text == "[":
            return Place.VALUE if opener == "ARRAY" else Place.IDENTIFIER
        if opener in ("IN", "VALUES", "ANY", "ALL", "SOME") or self._is_row(group, groups):
            return Place.VALUE
        if self.first in ("PRAGMA", "CREATE", "ALTER") or self._is_column_list(group.index - 1):
            return Place.IDENTIFIER
        if opener in _TYPES:
            return Place.FRAGMENT
        if opener in _LISTS_NAMES or opener == "INSERT":  # `MERGE ... THEN INSERT (a, b)`
            return Place.IDENTIFIER
        if opener in _KEYWORDS or not re.match(r"\w", opener):
            return Place.FRAGMENT
        if opener in _OF_COLUMNS or (opener in _OF_COLUMN_FIRST and self._word(index - 1) == "("):
            return Place.IDENTIFIER
        return Place.IDENTIFIER if HOLE in opener else Place.VALUE

    def _in_clause(self, clause: str, behind: str) -> Place:
        match clause:
            case "SELECT" | "BY" | "RETURNING" | "FROM" | "INTO" | "JOIN" | "DISTINCT":
                return Place.IDENTIFIER
            case "LIMIT" | "OFFSET" | "VALUES":
                return Place.VALUE
        return Place.FRAGMENT

    def _is_row(self, group: _Group, groups: list[_Group]) -> bool:
        """`VALUES (...), ({x}, ...)` and `IN ((a, b), ({x}, {y}))`."""
        opener = self._word(group.index - 1)
        outer = groups[-2]
        if opener == "," and outer.clause == "VALUES":
            return True
        return opener in ("(", ",") and outer.index >= 0 and self._word(outer.index - 1) == "IN" and not outer.clause

    def _is_column_list(self, index: int) -> bool:
        """Whether the word at `index` is a table whose columns follow: `INTO t (`, `REFERENCES a.t (`."""
        if self.tokens[index].kind not in ("word", "double", "back") and self._word(index) != "]":
            return False
        while index >= 2 and self._word(index - 1) in (".", "AS"):
            index -= 2
        return self._word(index - 1) in ("INTO", "TABLE", "REFERENCES", "WITH", "COPY", "CONFLICT", "EXISTS")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMPARES = _words(
    "= == <> != < > <= >= <=> ~ ~* !~ !~* ~~ ~~* @> <@ && -> ->> #> #>> @@ LIKE ILIKE RLIKE REGEXP GLOB MATCH "
    "BETWEEN := =>"
)
"""Operators whose right side is a value."""
_ARITHMETIC = _words("+ - * / % || | & ^")
_TAKES_VALUE = _words(
    "LIMIT OFFSET TOP INTERVAL THEN ELSE ESCAPE KILL QUERY PASSWORD FIRST NEXT VALUES VALUE IN ANY UNTIL"
)
_TAKE_VALUE = frozenset(
    {("IDENTIFIED", "BY"), ("RESTART", "WITH"), ("START", "WITH"), ("INCREMENT", "BY"), ("DISTINCT", "FROM")}
)
_TAKE_WORDS = _words(
    "ALTER ANALYZE ATTACH BACKUP COMMENT DBCC DETACH DROP EXPORT FLUSH GRANT IMPORT INSTALL KILL LOCK OPTIMIZE PRAGMA "
    "REFRESH RENAME RESET RESTORE REVOKE START STOP TRUNCATE USE VACUUM"
)
"""First words of statements in which a word or a number without quotes is part of the syntax."""
_CONDITIONS = _words("WHERE AND OR NOT ON HAVING WHEN CASE IF")
_TAKES_NAME = _words(
    "FROM JOIN INTO UPDATE TABLE VIEW INDEX SCHEMA DATABASE COLUMN REFERENCES TRIGGER SEQUENCE TRUNCATE EXISTS ONLY "
    "DESCRIBE DESC USE CONSTRAINT ROLE USER PROCEDURE FUNCTION CALL EXEC EXECUTE AS SELECT DISTINCT BY RETURNING SET "
    "USING COLLATE TYPE EXTENSION POLICY PRAGMA CONCURRENTLY LISTEN UNLISTEN NOTIFY SAVEPOINT CHANNEL ANALYZE VACUUM "
    "REINDEX CLUSTER COPY REPLACE PARTITION OWNER TABLESPACE DOMAIN LANGUAGE DATABASES TABLES COLUMNS KEYSPACE ADD "
    "DROP RENAME MODIFY CHANGE GRANT REVOKE"
)
_BEGIN_CODE = _words(
    "SELECT INSERT UPDATE DELETE MERGE WITH VALUES BEGIN DECLARE PERFORM EXECUTE CREATE DROP ALTER IF DO GRANT MATCH "
    "OPTIONAL UNWIND CALL RETURN SET"
)
"""First words of what is a program between dollars; of Cypher too, which Apache AGE runs there."""
_OF_QUOTED_NAME = _words("TABLE INDEX VIEW TRIGGER SCHEMA DATABASE SEQUENCE EXISTS ON")
_OF_SEQUENCES = _words("NEXTVAL CURRVAL SETVAL")
_NAMES_ITS_VALUE = _words("SEARCH_PATH ROLE SCHEMA CURRENT_SCHEMA")
_CLAUSES = _words("SELECT FROM WHERE SET VALUES LIMIT OFFSET RETURNING HAVING BY JOIN ON INTO")
_LISTS_NAMES = _words("CONFLICT USING KEY UNIQUE OVER COLUMNS INDEX PRIMARY DISTINCT BY ROLLUP CUBE SELECT")
_TYPES = _words("VARCHAR CHAR CHARACTER NVARCHAR VARBINARY BINARY DECIMAL NUMERIC FLOAT BIT VECTOR TIMESTAMP DATETIME")
_OF_COLUMNS = _words(
    "COUNT SUM AVG MIN MAX LOWER UPPER TRIM LENGTH ABS ARRAY_AGG STRING_AGG GROUP_CONCAT JSON_AGG JSONB_AGG "
    "DATE_TRUNC DATE_PART EXTRACT TO_CHAR STRFTIME CAST TRY_CAST UNNEST ROW_NUMBER RANK STDDEV VARIANCE ST_ASTEXT ST_X "
    "ST_Y MD5 HEX PG_GET_SERIAL_SEQUENCE TO_TSVECTOR FIRST_VALUE LAST_VALUE LAG LEAD NULLIF APPROX_COUNT_DISTINCT YEAR "
    "GREATEST LEAST MONTH DAY JSON_EACH JSONB_EACH JSONB_ARRAY_ELEMENTS TYPEOF BIT_LENGTH"
)
_OF_COLUMN_FIRST = _words(
    "COALESCE IFNULL NVL ISNULL ROUND SUBSTR SUBSTRING REPLACE CONCAT DATE DATETIME JSON_EXTRACT JSONB_SET INSTR "
    " POSITION LEFT RIGHT TO_DATE DATE_ADD DATE_SUB DATEDIFF ST_DISTANCE ST_DWITHIN TRUNCATE"
)
_KEYWORDS = _words(
    "FROM JOIN AS EXISTS AND OR NOT WHERE ON UNION EXCEPT INTERSECT SELECT WITH CHECK SET HAVING WHEN THEN ELSE CASE "
    "RETURNING DEFAULT FILTER LATERAL EXPLAIN LIKE BETWEEN MATERIALIZED RECURSIVE LIMIT OFFSET COPY"
)
_BEFORE_SELECT = _KEYWORDS | _words("IN ANY ALL SOME")
"""Words behind which a parenthesis holds a query and no arguments."""

_READ_OR_WRITE = _words("SELECT INSERT REPLACE UPDATE DELETE WITH")
_IS_WORD = re.compile(r"\w")
_STATEMENT = re.compile(
    r"'\s*(?:INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\S+\s+SET\s|SELECT\s.*\sFROM\s"
    r"|(?:CREATE|ALTER|DROP|TRUNCATE)\s+(?:TABLE|INDEX|VIEW|SCHEMA|TRIGGER|SEQUENCE)\s)",
    re.DOTALL,
)
"""A text that is a statement."""

_START = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*([A-Za-z]+)\b", re.DOTALL)
_TOKENS = re.compile(
    rf"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<template>\{{\{{.*?\}}\}}|\{{%.*?%\}})
    |(?P<string>'[^']*(?:''[^']*)*(?:'|\Z))
    |(?P<double>"[^"]*(?:"|\Z))
    |(?P<back>`[^`]*(?:`|\Z))
    |(?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?(?:\$(?P=tag)\$|\Z))
    |(?P<cast>::\s*[\w{HOLE}]+)
    |(?P<parameter>%\([^)]*\)s|%s|\?\d*|[:@$?][\w{HOLE}]+)
    |(?P<word>[\w{HOLE}#]+)
    |(?P<op><=>|->>|->|\#>>|\#>|!~\*|~~\*|!~|~\*|~~|<>|!=|>=|<=|==|:=|=>|\|\||@>|<@|&&|@@|[-+*/%&^|=<>~:])
    |(?P<mark>[(),;.\[\]{{}}])
    """,
    re.DOTALL | re.VERBOSE,
)

"""Is it SQL? Asked of text that reaches no database call in sight; sqlglot is imported for such candidates only."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Sequence

from relint.libraries.databases import COMMANDS, STATEMENTS
from relint.queries.sql_places import COMPARES, HOLE, Place, Spot, first_word

ROOTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "REPLACE"})
"""First words of the statements that are believed without a database call."""


def looks_like_sql(text: str) -> bool:
    """Whether text given to a database call can be SQL, by its first words; holes are HOLE."""
    word = first_word(text)
    if not word:
        return bool(_CLAUSE.search(text)) and text.lstrip().startswith((HOLE, "("))
    written = text[text.upper().find(word) :][: len(word)]
    if _is_other_language(text):
        return False
    if word in STATEMENTS:
        return written.isupper() or bool(_SECOND_WORD[word].search(text) if word in _SECOND_WORD else False)
    return word in COMMANDS and written.isupper()


def is_statement(text: str, spots: Sequence[Spot]) -> bool:
    """Whether the text (with HOLE for its holes) parses as one statement of ROOTS in some dialect.

    Prose parses too ("Select an option from the menu"), so a capitalised first word does not count.
    """
    word = first_word(text)
    if word not in ROOTS or len(text) > 20_000:
        return False
    written = text[text.upper().find(word) :][: len(word)]
    return not (written[:1].isupper() and written[1:].islower()) and _parses(_without_holes(text, spots))


def is_command(text: str, values: Sequence[Spot]) -> bool:
    """Whether the text is a statement that no parser has to confirm: DDL, COPY and the like, with a quoted value."""
    word = first_word(text)
    shape = _COMMANDS.get(word)
    if shape is None or _is_other_language(text) or not any(spot.quote for spot in values):
        return False
    return text[text.upper().find(word) :].startswith(word) and bool(shape.search(text))


def is_clause(text: str, values: Sequence[Spot], name: str) -> bool:
    """Whether a piece of text is a clause of SQL: compared to a value, with a keyword or known by a telling name."""
    if _is_other_language(text):
        return False
    keyword = bool(_KEYWORD.search(text))
    for spot in values:
        compared = spot.before in COMPARES or spot.before in ("IN", "BETWEEN") or spot.group in ("IN", "VALUES")
        if spot.quote and compared and (keyword or _TELLING.match(name)):
            return True
        if not spot.quote and (compared or spot.before in ("LIMIT", "OFFSET")) and _BEGINS_CLAUSE.match(text):
            return True
    return False


def is_condition(text: str) -> bool:
    """Whether a piece of text is a condition of SQL beyond doubt: it begins as one, in capitals."""
    return bool(_BEGINS_CONDITION.match(text)) and not _is_other_language(text)


def _is_other_language(text: str) -> bool:
    word = first_word(text)
    return word in _NOT_SQL and bool(_NOT_SQL[word].search(text))


def _without_holes(text: str, spots: Sequence[Spot]) -> str:
    """The text with something that can stand in each hole, and `:pN` for the driver's placeholders."""
    numbers = iter(spots)
    text = re.sub(HOLE, lambda _: _stand_in(next(numbers)), text)
    text = re.sub(r"^(\s*)replace\b", r"\1insert", text, flags=re.IGNORECASE)
    # Inside quotes a placeholder is text; sqlglot does not mind `:p0` there.
    return PLACEHOLDER.sub(":p0", text.replace("%%", "%"))


def _stand_in(spot: Spot) -> str:
    if spot.quote:
        return "x"
    match spot.place:
        case Place.VALUE:
            return "('x')" if spot.before == "VALUES" or (spot.before == "IN" and not spot.alone) else "1"
        case Place.IDENTIFIER:
            return "relint_hole"
        case Place.NONE:
            return "1"
    if spot.before in ("WHERE", "AND", "OR", "NOT", "ON", "HAVING", "WHEN"):
        return "(1=1)"
    return "SELECT 1" if spot.alone else "relint_hole" if spot.before in ("", ",") else " "


@lru_cache(maxsize=256)
def _parses(sql: str) -> bool:
    import sqlglot
    from sqlglot import exp

    roots = (exp.Select, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.SetOperation, exp.Values, exp.Subquery)
    # What it cannot parse it warns of; here that is an answer and no news.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for dialect in ("", "postgres", "mysql", "sqlite", "bigquery"):
        try:
            found = sqlglot.parse(sql, read=dialect or None)
        except (sqlglot.errors.SqlglotError, RecursionError, AttributeError, TypeError, ValueError, LookupError):
            continue  # on text of no dialect its parsers stumble over their own missing nodes
        statements = [statement for statement in found if statement is not None]
        if len(statements) == 1 and isinstance(statements[0], roots):
            return _says_enough(statements[0])
    return False


def _says_enough(statement: object) -> bool:
    """Whether a SELECT has more than expressions: "select one" parses."""
    from sqlglot import exp

    if isinstance(statement, exp.Select):
        return (
            statement.args.get("from_") is not None
            or statement.args.get("from") is not None
            or bool(statement.find(exp.Func))
        )
    return True


_KEYWORD = re.compile(r"\b(?:WHERE|AND|OR|ON|HAVING|LIKE|ILIKE|IN|BETWEEN|SET|VALUES|JOIN|WHEN)\b")
_BEGINS_CLAUSE = re.compile(r"\s*(?:WHERE|AND|OR|HAVING|LIMIT|OFFSET)\b|\s*\(.*\b(?:AND|OR)\b.*\)\s*$", re.DOTALL)
_BEGINS_CONDITION = re.compile(rf"\s*(?:WHERE|AND|OR|HAVING)\s+\(?\s*[\w.\"`\[{HOLE}]")
_TELLING = re.compile(
    r"^_*(?:sql|where|wheres|where_clauses?|where_conditions?|conditions?|clauses?|criteria|predicates?|stmt|query)$"
)
"""Names of clauses; the rules name them among their words, so that the functions that use them are read."""
_CLAUSE = re.compile(r"\b(?:WHERE|FROM|VALUES|JOIN|ORDER BY|GROUP BY|LIMIT|HAVING|UNION|SET|SELECT)\b")
PLACEHOLDER = re.compile(r"%\(\w*\)s|%s|(?<![?\w])\?(?![?|&])|\$\d+|(?<!:):\w+(?=\W|$)(?!:)")
_OBJECTS = re.compile(
    r"^\W*\w+\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unique\s+|global\s+|materialized\s+|virtual\s+|unlogged\s+)*"
    r"(?:table|index|view|database|schema|user|role|function|trigger|sequence|type|extension|procedure|column|keyspace)\b",
    re.IGNORECASE,
)
_COMMANDS = {
    "COPY": re.compile(r"\b(?:FROM|TO|INTO)\b"),
    "UNLOAD": re.compile(r"\bTO\b"),
    "CREATE": _OBJECTS,
    "ALTER": _OBJECTS,
    "DROP": _OBJECTS,
    "COMMENT": re.compile(r"\bON\s+\w+.*\bIS\b", re.DOTALL),
    "GRANT": re.compile(r"\bON\b.*\bTO\b", re.DOTALL),
    "ATTACH": re.compile(r"\bAS\b|^\s*ATTACH(?:\s+DATABASE)?(?:\s+IF\s+NOT\s+EXISTS)?\s+'"),
    "SHOW": re.compile(r"\b(?:LIKE|WHERE|FROM|IN)\b"),
    "CALL": re.compile(r"^\s*CALL\s+[\w.]+\s*\("),
    "EXEC": re.compile(r"^\s*EXEC\s+[\w.]+\s"),
}
"""By the first word, which must be upper case: what else a command of SQL has."""
_NOT_SQL = {
    "SELECT": re.compile(r"\bWHERE\s*\{|\bGRAPH\s*[<?]"),
    "DELETE": re.compile(rf"^\W*DELETE\s+[\w{HOLE}]+\s+[\w{HOLE}]+\s+[\w{HOLE}]+\s+WHERE\b", re.IGNORECASE),
    "SET": re.compile(r"\bWHERE\b"),
    "INSERT": re.compile(r"^\W*INSERT\s+\w+\s+[A-Z]\w*\s*:"),
    "MATCH": re.compile(r"^\W*MATCH\s*\("),
    "MERGE": re.compile(r"^\W*MERGE\s*\("),
    "CREATE": re.compile(r"^\W*CREATE\s*\("),
    "CALL": re.compile(r"\bYIELD\b"),
}
"""By the first word: what query languages of other data models (RQL, Cypher, SPARQL) do with the words of SQL."""
_SECOND_WORD = {
    "SELECT": re.compile(r"\bfrom\b|^\W*select\s+\S+\s*\(", re.IGNORECASE),
    "INSERT": re.compile(r"\binto\b", re.IGNORECASE),
    "REPLACE": re.compile(r"\binto\b", re.IGNORECASE),
    "UPDATE": re.compile(r"\bset\b", re.IGNORECASE),
    "DELETE": re.compile(r"\bfrom\b", re.IGNORECASE),
    "MERGE": re.compile(r"\bwhen\b", re.IGNORECASE),
    "WITH": re.compile(r"\bselect\b|\binsert\b|\bdelete\b|\bupdate\b", re.IGNORECASE),
    "VALUES": re.compile(r"\("),
    "CREATE": _OBJECTS,
    "DROP": _OBJECTS,
    "ALTER": _OBJECTS,
    "TRUNCATE": re.compile(r"\btable\b", re.IGNORECASE),
    "PRAGMA": re.compile(r"^\W*pragma\s+\w+", re.IGNORECASE),
    "GRANT": re.compile(r"\bon\b.*\bto\b", re.IGNORECASE | re.DOTALL),
    "REVOKE": re.compile(r"\bfrom\b", re.IGNORECASE),
    "ATTACH": re.compile(r"\bas\b", re.IGNORECASE),
}

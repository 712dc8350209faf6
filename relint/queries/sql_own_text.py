"""May what fills a hole in SQL text be text that the program itself wrote, or stand where no parameter can?

Between quotes stands a value. Without them stands what reads as SQL: a number, but a list of numbers, text that is
quoted already, or a piece of the statement as well; only a name or a place that tells of one value says which.
"""

from __future__ import annotations

import builtins
import re

import libcst as cst

from relint.context import Context
from relint.names import is_none
from relint.queries.sql_holes import speaking_name
from relint.queries.sql_places import Spot, first_word
from relint.queries.text import Hole


def may_be_own_text(ctx: Context, hole: Hole, spot: Spot, sql: str) -> bool:
    """Whether nothing in sight says that a hole holds a value which the database takes as a parameter."""
    if first_word(sql) in _WITHOUT_PARAMETERS or _MAKES_VIEW.match(sql):
        return True
    if _is_left_to_subclasses(ctx, hole.node):
        return True
    if not spot.quote:
        return not _is_one_value(ctx, hole, spot)
    return bool(_NAME.search(speaking_name(hole.node)) or _TAKES_NAME.match(spot.group) or _CATALOGUE.search(sql))


def _is_one_value(ctx: Context, hole: Hole, spot: Spot) -> bool:
    """Whether a hole without quotes is one value by its place or its name (`LIMIT {x}`, `= {row.id}`, `= {row[0]}`)."""
    if spot.before == "IN" or (spot.group == "IN" and spot.before in ("(", ",")):
        return False  # a list of numbers
    made = (hole.node, hole.value)
    if any(_is_of_helper(ctx, value) for value in made):
        return False
    return spot.before in ("LIMIT", "OFFSET") or any(map(_is_called_one, made))


def _is_called_one(value: cst.BaseExpression) -> bool:
    match value:
        case cst.Call(func=cst.Name(value="str"), args=[only]):
            return _is_called_one(only.value)
        case cst.Call(func=cst.Name(value="input")) | cst.Call(func=cst.Attribute(attr=cst.Name(value="scalar"))):
            return True
        case cst.Subscript(
            value=cst.Name() | cst.Call(func=cst.Attribute(attr=cst.Name(value="fetchone"))),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer()))],
        ):
            return True  # a column of a row
        case cst.Name() | cst.Attribute() | cst.Subscript():
            return bool(_ONE.search(speaking_name(value)))
        case cst.Call():
            return bool(_READS.search(speaking_name(value)))
    return False


def _is_of_helper(ctx: Context, value: cst.BaseExpression) -> bool:
    """`ids_as_text(ids)`, `self._limit()`: a function of the project, unless its name says that it reads something."""
    match value:
        case cst.Call(func=cst.Name(value=name)):
            return not hasattr(builtins, name) and not _READS.search(name)
        case cst.Call(func=cst.Attribute() as method):
            owner: cst.BaseExpression = method
            while isinstance(owner, cst.Attribute):
                owner = owner.value
            return ctx.names.self_class(owner) is not None and not _READS.search(ctx.source(method))
    return False


def _is_left_to_subclasses(ctx: Context, value: cst.BaseExpression) -> bool:
    """`self.name` of `class Table: name = None`, which nothing in the file stores."""
    if not isinstance(value, cst.Attribute) or ctx.names.self_class(value.value) is None:
        return False
    found = ctx.definitions(value) or []
    return bool(found) and all(
        b.kind == "assign" and b.value is not None and is_none(b.value) and not ctx.enclosing(b.node, cst.FunctionDef)
        for b in found
    )


_WITHOUT_PARAMETERS = frozenset(
    "ALTER ANALYZE ATTACH BACKUP COMMENT COPY CREATE DBCC DECLARE DETACH DO DROP EXPORT FLUSH GRANT IMPORT INSTALL "
    "KILL LISTEN LOAD LOCK NOTIFY OPTIMIZE PRAGMA REFRESH RENAME RESET RESTORE REVOKE SET SHOW START STOP TRUNCATE UNLISTEN "
    "UNLOAD USE VACUUM".split()
)
"""First words of statements that databases take no parameters in, or not all of them, or not everywhere."""
_MAKES_VIEW = re.compile(r"\s*REPLACE\s+(?:VIEW|PROCEDURE|FUNCTION)\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?:^|_)(?:(?:cols?|columns?|tables?|schemas?|databases?|triggers?|constraints?)(?:_?(?:names?|refs?))?|db_?names?|(?:index|view|stage|format)_names?)$",
    re.IGNORECASE,
)
_TAKES_NAME = re.compile(
    r"(?:PG|TO_REG|HAS|OBJECT_ID|OBJECTPROPERTY|COL_LENGTH|ADDGEOMETRYCOLUMN|RECOVERGEOMETRYCOLUMN)(?:_?\w*)$"
)
"""Functions of names: `pg_relation_size('{x}')`, `has_table_privilege('{x}', ...)`."""
_CATALOGUE = re.compile(
    r"\b(?:information_schema|sqlite_(?:temp_)?(?:master|schema)|pg_catalog|pg_[a-z_]+|sys\.\w+|sysobjects|syscolumns"
    r"|all_(?:tables|tab_columns|objects|views)|user_(?:tables|tab_columns|objects)|dba_\w+|system\.(?:tables|columns"
    r"|databases|parts))\b",
    re.IGNORECASE,
)
"""What is looked up there is the name of a table, a column or an index."""
_ONE = re.compile(
    r"(?:^|_)(?:id|pk|uid|gid|oid|pid|rowid|srid|num|nr|number|count|limit|offset|size|total|amount|quantity|qty|price"
    r"|score|rating|year|month|day|days|hour|hours|minutes|seconds|age|ts|timestamp|epoch|lat|lon|lng|latitude"
    r"|longitude|threshold|height|width)$|(?<=[a-z])(?:Id|ID|Pk|Num|Count|Number|Limit|Offset|Size)$"
)
"""Names of one number; without quotes nothing else that is compared is a value."""
_READS = re.compile(
    r"arg|param|input|request|form\b|cookie|header|body|env|prompt|read|recv|receive|fetch|load|json|ask|\bget$",
    re.IGNORECASE,
)

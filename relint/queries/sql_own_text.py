"""May what fills a hole in SQL text be text that the program itself wrote, or stand where no parameter can?

Between quotes stands a value. Without them stands what reads as SQL: a number, but a list of numbers, text that is
quoted already, or a piece of the statement as well; only a name or a place that tells of one value says which.
"""

from __future__ import annotations

import builtins
import re

import libcst as cst

from relint.context import Context
from relint.libraries.sql_functions import OF_PATHS, OF_VALUES
from relint.names import is_none
from relint.queries.flow import nearest
from relint.queries.sql_given import is_given, is_number_unless_given
from relint.queries.sql_holes import speaking_name
from relint.queries.sql_places import HOLE, Spot, first_word
from relint.queries.text import Hole


def may_be_own_text(ctx: Context, hole: Hole, spot: Spot, sql: str) -> bool:
    """Whether nothing in sight says that a hole holds a value which the database takes as a parameter."""
    if first_word(sql) not in _WITH_PARAMETERS or _OF_SYSTEM.match(sql):
        return not _is_attached(ctx, spot, sql)
    if _is_argument(spot, sql) or _is_left_to_subclasses(ctx, hole.node) or _is_cypher(spot, sql):
        return True
    if not spot.quote:
        return not _is_one_value(ctx, hole, spot, sql)
    called = (speaking_name(hole.node), speaking_name(hole.value), _looped_over(ctx, hole.node))
    return _is_name(called[0], spot, sql) or any(map(_CLEANED.search, called)) or _is_member(hole.node)


def _looped_over(ctx: Context, value: cst.BaseExpression) -> str:
    """What the items are called that a value is one of: `safe_names` of `for name in safe_names`."""
    found = nearest(ctx, value, ctx.names.bindings(value)) if isinstance(value, cst.Name) else []
    loop = found[0].node if len(found) == 1 else None
    return speaking_name(loop.iter) if isinstance(loop, cst.For | cst.CompFor) else ""


def _is_attached(ctx: Context, spot: Spot, sql: str) -> bool:
    """`ATTACH '{path}' AS archive`: SQLite takes a parameter for the path, DuckDB does not."""
    return bool(spot.quote) and first_word(sql) == "ATTACH" and "duckdb" not in ctx.text


def _is_name(called: str, spot: Spot, sql: str) -> bool:
    """Whether a quoted hole is for the name of a table or column, or a key of JSON."""
    before, quoted = sql[: spot.span[0]], sql[slice(*spot.span)]
    if spot.before in ("LIKE", "ILIKE") and "%" in quoted and _CATALOGUE.search(sql):
        return False  # what somebody looks for, and no name
    if _NAME.search(called) or _COMPARED_NAME.search(before):
        return True
    compared = _COMPARED.search(before)
    if _CATALOGUE.search(sql) and not _ONE.search(called):
        return compared is None or bool(_OF_CATALOGUE.search(compared[1]))
    return bool(_DOTTED.fullmatch(quoted)) or spot.before in _JSON_OPERATORS


def _is_member(value: cst.BaseExpression) -> bool:
    """`state.value`: most things with a `value` are enumerations."""
    return isinstance(value, cst.Attribute) and value.attr.value == "value"


def _is_argument(spot: Spot, sql: str) -> bool:
    """Whether a hole is given to a function that may want a name, a path or a unit (`relation_size('{x}')`)."""
    if spot.group in OF_PATHS:
        return spot.before != "("
    if not _IS_WORD.match(spot.group) or spot.group in _OF_VALUES or first_word(sql) == "CALL":
        return spot.group in _OF_SEARCH and spot.before == "(" and spot.behind == ","
    return spot.before in ("(", ",") or bool(_NAMED_ARGUMENT.search(sql[: spot.span[0]]))


def _is_cypher(spot: Spot, sql: str) -> bool:
    """`cypher('{graph}', $$ {query} $$)` of Apache AGE takes constants there."""
    return spot.quote == "$$" and bool(_CYPHER.search(sql[: spot.span[0]]))


def is_no_value(hole: Hole, spot: Spot, sql: str) -> bool:
    """Whether a hole is no value for all that is in sight, so that no parameter could stand there.

    Between quotes a table's name that is looked up or given to a function of names; without them what other functions
    than those of values are given (columns, options), and what CREATE writes into an object.
    """
    if spot.quote:
        called = speaking_name(hole.node)
        return bool(_NAME.search(called)) and (bool(_CATALOGUE.search(sql)) or _is_argument(spot, sql))
    if first_word(sql) == "CREATE":
        return True
    return _is_argument(spot, sql) and not any(map(_is_called_one, (hole.node, hole.value)))


def _is_one_value(ctx: Context, hole: Hole, spot: Spot, sql: str) -> bool:
    """Whether a hole without quotes is one value by its place or its name.

    `LIMIT {x}`, `= {row.id}`, `= {row[0]}`, and `shop = {shop}`, which is called as what it is compared with.
    """
    made = (hole.node, hole.value)
    if spot.before == "IN":
        return any(map(_is_tuple, made)) and not _CATALOGUE.search(sql)
    if spot.group == "IN" and spot.before in ("(", ","):
        listed = any(_is_item(ctx, value) or _is_list(ctx, value) for value in made)
        return listed and not _CATALOGUE.search(sql)
    if spot.before == "TOP":
        return False  # `TOP ?` needs parentheses
    if is_number_unless_given(ctx, hole.node):
        return False
    before = sql[: spot.span[0]]
    if "VALUES" in (spot.before, spot.group) and any(_is_written(v) for v in made):
        return True
    compared = _COMPARED.search(before)
    if compared is not None and isinstance(hole.node, cst.Name | cst.Attribute):
        if _is_called_one(hole.node) or (_is_looked_up(hole.value) and _is_called_as(hole.node, compared[1])):
            return True
    if spot.group == "VALUES" and _is_field(hole.node) and is_given(ctx, hole.node):
        return True
    if any(_is_of_helper(ctx, value) for value in made):
        return False
    if spot.before in ("LIMIT", "OFFSET") or _LIMITED_FROM.search(before):
        return not any(isinstance(value, cst.BinaryOperation) for value in made)  # a sum
    if compared is not None and compared[1].upper() == "ROWNUM":
        return True
    if _BETWEEN.search(before) and _BOUND.search(speaking_name(hole.node)):
        return True
    if any(map(_is_called_one, made)) or (compared is not None and _is_called_as(hole.node, compared[1])):
        return True
    if spot.before not in _COMPARES_ONE and not _BETWEEN.search(before):
        return False
    return not _CALLED_COLUMN.search(speaking_name(hole.node)) and is_given(ctx, hole.node)


def _is_tuple(value: cst.BaseExpression) -> bool:
    """`tuple(names)`, `str((name, day))`: Python writes the values, and a comma behind a single one."""
    match value:
        case cst.Call(func=cst.Name(value="tuple")):
            return True
        case cst.Tuple(elements=elements):
            return not all(isinstance(e.value, cst.SimpleString | cst.Integer | cst.Float) for e in elements)
        case cst.Call(func=cst.Name(value="str"), args=[cst.Arg(value=inner)]):
            return _is_tuple(inner)
    return False


def _is_list(ctx: Context, value: cst.BaseExpression) -> bool:
    """`",".join(names)`, `",".join(str(x) for x in rows)`, `str(names)[1:-1]`: what is listed is values."""
    match value:
        case cst.Call(func=cst.Attribute(value=separator, attr=cst.Name(value="join")), args=[items]):
            return "," in str(ctx.literal(separator)) and not _is_made_here(ctx, items.value)
    return _is_list_as_text(value)


def _is_written(value: cst.BaseExpression) -> bool:
    """Whether Python writes several values as text: `tuple(row)`, `str(row)[1:-1]`, `",".join(map(repr, row))`."""
    match value:
        case cst.Call(
            func=cst.Attribute(attr=cst.Name(value="join")),
            args=[cst.Arg(value=cst.Call(func=cst.Name(value="map"), args=[made, _]))],
        ):
            return isinstance(made.value, cst.Name) and made.value.value in ("str", "repr")
    return _is_tuple(value) or _is_list_as_text(value)


def _is_made_here(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether the file makes a list, so that its items would be seen if they were no text of the program's own."""
    found = ctx.names.bindings(items) if isinstance(items, cst.Name) else []
    return any(isinstance(b.value, cst.ListComp | cst.SetComp | cst.List) and b.kind == "assign" for b in found)


def _is_list_as_text(value: cst.BaseExpression) -> bool:
    """`str(names)[1:-1]`: Python writes the values."""
    match value:
        case cst.Subscript(
            value=cst.Call(func=cst.Name(value="str"), args=[_]), slice=[cst.SubscriptElement(slice=cst.Slice())]
        ):
            return True
    return False


def _is_item(ctx: Context, value: cst.BaseExpression) -> bool:
    """`str(x)` of `str(x) for x in rows`; what a function of the project makes of each may be quoted."""
    loop = ctx.parent(value)
    listed = isinstance(loop, cst.GeneratorExp | cst.ListComp | cst.SetComp) and loop.elt is value
    return listed and not _is_of_helper(ctx, value)


def _is_called_as(value: cst.BaseExpression, column: str) -> bool:
    """Whether a value is called as the column that it is compared with, but for how that begins or ends.

    `shop = {order.shop}`, `day > {last_day}`, `production = {prod}`, `id = {order_id}`.
    """
    match value:
        case cst.Call(func=cst.Name(value="str"), args=[only]):
            return _is_called_as(only.value, column)
        case cst.Call():
            return False
    short, long = sorted((_letters(column), _letters(speaking_name(value))), key=len)
    return len(short) > 1 and (long.endswith(short) or (len(short) > 2 and long.startswith(short)))


def _is_field(value: cst.BaseExpression) -> bool:
    """`row.id`, `str(row["id"])`: one item of what holds several."""
    match value:
        case cst.Call(func=cst.Name(value="str"), args=[only]):
            value = only.value
    return isinstance(value, cst.Attribute | cst.Subscript)


def _is_looked_up(value: cst.BaseExpression) -> bool:
    """`get_shop(order)`: what a function finds, and does not write."""
    return isinstance(value, cst.Call) and bool(_LOOKS_UP.match(speaking_name(value)))


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


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
        case cst.Call(func=cst.Name(value=name) as function):
            if hasattr(builtins, name):
                return False
            return not _READS.search(name) or ctx.function_def(function) is not None
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


_WITH_PARAMETERS = frozenset(
    " AND BEGIN CALL DECLARE DELETE EXEC EXECUTE EXPLAIN FROM HAVING IF ILIKE INSERT LIKE MERGE OR REPLACE SELECT "
    "UPDATE UPSERT VALUES WHERE WITH".split(" ")
)
"""First words of statements that databases take parameters in; '' where a hole comes first."""
_OF_SYSTEM = re.compile(
    r"\s*(?:REPLACE\s+(?:VIEW|PROCEDURE|FUNCTION)|EXEC(?:UTE)?\s+(?:\w+\.)*sp_\w+|CALL\s+(?:\S*\bsystem\.|\w+_attach\b))",
    re.IGNORECASE,
)
"""A view, and what a procedure of the database itself does with the names of tables."""
_NAME = re.compile(
    r"(?:^|_)(?:(?:cols?|columns?|tables?|schemas?|databases?|triggers?|constraints?)(?:_?(?:names?|refs?))?|db_?names?"
    r"|(?:index|view|stage|format)_names?)(?:_raw)?$|(?:^|_)fqn?(?:_|$)|qualified",
    re.IGNORECASE,
)
_LIMITED_FROM = re.compile(r"\bLIMIT\s+[\w.%?:$]+\s*,\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bBETWEEN\s+(?:\S+\s+AND\s+)?$", re.IGNORECASE)
_BOUND = re.compile(r"(?:^|_)(?:min|max|start|end|begin|first|last|low|high|lower|upper|from|to|since|until)(?:_|$)")
_COMPARED = re.compile(r"([A-Za-z_]\w*)[\"`\]]?\s*(?:[<>]=?|!=|==?|<>)\s*$")
_CALLED_COLUMN = re.compile(
    r"names?\d*$|(?:^|_)(?:copy_from|rhs|lhs|default|literal|formatted|rendered)$|_(?:col|column)\d*$"
)
"""Names of what may be a column, or text that is written as SQL already."""
_LOOKS_UP = re.compile(
    r"_*(?:get|find|fetch|load|lookup|look_up|insert|select|query|next|last)_?(?!.*(?:sql|str|text|clause))"
)
_COMPARES_ONE = ("=", "==", "<>", "!=", "<", ">", "<=", ">=", "<=>")
_IS_WORD = re.compile(rf"[\w{HOLE}]")
_NAMED_ARGUMENT = re.compile(r"(?:[(,]|\bparameters)\s*\w+\s*=>?\s*$", re.IGNORECASE)
_OF_VALUES = OF_VALUES | frozenset(
    "AND ANY ALL ARRAY AS BETWEEN BY CASE CHECK ELSE EXCEPT EXISTS FILTER FROM HAVING IN INTERSECT JOIN LATERAL LIKE "
    "LIMIT MATERIALIZED NOT OFFSET ON OR OVER RETURNING ROW SELECT SET SOME THEN TOP UNION VALUE VALUES WHEN WHERE "
    "WITH".split()
)
"""What stands before a parenthesis that holds values: functions of values, and words of SQL."""
_CYPHER = re.compile(r"\bcypher\s*\(\s*'[^']*'\s*,\s*$", re.IGNORECASE)
_JSON_OPERATORS = ("->", "->>", "#>", "#>>")
_CLEANED = re.compile(r"(?:^|_)(?:esc|clean(?:ed)?|safe|\w*slashes|sanit\w*|validated)(?:$|_)|^(?:esc|safe|clean)[A-Z]")
"""What was cleaned out of sight."""
_CATALOGUE = re.compile(
    r"\b(?:information_schema|sqlite_(?:temp_)?(?:master|schema)|sys\.\w+|sysobjects|syscolumns"
    r"|pg_(?:catalog|class|namespace|attr\w+|constraint|index\w*|inherits|type|enum|proc|trigger|tables?|views?|matviews"
    r"|database\w*|roles?|user|authid|stat\w*|extension|sequences?|settings|tablespace\w*|description|depend|language"
    r"|operator|partition\w*|polic\w+|publication\w*|replication\w*|rewrite|rules|shdescription|subscription\w*"
    r"|aggregate|collation|foreign\w*|get_\w+|relation_\w+|total_\w+|size_\w+|locks|event_trigger)"
    r"|all_(?:tables|tab_columns|objects|views)|user_(?:tables|tab_columns|objects)|dba_\w+|dbc\.\w+|syscat\.\w+"
    r"|(?:geometry|geography|raster)_columns|ag_(?:graph|label)|system(?:_schema)?\.(?:tables|columns|databases|parts)|system\.metadata|m_tables|m_temporary_tables|duckdb_[a-z_]+)\b|\b__TABLES__|\bsystem\$",
    re.IGNORECASE,
)
"""What is looked up there is the name of a table, a column or an index."""
_OF_CATALOGUE = re.compile(
    r"name|table|tbl|schema|column|owner|index|view|database|trigger|constraint|type|kind|class|func|proc|sequence|object"
    r"|parent|^(?:rel|nsp|att|dat|typ|con|idx|rol|use|pro|oid|dataset|catalog)",
    re.IGNORECASE,
)
"""Columns of a catalogue that hold names and kinds of what is in the database."""
_COMPARED_NAME = re.compile(
    r"\b(?:(?:table|tbl|schema|column|database|index|view|trigger)_?name|relname|nspname|datname|attname|table_schema)"
    r"\W?\s*(?:=|!=|<>|i?like|(?:not\s+)?in\s*\()\s*$",
    re.IGNORECASE,
)
_DOTTED = re.compile(rf"'{HOLE}(?:\.{HOLE})+'")
_OF_SEARCH = ("TO_TSVECTOR", "TO_TSQUERY", "PLAINTO_TSQUERY", "PHRASETO_TSQUERY", "WEBSEARCH_TO_TSQUERY")
"""Functions whose first of several arguments is the name of a search configuration."""
_ONE = re.compile(
    r"(?:^|_)(?:id|pk|uid|gid|oid|pid|rowid|srid|num|nr|number|count|limit|offset|size|total|amount|quantity|qty|price"
    r"|score|rating|year|month|day|days|hour|hours|minutes|seconds|age|ts|timestamp|epoch|lat|lon|lng|latitude"
    r"|longitude|threshold|height|width)$|(?<=[a-z])(?:Id|ID|Pk|Num|Count|Number|Limit|Offset|Size)$"
)
"""Names of one number; without quotes nothing else that is compared is a value."""
_READS = re.compile(
    r"(?:^|[_.])(?:arg|param|input|request|form\b|cookie|header|body|env|prompt|read|recv|receive|fetch|load|json|ask"
    r"|get$)",
    re.IGNORECASE,
)

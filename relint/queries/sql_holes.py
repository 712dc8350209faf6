"""Is what fills a hole in SQL text harmless, and what do its names say of it?"""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.queries.flow import nearest
from relint.queries.sql_given import is_given
from relint.queries.sql_places import Place, Spot
from relint.queries.text import Hole, holes, is_hole, text_of, with_holes_as


def place_of(ctx: Context, hole: Hole, spot: Spot) -> Place:
    """What the hole is to the statement: its spot, corrected by what its name says. Place.NONE for a harmless one."""
    if spot.place is Place.NONE or _is_harmless(ctx, hole, spot) or _is_in_quoting_function(ctx, hole):
        return Place.NONE
    if spot.quote == "'":
        return spot.place
    made = (hole.node, hole.value)
    names = (speaking_name(hole.node), speaking_name(hole.value))
    if any(map(_ESCAPED.search, names)):
        return Place.NONE
    if any(map(_PLACEHOLDERS.search, names)) or _runs_over_placeholders(ctx, hole.node) or _has_placeholder(hole.node):
        return Place.NONE
    if spot.place is Place.VALUE and spot.quote == "" and spot.before not in ("LIMIT", "OFFSET", "LIKE", "INTERVAL"):
        if any(map(_FRAGMENTS.search, names)) or any(_is_of_helper(n) or _is_made_of_nothing(n) for n in made):
            return Place.FRAGMENT
        if _NAMES.search(names[0]):
            return Place.IDENTIFIER
    if spot.place is Place.IDENTIFIER and spot.quote == "" and any(map(_QUOTED_NAME.search, names)):
        return Place.NONE
    return spot.place


def _is_of_helper(node: cst.BaseExpression) -> bool:
    """`db.cast("a", "int")`, `self.db.arg`: what a database helper says is SQL."""
    attribute = node.func if isinstance(node, cst.Call) else node
    return isinstance(attribute, cst.Attribute) and bool(_HELPERS.search(speaking_name(attribute.value)))


def _is_made_of_nothing(node: cst.BaseExpression) -> bool:
    """`current_time()`: without quotes around it, what a function makes of nothing is a piece of SQL."""
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and not node.args


def _has_placeholder(node: cst.BaseExpression) -> bool:
    """`conversions.get(column, "?")`."""
    given = [arg.value for arg in node.args] if isinstance(node, cst.Call) else []
    return any(isinstance(g, cst.SimpleString) and g.evaluated_value in ("?", "%s") for g in given)


def _runs_over_placeholders(ctx: Context, node: cst.BaseExpression) -> bool:
    """`for row in placeholder_rows: ", ".join(row)`, and what a loop makes of `[make_placeholder(x) for x in row]`."""
    names = ctx.walk(node, cst.Name)
    loops = (b.node for name in names for b in ctx.names.bindings(name) if isinstance(b.node, cst.For | cst.CompFor))
    return any(
        _PLACEHOLDERS.search(name.value) or any(_makes_placeholders(b.value) for b in ctx.names.bindings(name))
        for loop in loops
        for name in ctx.walk(loop.iter, cst.Name)
    )


def _makes_placeholders(value: cst.BaseExpression | None) -> bool:
    match value:
        case cst.ListComp(elt=cst.Call(func=func)) | cst.GeneratorExp(elt=cst.Call(func=func)):
            return bool(_PLACEHOLDERS.search(speaking_name(func)))
    return False


def speaking_name(node: cst.CSTNode) -> str:
    """The name by which a reader knows an expression, '' if it has none: `x` of `self.x`, `str(x)`, `",".join(x)`."""
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(attr=attr):
            return attr.value
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return str(key.evaluated_value)
        case cst.Subscript(value=value):
            return speaking_name(value)
        case cst.Call(func=cst.Attribute(value=template, attr=cst.Name(value="format"))):
            return speaking_name(template)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="join")), args=[arg, *_]):
            return speaking_name(arg.value)
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="lower" | "upper" | "strip"))):
            return speaking_name(value)
        case cst.Call(func=cst.Name(value="str" | "repr" | "tuple" | "list" | "sorted" | "map"), args=[*_, arg]):
            return speaking_name(arg.value)
        case cst.Call(func=func):
            return speaking_name(func)
        case cst.BinaryOperation(left=repeated, operator=cst.Multiply()):
            return speaking_name(repeated)
        case cst.GeneratorExp(elt=elt) | cst.ListComp(elt=elt):
            return speaking_name(elt)
        case cst.Await(expression=inner):
            return speaking_name(inner)
    return ""


def is_number(ctx: Context, value: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an expression is a number whatever comes in: anything else raises before it is put into the text."""
    match value:
        case cst.Integer() | cst.Float() | cst.Comparison():
            return True
        case cst.UnaryOperation(operator=cst.Minus() | cst.Plus() | cst.Not()):
            return True
        case cst.BinaryOperation(operator=cst.Subtract() | cst.Divide() | cst.FloorDivide() | cst.Power()):
            return True
        case cst.BinaryOperation(left=left, operator=cst.Multiply() | cst.Add(), right=right):
            return is_number(ctx, left, depth) or is_number(ctx, right, depth)
        case cst.Call(func=cst.Name(value="str" | "repr" | "max" | "min" | "abs"), args=[_, *_] as args):
            return all(is_number(ctx, arg.value, depth) for arg in args)
        case cst.Call(func=cst.Name(value=name)) if name in _TO_NUMBER:
            return True
        case cst.Call(func=cst.Attribute(attr=attr)) if attr.value in _NUMBER_METHODS:
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="hex" | "hexdigest"))):
            return True  # digits as well
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="join")), args=[arg]):
            return _all_numbers(ctx, arg.value, depth)
        case cst.IfExp(body=body, orelse=orelse):
            return is_number(ctx, body, depth) and is_number(ctx, orelse, depth)
        case cst.Subscript(value=cst.Call(func=cst.Attribute(value=cst.Call(args=[sql, *_]), attr=fetched))):
            return fetched.value == "fetchone" and _counts_rows(ctx, sql.value)
        case cst.Name() if depth < 5:
            return _is_number_name(ctx, value, depth + 1)
    return False


def _counts_rows(ctx: Context, sql: cst.BaseExpression) -> bool:
    """`SELECT count(*) FROM ...`: what its row holds is a number."""
    texts = (with_holes_as(text, lambda _, __: "x") for text in text_of(ctx, sql))
    return all(_COUNT.match(text) for text in texts)


def _is_number_name(ctx: Context, name: cst.Name, depth: int) -> bool:
    found = ctx.names.bindings(name)
    return bool(found) and all(
        (b.kind == "assign" and b.value is not None and is_number(ctx, b.value, depth))
        or (b.kind == "augment" and b.value is not None and is_number(ctx, b.value, depth))
        or _counts(b.node, name.value)
        for b in found
    )


def _counts(loop: cst.CSTNode, name: str) -> bool:
    """Whether a loop variable runs over `range(...)` or is the index of `enumerate(...)`."""
    if not isinstance(loop, cst.For | cst.CompFor):
        return False
    match loop.iter, loop.target:
        case cst.Call(func=cst.Name(value="range")), cst.Name(value=target):
            return target == name
        case cst.Call(func=cst.Name(value="enumerate")), cst.Tuple(elements=[first, *_]):
            return isinstance(first.value, cst.Name) and first.value.value == name
    return False


def _all_numbers(ctx: Context, items: cst.BaseExpression, depth: int) -> bool:
    match items:
        case cst.GeneratorExp(elt=elt) | cst.ListComp(elt=elt):
            return is_number(ctx, elt, depth)
        case cst.Call(func=cst.Name(value="map"), args=[function, inner]):
            if isinstance(function.value, cst.Name) and function.value.value in _TO_NUMBER:
                return True
            return _all_numbers(ctx, inner.value, depth)
        case cst.Name() if depth < 5 and (bound := ctx.value_of(items)) is not None:
            return _all_numbers(ctx, bound, depth + 1)
    return False


def _is_harmless(ctx: Context, hole: Hole, spot: Spot) -> bool:
    if _NUMBER_SPEC.search(hole.spec):
        return True
    for value in {hole.node: None, hole.value: None}:
        came_in = spot.place is Place.VALUE and (_is_of_argument(ctx, value) or _is_local(ctx, value))
        constant = _is_constant(value) and not came_in
        if constant or _runs_over_constant(ctx, value) or _is_made_safe(ctx, value):
            return True
        if _is_enum_value(ctx, value):
            return True
        quoted_arithmetic = spot.quote and isinstance(value, cst.BinaryOperation)
        if not quoted_arithmetic and is_number(ctx, value):
            return True
        if spot.quote and _is_escaped(ctx, value):
            return True
    return _is_harmless_word(ctx, hole, spot)


def _is_harmless_word(ctx: Context, hole: Hole, spot: Spot) -> bool:
    """Whether a word that is put together elsewhere (`f"{PREFIX}_{number}"`) has only harmless parts."""
    if hole.value is hole.node or isinstance(hole.value, cst.Name | cst.Attribute | cst.Subscript):
        return False
    texts = text_of(ctx, hole.value)
    inner = [one for text in texts for one in holes(text)]

    def answer() -> bool:
        return not any(map(is_hole, texts)) and all(_is_harmless(ctx, one, spot) for one in inner)

    return bool(ctx.settled(f"harmless word in {spot.quote}", hole.value, answer))  # `x = f"{x}y"` leads back to itself


def _is_escaped(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether no quote is left in it: `x.replace("'", "''")`, or a name that says so."""
    match value:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="replace")), args=[quote, becomes]):
            return ctx.literal(quote.value) == "'" and _holds_no_quote(ctx.literal(becomes.value))
        case cst.Call(func=cst.Attribute(value=text, attr=cst.Name(value="encode" | "decode" | "strip"))):
            return _is_escaped(ctx, text)
        case cst.IfExp(body=body, test=cst.Call(func=cst.Name(value="isinstance"), args=[_, of])) if _is_str(of):
            return _is_escaped(ctx, body)  # what is no text has no quotes
        case cst.IfExp(body=body, orelse=orelse):
            sides = (body, orelse)
            return all(ctx.literal(side) == "" or _is_escaped(ctx, side) for side in sides)
        case cst.Name() if isinstance(made := _made_by_loop(ctx, value), cst.BaseExpression):
            return _is_escaped(ctx, made)
    return isinstance(value, cst.Name | cst.Attribute) and bool(_ESCAPED.search(speaking_name(value)))


def _holds_no_quote(text: object) -> bool:
    """Whether what a quote becomes ends no text: doubled, escaped, or something else."""
    return isinstance(text, str) and (text in ("''", "\\'", "\\\\'") or "'" not in text)


def _is_str(arg: cst.Arg) -> bool:
    return isinstance(arg.value, cst.Name) and arg.value.value == "str"


def _made_by_loop(ctx: Context, name: cst.Name) -> cst.BaseExpression | None:
    """What an item is when a loop runs over a list that a comprehension made."""
    found = nearest(ctx, name, ctx.names.bindings(name))
    loop = found[0].node if len(found) == 1 else None
    if isinstance(loop, cst.For | cst.CompFor) and loop.target.deep_equals(name) and isinstance(loop.iter, cst.Name):
        made = ctx.value_of(loop.iter)
        return made.elt if isinstance(made, cst.ListComp | cst.GeneratorExp) else None
    return None


def _is_constant(value: cst.BaseExpression) -> bool:
    """`NAME`, `Class.NAME`, `Events.Created`, `State.DONE.value`, `cls.__tablename__`, `Model._meta.db_table`."""
    match value:
        case cst.Subscript(value=inner):
            value = inner
        case cst.Call(func=cst.Name(value="str" | "repr"), args=[arg]):
            value = arg.value
    while isinstance(value, cst.Attribute):
        name = value.attr.value
        if _UPPER.match(name) or name in _FRAMEWORK_NAMES or (name.startswith("__") and name.endswith("__")):
            return True
        value = value.value
        if isinstance(value, cst.Name) and value.value[:1].isupper() and name[:1].isupper():
            return True
        if name not in ("value", "name", "db_table", "column", "attname", "table", "fullname", "label"):
            break
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
        return any(part in _FRAMEWORK_NAMES for part in _chain(value.func))
    return isinstance(value, cst.Name) and bool(_UPPER.match(value.value))


def _is_of_argument(ctx: Context, value: cst.BaseExpression) -> bool:
    """`order.SHOP_ID`: an attribute of what a caller gives, however it is spelt, unless that is called a setting."""
    if not isinstance(value, cst.Attribute) or not isinstance(owner := value.value, cst.Name):
        return False
    found = ctx.names.bindings(owner)
    return (
        bool(found)
        and all(b.kind == "parameter" and b.annotation is None and b.value is None for b in found)
        and ctx.names.self_class(owner) is None
        and not _OF_CONSTANTS.search(owner.value)
    )


def _is_local(ctx: Context, value: cst.BaseExpression) -> bool:
    """`ID` of `ID = request.args.get("id")`, in a function: what came in, however it is spelt."""
    found = ctx.names.find(value) if isinstance(value, cst.Name) else None
    return found is not None and isinstance(found[0].node, cst.FunctionDef) and is_given(ctx, value)


def _is_enum_value(ctx: Context, value: cst.BaseExpression) -> bool:
    """`state.value` where `state` is annotated as an Enum of the file, or as a class that is called like one."""
    if not isinstance(value, cst.Attribute) or value.attr.value not in ("value", "name"):
        return False
    found = ctx.definitions(value.value) or []
    annotations = [b.annotation for b in found if b.annotation is not None]
    return bool(found) and len(annotations) == len(found) and all(_names_enum(ctx, a) for a in annotations)


def _names_enum(ctx: Context, annotation: cst.BaseExpression) -> bool:
    for name in ctx.walk(annotation, cst.Name):
        if (cls := ctx.class_def(name)) is not None:
            base = ctx.base_of(cls) or ""
            return base.startswith("enum.") or base.endswith(("Enum", "Choices"))
        if _ENUM_NAME.search(name.value):
            return True
    return False


def _is_in_quoting_function(ctx: Context, hole: Hole) -> bool:
    """Whether the text is put together by `def escape(...)`, `def quote_name(...)` or a compiler of SQL."""
    function, cls = ctx.enclosing(hole.root, cst.FunctionDef), ctx.enclosing(hole.root, cst.ClassDef)
    quotes = function is not None and bool(_QUOTES.search(function.name.value))
    return quotes or (cls is not None and cls.name.value.endswith("Compiler"))


def _runs_over_constant(ctx: Context, value: cst.BaseExpression) -> bool:
    """`for table in TABLES`, `for k, v in Class.TABLES.items()`, `for state in StateEnum: state.value`.

    As well `for x in Class.NEW + Class.OLD: str(x)` and `for field in Model._meta.fields: field.column`.
    """
    match value:
        case cst.Call(func=cst.Name(value="str" | "repr"), args=[only, *_]):
            value = only.value
    if isinstance(value, cst.Attribute) and value.attr.value in ("value", "name", "column", "attname"):
        value = value.value
    if not isinstance(value, cst.Name):
        return False
    found = nearest(ctx, value, ctx.names.bindings(value))
    return bool(found) and all(
        isinstance(b.node, cst.For | cst.CompFor) and _is_constant_loop(b.node.iter) for b in found
    )


def _is_constant_loop(items: cst.BaseExpression) -> bool:
    match items:
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            return _is_constant_loop(left) and _is_constant_loop(right)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return all(isinstance(e.value, cst.SimpleString) or _is_constant(e.value) for e in elements)
    return any(_CONSTANT_LOOP.match(word) or word == "_meta" for word in _chain(items))


def _is_made_safe(ctx: Context, value: cst.BaseExpression) -> bool:
    """Quoted or compiled by the library that knows how, or generated here."""
    match value:
        case cst.Call(func=func):
            words = list(_chain(func))
            if (
                any(map(_QUOTES.search, words[:1]))
                or any("preparer" in word for word in words)
                or not _COMPILED.isdisjoint(words[:1])
            ):
                return True
            if ctx.callee(value) in _GENERATED:
                return True
            if (
                words
                and words[0] in ("lower", "upper")
                and isinstance(func, cst.Attribute)
                and _is_constant(func.value)
            ):
                return True
            if words and words[0] in (
                "join",
                "str",
                "format",
                "lower",
                "upper",
                "replace",
                "strip",
                "isoformat",
                "hex",
            ):
                inner = [*(a.value for a in value.args), *([func.value] if isinstance(func, cst.Attribute) else [])]
                return any(_is_made_safe(ctx, i) for i in inner if not isinstance(i, cst.SimpleString))
            if words and words[0] == "map" and value.args:
                return bool(_QUOTES.search(speaking_name(value.args[0].value)))
        case cst.GeneratorExp(elt=elt) | cst.ListComp(elt=elt):
            return _is_made_safe(ctx, elt)
        case cst.Subscript(value=cst.Call() | cst.Subscript() as inner):
            return _is_made_safe(ctx, inner)
        case cst.Subscript(value=cst.Name() as named):
            made = [text[0].value for text in text_of(ctx, named) if is_hole(text)]
            return bool(made) and all(isinstance(each, cst.Call) and _is_made_safe(ctx, each) for each in made)
        case cst.BinaryOperation(operator=cst.Add(), right=cst.Call() as right):
            return ctx.callee(right) == "datetime.timedelta"
        case cst.Attribute(value=inner, attr=attr):
            return attr.value in ("query", "statement") or (attr.value == "hex" and _is_made_safe(ctx, inner))
        case cst.Name():
            found = ctx.names.bindings(value)
            return bool(found) and any(
                b.kind == "unpack"
                and isinstance(b.value, cst.Call)
                and next(iter(_chain(b.value.func)), "") in _COMPILED
                for b in found
            )
    return False


def _chain(node: cst.BaseExpression) -> Iterator[str]:
    """The names of a dotted chain from the last to the first."""
    while True:
        match node:
            case cst.Attribute(value=value, attr=attr):
                yield attr.value
                node = value
            case cst.Call(func=func):
                node = func
            case cst.Name(value=value_):
                yield value_
                return
            case _:
                return


_TO_NUMBER = frozenset("int float len ord bool round id hash sum abs complex Decimal randint randrange".split())
_NUMBER_METHODS = frozenset(
    "timestamp isoformat strftime astimezone total_seconds time count toordinal fileno perf_counter monotonic time_ns "
    "getpid randint randrange".split()
)
_COUNT = re.compile(r"\s*SELECT\s+COUNT\s*\(", re.IGNORECASE)
_NUMBER_SPEC = re.compile(r":[^%]*[bdioxXeEfFgGn]$")
_UPPER = re.compile(r"^_*[A-Z][A-Z0-9_]+$")
_CONSTANT_LOOP = re.compile(r"^_*[A-Z]\w+$")
_ENUM_NAME = re.compile(
    r"^[A-Z]\w*(?:Enum|Type|Status|State|Kind|Mode|Level|Role|Action|Category|Operator|Direction|Metric|Strategy|Phase"
    r"|Stage|Priority|Scope)$"
)
_OF_CONSTANTS = re.compile(
    r"^(?:self|cls|klass)$|[A-Z]|(?:^|_)(?:class|model|table|enum|constants?|consts?|config|conf|cfg|settings?|options?|opts"
    r"|module|mod|flags?|types?|dialect|env)(?:$|_)"
)
_FRAMEWORK_NAMES = frozenset("__tablename__ _meta __table__ __name__ db_table sentinel".split())
_QUOTES = re.compile(
    r"quot(?:e|ing)|^qn?$|escape|literal|sanitiz|scrub|mogrify|identifier|^qn\d?$|^_?adapt$", re.IGNORECASE
)
_ESCAPED = re.compile(r"(?:^|_)[Ee]scaped?(?:$|_|[A-Z])|(?:^|_)(?:quoted|sanitized)(?:$|_)|(?:^|_)ESCAPED(?:$|_)")
_HELPERS = re.compile(
    r"^_*(?:db|cnx|conn|connection|database|dialect|backend|adapter|ops|operations|compiler|engine|schema_editor"
    r"|(?:db|sql)_(?:helper|ops|adapter|backend|dialect))$",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"(?:^|_)qualif(?:y|ied)(?:$|_)|(?:^|_)(?:quoted|escaped)(?:$|_)", re.IGNORECASE)
_COMPILED = frozenset(
    "accept as_sql sql_with_params compile get_compiler compile_json_path as_string process_lhs process_rhs".split()
)
_GENERATED = frozenset(
    {"uuid.uuid1", "uuid.uuid4", "secrets.token_hex", "datetime.datetime.now", "datetime.datetime.utcnow",
     "datetime.date.today", "datetime.datetime.strptime", "datetime.timedelta", "django.utils.timezone.now"}
)  # fmt: skip
_PLACEHOLDERS = re.compile(
    r"place_?holder|^ph$|q_?marks?$|question_?marks?|^marks$|markers?$|bind_?(?:params?|vars?|names?|str)|^binds$"
    r"|^params?$|params?_(?:str|sql|list|names?|style|marker)|paramstyle|wildcards|meta_?vars?(?:$|_)|^bind$",
    re.IGNORECASE,
)
_FRAGMENTS = re.compile(
    r"(?:^|_)(?:sql|sub_?query|query|select|stmt|statement|clauses?|where|conds?|conditions?|criteria|expr(?:ession)?s?|cte"
    r"|predicates?|fragment|d?types?|operators?|op|values_?(?:sql|str|clause)|rows_?sql|sub_?select|set_?list|assignments?|updates)(?:$|_)",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:^|_)(?:cols?|columns?|col_?names?|field_?names?|fields|tables?|schema|alias(?:es)?|db|database|order(?:_?by)?"
    r"|sort|direction|attr(?:ibute)?s?|constraint|func(?:tion)?|agg)(?:_(?:names?|sql|str|list|key))?$",
    re.IGNORECASE,
)

"""Counts and lookups that a loop over the rows of a query asks the database for, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.loops import Loop, loops_around
from relint.queries.querysets import (
    REFINING,
    Kind,
    is_manager,
    is_relation,
    looped_query,
    methods,
    start_of,
    unwound,
    unwrapped,
)

AGGREGATES: frozenset[str] = frozenset({"count", "exists", "aggregate", "acount", "aexists", "aaggregate"})
_SCALARS = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_FUNCTIONS = frozenset({"count", "sum", "max", "min", "avg", "exists"})
_WRITES = frozenset(
    "save asave delete adelete create acreate aupdate bulk_create bulk_update get_or_create update_or_create "
    "merge".split()
)
_OF_RELATIONS = frozenset({"add", "remove", "set", "clear", "update", "aadd", "aremove", "aset", "aclear"})
"""Writes where they are methods of a relation or a query; sets and dicts have them too."""
_HARMLESS = frozenset(
    "write print debug info warning error exception log append add_argument progress success echo".split()
)
"""Calls that change nothing in the database, though they stand as statements and mention the row."""
_PREFETCHES = ("prefetch_related", "prefetch_related_objects", "Prefetch")
_CHANGES = re.compile(r"(?i)insert|update|delete")
_FILES = frozenset("path file dir folder directory storage root".split())
_EXPRESSION = re.compile(r"^(?:[A-Z]\w*|and_|or_|not_|func|is_|isnot|is_not|in_|select|query|filter|filter_by|where)$")


@dataclass(frozen=True, eq=False)
class RowQuery:
    """`asks` is sent again for each `row` of the query that `loop` goes over."""

    kind: Kind
    asks: cst.Call
    loop: Loop
    row: str

    @property
    def of_one_parent(self) -> bool:
        """Whether the rows belong to one row of another table: `order.lines.all()`."""
        return self.kind == "django" and is_relation(unwound(unwrapped(self.loop.iter))[0])


def row_query(ctx: Context, call: cst.Call) -> RowQuery | None:
    """The query that an aggregate is for each row of another query, where an annotation could bring all answers.

    That is so when it differs from row to row by nothing but columns of the row, and no pass changes what a later one
    is told.
    """
    if last_name(call.func) not in AGGREGATES | _SCALARS:
        return None
    for loop in loops_around(ctx, call):
        kind = looped_query(ctx, loop.iter)
        if kind is None:
            continue
        rows = [name.value for name in ctx.walk(loop.target, cst.Name)]
        asks = _django_asks if kind == "django" else _sqlalchemy_asks
        if not rows or not asks(ctx, call, loop, frozenset(rows)) or _asks_once(ctx, call, loop):
            return None
        found = RowQuery(kind, call, loop, rows[-1])
        return None if _is_prefetched(ctx, found) or _is_changed(ctx, found) else found
    return None


def _django_asks(ctx: Context, call: cst.Call, loop: Loop, rows: frozenset[str]) -> bool:
    base, calls = unwound(call)
    *refining, last = methods(calls)
    if last not in AGGREGATES or (call.args and not last.endswith("aggregate")) or not REFINING.issuperset(refining):
        return False
    bound = _bound(ctx, loop)
    given = [arg for each in calls for arg in each.args]
    if not all(_is_askable(ctx, arg.value, rows, bound) and arg.star == "" for arg in given):
        return False
    if _is_path(base, rows) and isinstance(base, cst.Attribute):
        return bool(refining) or not words_of(base.attr.value) & _FILES
    if any(name.value in bound for name in ctx.walk(base, cst.Name)) or not isinstance(base, cst.Attribute | cst.Name):
        return False
    if not is_manager(base) and not {"filter", "exclude"}.intersection(refining):
        return False
    return any(name.value in rows for arg in given for name in ctx.walk(arg.value, cst.Name))


def _sqlalchemy_asks(ctx: Context, call: cst.Call, loop: Loop, rows: frozenset[str]) -> bool:
    base, calls = unwound(call)
    called = methods(calls)
    bound = _bound(ctx, loop)
    if called == ["count"] and not call.args and isinstance(base, cst.Attribute) and _is_path(base, rows):
        return True  # a dynamic relation: a list has to be told what to count
    if called[-1:] == ["count"]:
        asks = called[0] == "query" or (isinstance(base, cst.Attribute) and base.attr.value == "query")
    else:
        asks = called[-1] in _SCALARS and _aggregates(ctx, call)
    if not asks or (called[-1] == "count" and call.args):
        return False
    if any(name.value in bound for name in ctx.walk(base, cst.Name)):
        return False
    given = [arg for each in calls for arg in each.args]
    if not all(_is_askable(ctx, arg.value, rows, bound) and arg.star == "" for arg in given):
        return False
    return any(name.value in rows for arg in given for name in ctx.walk(arg.value, cst.Name))


def _aggregates(ctx: Context, call: cst.Call) -> bool:
    """`select(func.count())`, `query(func.max(X.y))`, `query(q.exists())`."""
    return any(last_name(inner.func) in _FUNCTIONS and inner is not call for inner in ctx.walk(call, cst.Call))


def _bound(ctx: Context, loop: Loop) -> frozenset[str]:
    """The names that differ from pass to pass."""

    def answer() -> frozenset[str]:
        body = loop.body if isinstance(loop, cst.For) else loop
        names = [*ctx.walk(loop.target, cst.Name), *ctx.walk(body, cst.Name)]
        return frozenset(name.value for name in names if ctx.names.is_store(name))

    return ctx.memo(("bound by", loop), answer)


def _is_askable(ctx: Context, value: cst.BaseExpression, rows: frozenset[str], bound: frozenset[str]) -> bool:
    """Whether an argument differs from row to row by columns of the row only, so that SQL could say it."""
    for name in ctx.walk(value, cst.Name):
        if name.value in bound and (name.value not in rows or not _stands_for_column(ctx, name, value)):
            return False
    return True


def _stands_for_column(ctx: Context, name: cst.Name, value: cst.BaseExpression) -> bool:
    """Whether nothing but an expression of the ORM is made of `row` or `row.column` within an argument."""
    child: cst.CSTNode = name
    for ancestor in ctx.ancestors(name):
        if child is value:
            return True
        match ancestor:
            case cst.Call(func=func) if func is child:
                return False  # a method of the row
            case cst.Call(func=func) if _EXPRESSION.match(last_name(func)) is None:
                return False
            case cst.Subscript() | cst.FormattedString() | cst.IfExp() | cst.BooleanOperation():
                return False
        child = ancestor
    return True


def _is_path(expression: cst.BaseExpression, rows: frozenset[str]) -> bool:
    """`row`, `row.parent`, `row.parent.children`."""
    while isinstance(expression, cst.Attribute):
        expression = expression.value
    return isinstance(expression, cst.Name) and expression.value in rows


def _asks_once(ctx: Context, call: cst.Call, loop: Loop) -> bool:
    """Whether the pass that asks is the last one: `return` and `break` follow, or it stands in one."""
    statement: cst.CSTNode | None = ctx.statement_of(call)
    while statement is not None and statement is not loop and isinstance(loop, cst.For):
        siblings = ctx.siblings(statement)
        last = siblings[-1]
        if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return | cst.Break | cst.Raise):
            return True
        block = ctx.parent(statement)
        if block is loop.body or block is None:
            break
        statement = ctx.statement_of(ctx.parent(block) or block)
    return False


def _is_prefetched(ctx: Context, found: RowQuery) -> bool:
    """Whether the answer is counted in memory: of what was prefetched, and is not filtered anew."""
    base, calls = unwound(found.asks)
    if not {"all"}.issuperset(methods(calls)[:-1]) or not isinstance(base, cst.Attribute):
        return False
    in_function = is_manager(start_of(ctx, unwrapped(found.loop.iter))) and ctx.function_of(found.asks)
    path: list[str] = []
    while isinstance(base, cst.Attribute):
        path.insert(0, base.attr.value)
        base = base.value
    wanted = "__".join(path)
    if in_function:
        calls = list(ctx.walk(in_function.body, cst.Call))
    else:  # whoever loaded the rows may have asked for `orders__lines`
        calls = list(ctx.tree.every(cst.Call, words=_PREFETCHES))
    return any(_prefetches(ctx, call, wanted, not in_function) for call in calls if last_name(call.func) in _PREFETCHES)


def _prefetches(ctx: Context, call: cst.Call, wanted: str, below: bool) -> bool:
    """Whether a call loads a relation ahead by its path, or (`below`) by the end of it, or by what cannot be read."""
    for arg in call.args:
        path = ctx.literal(arg.value)
        if path == wanted or (below and isinstance(path, str) and path.endswith(f"__{wanted}")):
            return True
        if path is ... and last_name(call.func) == "prefetch_related" and not isinstance(arg.value, cst.Call):
            return True
    return False


def _is_changed(ctx: Context, found: RowQuery) -> bool:
    """Whether a pass may change what this one or a later one is told."""
    if not isinstance(found.loop, cst.For):
        return False
    here = ctx.range(found.asks)[0]
    for call in ctx.walk(found.loop.body, cst.Call):
        before = ctx.range(call)[0] < here
        if _writes(ctx, call) and (before or not _is_told_by_identity(ctx, found)):
            return True
        if before and isinstance(ctx.parent(call), cst.Expr) and not _is_harmless(call):
            if any(name.value == found.row for name in ctx.walk(call, cst.Name)):
                return True
    return False


def _writes(ctx: Context, call: cst.Call) -> bool:
    match call.func:
        case cst.Attribute(attr=cst.Name(value=method)) if method in _WRITES:
            return True
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in _OF_RELATIONS:
            return not isinstance(owner, cst.Name) or "session" in owner.value
        case cst.Attribute(attr=cst.Name(value="execute")):
            return _CHANGES.search(ctx.source(call)) is not None
    return False


def _is_harmless(call: cst.Call) -> bool:
    match call.func:
        case cst.Attribute(value=cst.Name(), attr=cst.Name(value=method)) if method in _OF_RELATIONS:
            return True  # of a set or a dict
    return last_name(call.func) in _HARMLESS


def _is_told_by_identity(ctx: Context, found: RowQuery) -> bool:
    """Whether no other row of the loop has a part in the answer: it is asked of the row, its key or its relation."""
    base, calls = unwound(found.asks)
    if _is_path(base, frozenset({found.row})):
        return isinstance(base, cst.Attribute) and isinstance(base.value, cst.Name)
    rows = (name for call in calls for arg in call.args for name in ctx.walk(arg, cst.Name) if name.value == found.row)
    return any(_is_key(ctx.parent(name)) for name in rows)


def _is_key(around: cst.CSTNode | None) -> bool:
    """Whether a row stands for itself or gives its key."""
    return not isinstance(around, cst.Attribute) or around.attr.value in ("pk", "id", "uuid")

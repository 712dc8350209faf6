"""Updates in a migration that go over a whole table at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import PER_USER, SMALL_MODELS, SMALL_SUFFIXES, SMALL_TABLES
from relint.names import Binding
from relint.queries.batches import is_batched
from relint.queries.column_changes import models_created, table_is_created_here
from relint.queries.entry_points import called_from
from relint.queries.given import given_here
from relint.queries.migration_calls import executed, is_atomic, is_migration, runs_over_data
from relint.queries.migration_models import call_name, followed, model_of
from relint.queries.migration_sql import Statement, as_written, is_key, statements
from relint.queries.migration_target import target
from relint.queries.migrations import state_before

_WRAPPERS = frozenset({"enumerate", "list", "tuple", "sorted", "reversed", "tqdm"})
_FETCHES = frozenset({"get", "first", "last", "earliest", "latest"})


@dataclass(frozen=True, eq=False)
class Backfill:
    """An update over a whole table. `rows` is the queryset, `statement` what SQL text says."""

    kind: Literal["update", "save", "bulk_update", "sql", "core"]
    name: str
    rows: cst.BaseExpression | None = None
    statement: Statement | None = None


def backfill(ctx: Context, call: cst.Call) -> Backfill | None:
    """The whole-table update that a call makes."""
    return ctx.memo(("backfill", call), lambda: _backfill(ctx, call))


def saved_rows(ctx: Context, loop: cst.For) -> Backfill | None:
    """The whole-table update that a loop over a queryset makes by saving every row."""
    return ctx.memo(("saved rows", loop), lambda: _saved_rows(ctx, loop))


def _backfill(ctx: Context, call: cst.Call) -> Backfill | None:
    if not is_migration(ctx) or not isinstance(call.func, cst.Attribute):
        return None
    verb = call.func.attr.value
    found = None
    if verb == "update":
        found = _queryset_update(ctx, call, call.func.value) or _orm_update(ctx, call.func.value)
    elif verb == "bulk_update":
        found = _bulk_update(ctx, call, call.func.value)
    elif (effects := _updates(ctx, call)) is not None:
        found = effects
    elif verb == "execute" and call.args:
        found = _core_update(ctx, call.args[0].value)
    if found is None or not runs_over_data(ctx, call) or is_batched(ctx, call):
        return None
    return found


# -- Django's ORM ----------------------------------------------------------------------------------------------------


def _queryset_update(ctx: Context, call: cst.Call, rows: cst.BaseExpression) -> Backfill | None:
    model = model_of(ctx, rows)
    if model is None or not call.args or not _is_large(ctx, model) or _picks_rows(ctx, rows):
        return None
    return Backfill("update", model, rows)


def _bulk_update(ctx: Context, call: cst.Call, manager: cst.BaseExpression) -> Backfill | None:
    model = model_of(ctx, manager)
    if model is None or not _is_large(ctx, model) or ctx.keyword(call, "batch_size") or ctx.positional(call, 2):
        return None
    function = ctx.enclosing(call, cst.FunctionDef)
    others = ctx.walk(function.body, cst.Call) if function is not None else ()
    if ctx.unpacks(call) or any(call_name(c) == "bulk_update" and ctx.in_loop(c) for c in others):
        return None  # the rest behind a loop of batches
    given = ctx.argument(call, "objs", 0)
    if given is None or isinstance(given.value, cst.Subscript | cst.List):
        return None
    return Backfill("bulk_update", model)


def _saved_rows(ctx: Context, loop: cst.For) -> Backfill | None:
    if not is_migration(ctx) or not is_atomic(ctx):
        return None
    row, over = _row_and_rows(loop)
    rows = followed(ctx, over)
    model = model_of(ctx, rows)
    if model is None:
        return _changed_rows(ctx, loop, rows)
    if row is None or not _is_large(ctx, model) or _picks_rows(ctx, rows):
        return None
    if any(word in ctx.source(rows) for word in (".values(", ".values_list(", ".dates(", ".raw(")):
        return None
    if not any(_saves(call, _rows_of(ctx, loop, row)) for call in ctx.walk(loop.body, cst.Call)):
        return None
    if not runs_over_data(ctx, _first_call(ctx, loop)) or is_batched(ctx, loop):
        return None
    return Backfill("save", model, rows)


def _row_and_rows(loop: cst.For) -> tuple[str | None, cst.BaseExpression]:
    """The name of a loop's row and what it goes over, through `enumerate(...)` and `list(...)`."""
    target: cst.BaseExpression = loop.target
    rows = loop.iter
    if isinstance(rows, cst.Call) and isinstance(rows.func, cst.Name) and rows.args and call_name(rows) in _WRAPPERS:
        if call_name(rows) == "enumerate" and isinstance(target, cst.Tuple):
            target = target.elements[-1].value
        rows = rows.args[0].value
    return target.value if isinstance(target, cst.Name) else None, rows


def _rows_of(ctx: Context, loop: cst.For, row: str) -> set[str]:
    """The names in a loop that hold its row, a row that belongs to it, or one that was fetched for it."""
    names = {row}
    for node in ctx.walk(loop.body, cst.For, cst.Assign):
        match node:
            case cst.For():
                inner, over = _row_and_rows(node)
                if inner is not None and (_root(over) in names or model_of(ctx, over) is not None):
                    names.add(inner)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as value):
                if call_name(value) in _FETCHES and (_root(value) in names or model_of(ctx, value) is not None):
                    names.add(name)
    return names


def _root(expression: cst.BaseExpression) -> str:
    """The name that a chain of calls and attributes starts from."""
    while isinstance(expression, cst.Call | cst.Attribute):
        expression = expression.func if isinstance(expression, cst.Call) else expression.value
    return expression.value if isinstance(expression, cst.Name) else ""


def _changed_rows(ctx: Context, loop: cst.For, rows: cst.BaseExpression) -> Backfill | None:
    """`for row in session.query(X): row.a = b`: SQLAlchemy writes every row that was changed."""
    found = _orm_update(ctx, rows)
    if found is None or "yield_per" in ctx.source(rows) or is_batched(ctx, loop):
        return None
    targets = (t.target for assign in ctx.walk(loop.body, cst.Assign) for t in assign.targets)
    changed = any(isinstance(t, cst.Attribute) and ctx.source(t.value) == ctx.source(loop.target) for t in targets)
    over_data = changed and isinstance(rows, cst.Call) and runs_over_data(ctx, rows)
    return Backfill("save", found.name, rows) if over_data else None


def _first_call(ctx: Context, loop: cst.For) -> cst.Call:
    return next(call for call in ctx.walk(loop.body, cst.Call))


def _saves(call: cst.Call, rows: set[str]) -> bool:
    match call.func:
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="save")):
            return name in rows
    return False


def _is_large(ctx: Context, model: str) -> bool:
    return model not in SMALL_MODELS and not _ends_small(model) and model not in models_created(ctx)


def _is_large_table(ctx: Context, table: str) -> bool:
    return table not in SMALL_TABLES and not _ends_small(table) and not table_is_created_here(ctx, table)


def _ends_small(name: str) -> bool:
    """Whether a name ends as those of settings do, unless every user has some."""
    return name.endswith(SMALL_SUFFIXES) and not any(word in name for word in PER_USER)


def _picks_rows(ctx: Context, rows: cst.BaseExpression) -> bool:
    """Whether a queryset keeps a few rows: by a key, by a row of an enclosing loop, or by a slice."""
    current = followed(ctx, rows)
    model = model_of(ctx, rows) or ""
    while True:
        match current:
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=args):
                if method in ("filter", "get") and any(_picks(ctx, arg, model) for arg in args):
                    return True
                current = inner
            case cst.Subscript():
                return True
            case cst.Name() if (named := followed(ctx, current)) is not current:
                current = named
            case cst.Attribute(value=inner):
                current = inner
            case _:
                return False


def _picks(ctx: Context, arg: cst.Arg, model: str) -> bool:
    if arg.keyword is None:
        return False
    parts = arg.keyword.value.split("__")
    lookup = parts[-1] if len(parts) > 1 else "exact"
    if lookup in ("isnull", "contains", "icontains", "startswith", "gt", "gte", "ne"):
        return False
    if len(parts) <= 2:
        field = state_before(ctx).field(model, parts[0])
        if is_key(parts[0]) or (field is not None and field.unique):
            return True
    return _is_row_of_loop(ctx, arg.value)


def _is_row_of_loop(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a value comes from the variable of a loop over anything but a literal: one parent's rows at a time."""
    bindings = [binding for name in ctx.walk(value, cst.Name) for binding in ctx.names.bindings(name)]
    return any(_goes_over_rows(ctx, binding) or _is_given_rows(ctx, binding) for binding in bindings)


def _goes_over_rows(ctx: Context, binding: Binding) -> bool:
    if not isinstance(binding.node, cst.For) or binding.kind not in ("for", "unpack"):
        return False
    over = followed(ctx, binding.node.iter)
    if isinstance(over, cst.Call) and call_name(over) in ("items", "keys", "values"):
        over = followed(ctx, _receiver(over) or over)
    return not isinstance(over, cst.List | cst.Tuple | cst.Dict | cst.Set | cst.Name | cst.Attribute)


def _is_given_rows(ctx: Context, binding: Binding) -> bool:
    """Whether all that the file hands over as a parameter are such rows: `for user in users: repair(user)`."""
    parameter = binding.node
    function = ctx.enclosing(parameter, cst.FunctionDef)
    if not isinstance(parameter, cst.Param) or function is None:
        return False
    given = given_here(ctx, parameter)
    if not given or len(given) < len(called_from(ctx, function)):
        return False  # a call leaves it out, or hides it behind a star
    return all(
        isinstance(row, cst.Name) and any(_goes_over_rows(ctx, each) for each in ctx.names.bindings(row))
        for row in given
    )


# -- SQL and SQLAlchemy ----------------------------------------------------------------------------------------------


def _updates(ctx: Context, call: cst.Call) -> Backfill | None:
    for _, text in executed(ctx, call):
        for statement in statements(text, target(ctx).engine):
            if statement.kind != "update" or statement.limited or statement.picks:
                continue
            if _is_large_table(ctx, statement.table):
                return Backfill("sql", as_written(statement.table), statement=statement)
    return None


def _core_update(ctx: Context, expression: cst.BaseExpression) -> Backfill | None:
    """`execute(table.update().values(...))` and `execute(sa.update(table)...)` without a key in `where`."""
    current = followed(ctx, expression)
    table: cst.BaseExpression | None = None
    while isinstance(current, cst.Call):
        name = call_name(current)
        if name in ("where", "filter") and any(_compares_key(ctx, arg.value) for arg in current.args):
            return None
        if name == "update":
            if (ctx.callee(current) or "").startswith("sqlalchemy.") and not isinstance(_receiver(current), cst.Call):
                table = current.args[0].value if current.args else None
            if table is None:
                if any(_compares_key(ctx, arg.value) for arg in current.args):
                    return None
                table = _receiver(current)
            break
        current = followed(ctx, current.func.value) if isinstance(current.func, cst.Attribute) else cst.Name("_")
    if table is None:
        return None
    shown = _table_shown(ctx, table)
    return Backfill("core", shown) if _is_large_table(ctx, shown) else None


def _orm_update(ctx: Context, rows: cst.BaseExpression) -> Backfill | None:
    """The rows of `session.query(X).filter(...)`, when no key picks them."""
    current = rows
    while isinstance(current, cst.Call):
        name = call_name(current)
        if name in ("where", "filter", "filter_by") and any(_compares_key(ctx, arg.value) for arg in current.args):
            return None
        if name in ("filter_by",) and any(arg.keyword and is_key(arg.keyword.value) for arg in current.args):
            return None
        if name == "query" and current.args:
            shown = _table_shown(ctx, current.args[0].value)
            return Backfill("core", shown) if _is_large_table(ctx, shown) else None
        current = current.func.value if isinstance(current.func, cst.Attribute) else cst.Name("_")
    return None


def _table_shown(ctx: Context, table: cst.BaseExpression) -> str:
    """The name of `sa.table("t", ...)`, of a model's `__tablename__`, or as it is written."""
    value = followed(ctx, table)
    if isinstance(value, cst.Call) and value.args and isinstance(name := ctx.literal(value.args[0].value), str):
        return name.lower()
    cls = ctx.class_def(table) if isinstance(table, cst.Name | cst.Attribute) else None
    for binding in ctx.names.attribute(cls, "__tablename__") if cls is not None else ():
        if isinstance(name := ctx.literal(binding.value), str):
            return name.lower()
    return ctx.source(table)


def _compares_key(ctx: Context, condition: cst.BaseExpression) -> bool:
    """Whether a condition compares a key with what is no column: `t.c.id == row.id`, `t.c.id.in_(ids)`."""
    match condition:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=right)]):
            return _is_key_column(left) and not _is_column(right)
        case cst.BinaryOperation(left=left, right=right, operator=cst.BitAnd()):
            return _compares_key(ctx, left) or _compares_key(ctx, right)
        case cst.Call(func=cst.Attribute(value=column, attr=cst.Name(value="in_" | "between"))):
            return _is_key_column(column)
        case cst.Call(args=args) if call_name(condition) == "and_":
            return any(_compares_key(ctx, arg.value) for arg in args)
    return False


def _is_key_column(expression: cst.BaseExpression) -> bool:
    return isinstance(expression, cst.Attribute) and is_key(expression.attr.value)


def _is_column(expression: cst.BaseExpression) -> bool:
    match expression:
        case cst.Attribute(value=cst.Attribute(attr=cst.Name(value="c" | "columns"))):
            return True
    return False


def _receiver(call: cst.Call) -> cst.BaseExpression | None:
    return call.func.value if isinstance(call.func, cst.Attribute) else None

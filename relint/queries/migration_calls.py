"""Which calls of a file migrate a database, and which of them run forward over tables that may hold rows."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.queries import migrations
from relint.queries.alembic_history import is_before_start
from relint.queries.counted_tables import is_known_to_be_small
from relint.queries.dialect_guards import runs_on_target
from relint.queries.migration_sql import Statement, statements
from relint.queries.migration_target import target
from relint.queries.text import Hole, is_text, text_of, with_holes_as

_DJANGO = ("django.db.migrations.", "django.contrib.postgres.operations.")
_EXECUTES = frozenset({"execute", "exec_driver_sql"})
_REVERSE_ARGUMENTS = {"RunPython": ("reverse_code", 1), "RunSQL": ("reverse_sql", 1)}
_REVERSE_NAME = re.compile(r"downgrade|^(?:reverse|revert|backwards?|undo|rollback)(?:_|$)")


def is_migration(ctx: Context) -> bool:
    """Whether the file is a Django migration, or an Alembic one (it names its `revision` and `down_revision`)."""
    return ctx.memo("is migration", lambda: is_alembic(ctx) or _django_class(ctx) is not None)


def is_alembic(ctx: Context) -> bool:
    """Whether the file is an Alembic migration."""
    return all(name in ctx.names.module.bindings for name in ("revision", "down_revision"))


def django_operation(ctx: Context, call: cst.Call) -> str | None:
    """The last name of a Django migration operation: `AddField`."""
    name = ctx.callee(call)
    if name is None or not name.startswith(_DJANGO):
        return None
    last = name.rpartition(".")[2]
    return last if last[:1].isupper() and last not in ("Migration", "Index") else None


def django_operations(ctx: Context) -> list[cst.Call]:
    """The Django operations of the file, in source order."""
    return ctx.memo("django operations", lambda: [c for c in ctx.tree.every(cst.Call) if django_operation(ctx, c)])


def migration_class(ctx: Context) -> cst.ClassDef | None:
    """The class `Migration` of a Django migration."""
    return ctx.memo("migration class", lambda: _django_class(ctx))


def is_atomic(ctx: Context) -> bool:
    """Whether the Django migration runs in one transaction: it does unless it says `atomic = False`."""
    cls = migration_class(ctx)
    bound = ctx.names.attribute(cls, "atomic") if cls is not None else []
    return not any(b.value is not None and ctx.literal(b.value) is False for b in bound)


def runs_over_data(ctx: Context, call: cst.Call) -> bool:
    """Whether a call in a migration changes a database that is in use.

    It does not in reverse code, under `state_operations`, for another engine, in a migration that `start-after` makes
    history, where the rows were counted and are few, and in one that is the first of its app or replaces others: those
    run on new databases.
    """
    return (
        is_migration(ctx)
        and not _is_fresh(ctx)
        and not _in_state_operations(ctx, call)
        and not is_reverse(ctx, call)
        and runs_on_target(ctx, call)
        and not is_history(ctx)
        and not is_known_to_be_small(ctx, call)
    )


def in_autocommit_block(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a statement runs under Alembic's `with op.get_context().autocommit_block():`."""
    for ancestor in ctx.ancestors(node):
        for item in ancestor.items if isinstance(ancestor, cst.With) else ():
            match item.item:
                case cst.Call(func=cst.Attribute(attr=cst.Name(value="autocommit_block"))):
                    return True
    return False


def is_behind_commit(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether `op.execute("COMMIT")` has ended Alembic's transaction further up in the function of a statement."""
    function = ctx.function_of(node)
    calls = ctx.walk(function.body, cst.Call) if isinstance(function, cst.FunctionDef) else ()
    above = (call for call in calls if ctx.range(call) < ctx.range(node))
    return any(text.strip("; \n").upper() == "COMMIT" for call in above for _, text in executed(ctx, call))


def is_history(ctx: Context) -> bool:
    """Whether `start-after` exempts the file."""
    return ctx.memo("is history", lambda: is_before_start(ctx) if is_alembic(ctx) else migrations.is_history(ctx))


def is_reverse(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a node is code that undoes a migration: in `downgrade()`, in reverse code, or only called from there."""
    child = node
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, cst.FunctionDef) and _is_reverse_function(ctx, ancestor):
            return True
        if isinstance(ancestor, cst.Call) and isinstance(child, cst.Arg) and _is_reverse_argument(ctx, ancestor, child):
            return True
        child = ancestor
    return False


def executed(ctx: Context, call: cst.Call) -> list[tuple[cst.BaseExpression, str]]:
    """The SQL that a call sends to the database, as (expression, text) pairs; holes in a text read `hole_<name>__`."""
    return ctx.memo(("executed", call), lambda: list(_executed(ctx, call)))


def sql_effects(ctx: Context, call: cst.Call) -> list[Statement]:
    """What the SQL that a call executes does to tables."""
    return [s for _, text in executed(ctx, call) for s in statements(text, target(ctx).engine)]


def sql_texts(ctx: Context, expression: cst.BaseExpression) -> list[str]:
    """The texts that an SQL expression may be, through `sa.text()`; holes read `hole_<name>__`, as a name would."""
    while (inner := _wrapped(ctx, expression)) is not None:
        expression = inner
    return [with_holes_as(text, _named_hole) for text in text_of(ctx, expression) if is_text(text)]


def _named_hole(number: int, hole: Hole) -> str:
    """The same name is the same value: two statements about `{table}` are about one table."""
    return f"hole_{hole.node.value if isinstance(hole.node, cst.Name) else number}__"


def _wrapped(ctx: Context, expression: cst.BaseExpression) -> cst.BaseExpression | None:
    """What `text(x)`, `dedent(x)` and `x.bindparams(...)` are made of."""
    if isinstance(expression, cst.Name) and isinstance(value := ctx.value_of(expression), cst.Call):
        return _wrapped(ctx, value)
    if not isinstance(expression, cst.Call):
        return None
    if isinstance(expression.func, cst.Attribute) and expression.func.attr.value in ("bindparams", "strip"):
        return expression.func.value
    if expression.args and (ctx.callee(expression) or "").rpartition(".")[2] in ("text", "dedent", "DDL"):
        return expression.args[0].value
    return None


def _executed(ctx: Context, call: cst.Call) -> Iterator[tuple[cst.BaseExpression, str]]:
    operation = django_operation(ctx, call)
    if operation == "RunSQL":
        given = ctx.argument(call, "sql", 0)
        expressions = _sql_elements(ctx, given.value) if given is not None else []
    elif isinstance(call.func, cst.Attribute) and call.func.attr.value in _EXECUTES and call.args:
        expressions = [call.args[0].value] if call.args[0].star == "" else []
    else:
        return
    for expression in expressions:
        for text in sql_texts(ctx, expression):
            yield expression, text


def _sql_elements(ctx: Context, given: cst.BaseExpression) -> list[cst.BaseExpression]:
    """RunSQL takes a text, or a list of texts and of (text, parameters) pairs."""
    if isinstance(given, cst.Name) and isinstance(bound := ctx.value_of(given), cst.List | cst.Tuple):
        given = bound
    if not isinstance(given, cst.List | cst.Tuple):
        return [given]
    elements = [element.value for element in given.elements]
    return [e.elements[0].value if isinstance(e, cst.Tuple | cst.List) and e.elements else e for e in elements]


def _django_class(ctx: Context) -> cst.ClassDef | None:
    for cls in ctx.tree.every(cst.ClassDef):
        bases = [ctx.names.dotted(base.value) or "" for base in cls.bases]
        if cls.name.value == "Migration" and any(base.endswith("migrations.Migration") for base in bases):
            return cls
    return None


def _is_fresh(ctx: Context) -> bool:
    """Whether the Django migration is its app's first or replaces others."""
    cls = migration_class(ctx)
    if cls is None:
        return False
    initial = [ctx.literal(b.value) for b in ctx.names.attribute(cls, "initial") if b.value is not None]
    replaces = [b.value for b in ctx.names.attribute(cls, "replaces") if b.value is not None]
    return True in initial or any(not isinstance(v, cst.List | cst.Tuple) or v.elements for v in replaces)


def _in_state_operations(ctx: Context, call: cst.Call) -> bool:
    child: cst.CSTNode = call
    for ancestor in ctx.ancestors(call):
        if isinstance(ancestor, cst.Call) and isinstance(child, cst.Arg):
            name = child.keyword.value if child.keyword is not None else ""
            second = len(ancestor.args) > 1 and child is ancestor.args[1] and not name
            if name == "state_operations" or (second and django_operation(ctx, ancestor) == "SeparateDatabaseAndState"):
                return True
        if isinstance(ancestor, cst.Assign | cst.AnnAssign):
            targets = [t.target for t in ancestor.targets] if isinstance(ancestor, cst.Assign) else [ancestor.target]
            if any(isinstance(t, cst.Name) and t.value.startswith("state_op") for t in targets):
                return True
        child = ancestor
    return False


def _is_reverse_argument(ctx: Context, call: cst.Call, arg: cst.Arg) -> bool:
    name, position = _REVERSE_ARGUMENTS.get(django_operation(ctx, call) or "", ("", -1))
    if arg.keyword is not None:
        return arg.keyword.value == name
    return position >= 0 and ctx.positional(call, position) is arg


def _is_reverse_function(ctx: Context, function: cst.FunctionDef) -> bool:
    def answer() -> bool:
        if _REVERSE_NAME.search(function.name.value):
            return True
        scope = ctx.names.scope_of(function)
        uses = ctx.names.uses(scope, function.name.value)
        return bool(uses) and all(is_reverse(ctx, use) for use in uses)

    key = ("reverse function", function)
    open_functions: set[cst.CSTNode] = ctx.memo("reverse functions being judged", set)
    if function in open_functions:
        return True  # a recursive call does not make it forward
    open_functions.add(function)
    try:
        return ctx.memo(key, answer)
    finally:
        open_functions.discard(function)

"""Deletes of all rows older than a time, by Django's ORM, SQLAlchemy and SQL text."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.times import TIME_COLUMN
from relint.names import last_name
from relint.queries.batches import is_batched
from relint.queries.migration_calls import is_reverse, sql_texts
from relint.queries.migration_sql import is_key, statements
from relint.queries.querysets import methods, unwound
from relint.queries.schema import BulkDelete

_LESS = frozenset({"lt", "lte"})
_EXECUTES = frozenset({"execute", "fetch", "exec_driver_sql", "execute_sql"})
_DELETE = re.compile(r"\bdelete\s+from\b", re.IGNORECASE)


def bulk_deletes(ctx: Context) -> list[BulkDelete]:
    """The deletes of a file that take all rows older than a time in one statement, in source order."""
    return ctx.memo("bulk deletes", lambda: list(_bulk_deletes(ctx)))


def _bulk_deletes(ctx: Context) -> Iterator[BulkDelete]:
    for call in ctx.tree.of(cst.Call):
        found = _by_orm(ctx, call) or _by_text(ctx, call)
        if found is not None and not is_batched(ctx, call) and not is_reverse(ctx, call):
            yield found


def _by_orm(ctx: Context, call: cst.Call) -> BulkDelete | None:
    """`M.objects.filter(created__lt=t).delete()`, `query(M).filter(M.created < t).delete()`,
    `delete(M).where(M.created < t)` and `table.delete().where(...)`."""
    if not isinstance(call.func, cst.Attribute):
        return None
    match call.func.attr.value:
        case "delete":
            column = _filtered(ctx, call.func.value)
        case "where" if _is_core_delete(ctx, call.func.value):
            column = next((c for arg in call.args if (c := _compared(ctx, arg.value))), "")
        case _:
            return None
    if not column or not TIME_COLUMN.search(column):
        return None
    return BulkDelete(call, "django", _root(ctx, call.func.value), column)


def _filtered(ctx: Context, rows: cst.BaseExpression) -> str:
    """The time column by which a chain of `filter()` keeps the older rows; empty when it is cut or keyed."""
    column = ""
    while True:
        match rows:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="query"))):
                return column
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=args):
                if method in ("limit", "filter_by") or any(_keys(arg) for arg in args):
                    return ""
                if method in ("filter", "where", "exclude"):
                    column = column or next((c for arg in args if (c := _condition(ctx, arg, method))), "")
                rows = inner
            case cst.Subscript():
                return ""
            case cst.Name() if (value := ctx.value_of(rows)) is not None and isinstance(value, cst.Call):
                rows = value
            case cst.Attribute(attr=cst.Name(value=manager)):
                # `self.locks` holds the rows of one parent.
                return column if manager.endswith(("objects", "_manager")) else ""
            case cst.Name(value="self"):
                return column  # in a manager or queryset
            case _:
                return ""


def _keys(arg: cst.Arg) -> bool:
    """Whether a condition of Django keeps the rows of a key, or of one parent: `pk__in=...`, `unit_id=...`."""
    name = arg.keyword.value.removesuffix("__in") if arg.keyword is not None else ""
    return "__" not in name and (is_key(name) or name.endswith("_pk"))


def _condition(ctx: Context, arg: cst.Arg, method: str) -> str:
    if arg.keyword is None:
        return _compared(ctx, arg.value) if method != "exclude" else ""
    *path, lookup = arg.keyword.value.split("__")
    wanted = _LESS if method != "exclude" else {"gt", "gte"}
    return path[-1] if path and lookup in wanted else ""


def _compared(ctx: Context, condition: cst.BaseExpression) -> str:
    """The column of `M.created < cutoff`, alone or joined by `&` and `and_()`; of `Q(created__lt=...)`."""
    match condition:
        case cst.Comparison(
            left=cst.Attribute(attr=cst.Name(value=column)),
            comparisons=[cst.ComparisonTarget(operator=cst.LessThan() | cst.LessThanEqual())],
        ):
            return column
        case cst.BinaryOperation(left=left, right=right, operator=cst.BitAnd()):
            return _compared(ctx, left) or _compared(ctx, right)
        case cst.Call(args=args) if last_name(condition.func) == "and_":
            return next((c for arg in args if (c := _compared(ctx, arg.value))), "")
        case cst.Call(args=args) if last_name(condition.func) == "Q":
            return next((c for arg in args if (c := _condition(ctx, arg, "filter"))), "")
    return ""


def _is_core_delete(ctx: Context, expression: cst.BaseExpression) -> bool:
    start, calls = unwound(expression)
    if "delete" in methods(calls):
        return True
    return isinstance(start, cst.Call) and last_name(start.func) in ("delete", "sa_delete")


def _root(ctx: Context, expression: cst.BaseExpression) -> str:
    """What is deleted from, as it is written: `Order` of `Order.objects`, of `query(Order)`, of `delete(Order)`."""
    while True:
        match expression:
            case cst.Call(func=func, args=[first, *_]) if last_name(func) in ("query", "delete", "sa_delete"):
                return ctx.source(first.value)
            case cst.Attribute(value=owner, attr=cst.Name(value="objects" | "_default_manager" | "_base_manager")):
                return ctx.source(owner)
            case cst.Call(func=cst.Attribute(value=inner)):
                expression = inner
            case cst.Name() if isinstance(value := ctx.value_of(expression), cst.Call) and not _makes(value):
                expression = value
            case _:
                return ctx.source(expression)


def _makes(call: cst.Call) -> bool:
    """`Table("orders", metadata)`: the name that it is bound to says more."""
    return last_name(call.func)[:1].isupper()


def _by_text(ctx: Context, call: cst.Call) -> BulkDelete | None:
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _EXECUTES or not call.args:
        return None
    for text in sql_texts(ctx, call.args[0].value):
        if not _DELETE.search(text):
            continue
        for statement in statements(text):
            if statement.kind == "delete" and statement.older and not statement.limited and not statement.picks:
                if TIME_COLUMN.search(statement.older):
                    return BulkDelete(call, "sql", statement.table, statement.older)
    return None

"""Numbers that are read from a row, changed in Python and written back."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS
from relint.names import last_name
from relint.queries.entry_points import entry_point

_READS = frozenset({"get", "first", "last", "get_object_or_404", "earliest", "latest", "aget", "afirst"})
_SAVES = frozenset({"save", "asave"})


@dataclass(frozen=True, eq=False)
class LostUpdate:
    """`row.column` is stepped by `change` (`+ 1`, `- n`), and `save` writes what was read before."""

    row: cst.BaseExpression
    column: str
    change: str
    step: cst.AugAssign | cst.Assign
    save: cst.Call


def lost_update(ctx: Context, step: cst.AugAssign | cst.Assign) -> LostUpdate | None:
    """The update that another one at the same time undoes; None where a lock, a version or `F()` takes care."""
    found = _stepped(ctx, step)
    function = ctx.function_of(step)
    if found is None or not isinstance(function, cst.FunctionDef):
        return None
    row, column, change = found
    if not _is_row(ctx, row, function) or _takes_care(ctx, function, step):
        return None
    text = ctx.source(row)
    for statement in _below(ctx, step):
        for call in ctx.walk(statement, cst.Call):
            match call.func:
                case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in _SAVES:
                    if ctx.source(owner) == text and _writes(ctx, call, column):
                        return LostUpdate(row, column, change, step, call)
    return None


def _stepped(ctx: Context, step: cst.AugAssign | cst.Assign) -> tuple[cst.BaseExpression, str, str] | None:
    """Row, column and change of `row.x += n` and `row.x = row.x + n`."""
    match step:
        case cst.AugAssign(
            target=cst.Attribute(value=row, attr=cst.Name(value=column)),
            operator=(cst.AddAssign() | cst.SubtractAssign()) as operator,
            value=by,
        ):
            sign = "+" if isinstance(operator, cst.AddAssign) else "-"
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute(value=row, attr=cst.Name(value=column)) as target)],
            value=cst.BinaryOperation(left=left, operator=(cst.Add() | cst.Subtract()) as operator, right=by),
        ) if ctx.source(left) == ctx.source(target):
            sign = "+" if isinstance(operator, cst.Add) else "-"
        case _:
            return None
    # Texts and lists grow too; only numbers can be stepped by the database.
    number = ctx.literal(by)
    if not (isinstance(number, int | float) or (number is ... and isinstance(by, cst.Name | cst.Attribute))):
        return None
    return row, column, f"{sign} {ctx.source(by)}"


def _is_row(ctx: Context, row: cst.BaseExpression, function: cst.FunctionDef) -> bool:
    """Whether an expression is certainly a row of Django that was read before: by this function, or `self`."""
    match row:
        case cst.Name():
            if (cls := ctx.names.self_class(row)) is not None:
                return any(last_name(base.value) == "Model" for a in ctx.names.ancestry(cls) for base in a.bases)
            value = ctx.value_of(row)
            call = value.expression if isinstance(value, cst.Await) else value
            return isinstance(call, cst.Call) and last_name(call.func) in _READS and _from_manager(call)
    return False


def _from_manager(call: cst.Call) -> bool:
    """`X.objects.filter(...).first()`, `get_object_or_404(X, ...)`."""
    if last_name(call.func) == "get_object_or_404":
        return True
    current: cst.BaseExpression = call
    while True:
        match current:
            case cst.Attribute(attr=cst.Name(value=name)) if name in MANAGERS:
                return True
            case cst.Attribute(value=inner) | cst.Call(func=inner):
                current = inner
            case _:
                return False


def _takes_care(ctx: Context, function: cst.FunctionDef, step: cst.CSTNode) -> bool:
    """Whether the function locks the row, compares a version, or runs for one person at a time."""
    if entry_point(ctx, function) == "command" or "/migrations/" in ctx.path.replace("\\", "/"):
        return True
    text = ctx.source(function.body).lower()
    if "lock" in text or "select_for_update" in text or "version" in text:
        return True
    return "lock" in function.name.value.lower()


def _below(ctx: Context, step: cst.CSTNode) -> list[cst.CSTNode]:
    """The statements that follow a change in its own block and in those around it."""
    found: list[cst.CSTNode] = []
    current = ctx.statement_of(step)
    while current is not None and not isinstance(current, cst.FunctionDef):
        siblings = ctx.siblings(current)
        if current in siblings:
            found += siblings[siblings.index(current) + 1 :]
        block = ctx.parent(current)
        above = ctx.parent(block) if block is not None else None
        if above is None or isinstance(above, cst.FunctionDef | cst.For | cst.While):
            break
        current = ctx.statement_of(above)
    return found


def _writes(ctx: Context, save: cst.Call, column: str) -> bool:
    """Whether a `save()` writes the column: all of them, or this one by name."""
    fields = ctx.keyword(save, "update_fields")
    if fields is None:
        return not any(arg.star == "**" for arg in save.args)
    match fields.value:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            return any(ctx.literal(element.value) == column for element in elements)
    return False

"""What of a migration cannot be taken back."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.queries.alembic_calls import alembic_operation
from relint.queries.alembic_history import is_first
from relint.queries.data_steps import changes_rows_by_sql
from relint.queries.migration_calls import django_operation, is_alembic, is_history, runs_over_data

_MAKES = frozenset(
    {
        "create_table", "add_column", "create_index", "create_unique_constraint", "create_foreign_key",
        "create_check_constraint", "create_primary_key", "rename_table",
    }
)  # fmt: skip


def irreversible_operation(ctx: Context, call: cst.Call) -> str | None:
    """The Django operation that writes rows and has no reverse, as it is written; None when it has one."""
    match django_operation(ctx, call):
        case "RunPython":
            given, reverse = ctx.argument(call, "code", 0), ctx.argument(call, "reverse_code", 1)
            if given is None or ctx.source(given.value).endswith("noop"):
                return None
        case "RunSQL":
            reverse = ctx.argument(call, "reverse_sql", 1)
            if not changes_rows_by_sql(ctx, call):
                return None
        case _:
            return None
    if reverse is not None or ctx.unpacks(call) or ctx.unpacks(call, "*") or not runs_over_data(ctx, call):
        return None
    return ctx.source(call.func)


def made_and_left(ctx: Context, function: cst.FunctionDef) -> str | None:
    """The operation of `upgrade()` that a `downgrade()` which only passes leaves in place; None when it does more."""
    if function.name.value != "downgrade" or not is_alembic(ctx) or is_history(ctx) or not _only_passes(ctx, function):
        return None
    if is_first(ctx):
        return None
    functions = ctx.tree.every(cst.FunctionDef, words=("upgrade",))
    upgrade = next((f for f in functions if f.name.value == "upgrade"), None)
    for call in ctx.walk(upgrade.body, cst.Call) if upgrade is not None else ():
        operation = alembic_operation(ctx, call)
        if operation is not None and operation.verb in _MAKES and not _may_be_there(ctx, call):
            return ctx.source(call.func)
    return None


def _only_passes(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function does nothing, and no comment or docstring says why."""
    if "#" in ctx.source(function) or function.get_docstring() is not None:
        return False
    return all(_passes(statement) for statement in function.body.body)


def _passes(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.Pass() | cst.SimpleStatementLine(body=[cst.Pass()]):
            return True
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Ellipsis())]):
            return True
    return False


def _may_be_there(ctx: Context, call: cst.Call) -> bool:
    """Whether the upgrade looks first: under an `if`, or with `if_not_exists=True`."""
    exists = ctx.keyword(call, "if_not_exists")
    if exists is not None and ctx.literal(exists.value) is True:
        return True
    return ctx.enclosing(call, cst.If) is not None or ctx.in_try(call) is not None

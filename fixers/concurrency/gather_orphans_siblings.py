"""Runs the awaitables in a task group."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix, Safety
from relint.names import last_name
from relint.queries.gathers import suits_a_group
from relint.rules.concurrency.gather_orphans_siblings import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix:
    written = _written(finding.node, ctx) if ctx.settings.target_version >= (3, 11) else None
    return written or Fix("Start them in an `asyncio.TaskGroup`, which cancels the others", (), Safety.DISPLAY)


def _written(call: cst.Call, ctx: Context) -> Fix | None:
    statement = ctx.statement_of(call)
    group_class = edits.ensure_member(ctx, "asyncio.TaskGroup", call)
    if not edits.is_alone(ctx, statement) or not suits_a_group(ctx, call) or group_class is None:
        return None
    if "#" in ctx.source(statement) or '"""' in ctx.source(call):
        return None
    names = _task_names(ctx, call)
    results = ", ".join(f"{name}.result()" for name in names)
    last: tuple[str, ...]
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Await(expression=value))]) if value is call:
            names, last = [], ()
        case cst.SimpleStatementLine(body=[cst.Return(value=cst.Await(expression=value))]) if value is call:
            last = (f"return [{results}]",)
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Await(expression=value))]
        ) if value is call:
            same = isinstance(target, cst.Tuple) and len(target.elements) == len(names)
            into = " ".join(ctx.source(target).split()).removesuffix(",")
            last = (f"{into} = {results if same else f'[{results}]'}",)
        case cst.SimpleStatementLine(
            body=[cst.AnnAssign(target=target, annotation=kind, value=cst.Await(expression=value))]
        ) if value is call:
            last = (f"{ctx.source(target)}: {ctx.source(kind.annotation)} = [{results}]",)
        case _:
            return None
    group = edits.free_name(ctx, "group", call)
    step = ctx.tree.default_indent
    lines = [f"async with {group_class[0]}() as {group}:"]
    for number, arg in enumerate(call.args):
        kept = f"{names[number]} = " if names else ""
        lines.append(f"{step}{kept}{group}.create_task({_text(ctx, arg.value)})")
    changes = edits.replace_statement(ctx, statement, *lines, *last)
    return Fix("Run them in a task group", (*changes, *group_class[1])) if changes is not None else None


def _text(ctx: Context, node: cst.CSTNode) -> str:
    return ctx.source(node).replace("\r\n", "\n").replace("\r", "\n")


def _task_names(ctx: Context, call: cst.Call) -> list[str]:
    """A name for each task, after the function that it runs."""
    names: list[str] = []
    for arg in call.args:
        assert isinstance(arg.value, cst.Call)
        name = edits.free_name(ctx, f"{last_name(arg.value.func).strip('_')}_task", call)
        number = 2
        taken = name
        while taken in names:
            taken, number = edits.free_name(ctx, f"{name}_{number}", call), number + 1
        names.append(taken)
    return names

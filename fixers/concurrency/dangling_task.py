"""Keeps the task in a set until it is done, or starts it in the task group that is open around it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.tasks import makes_remote_tasks, makes_tasks
from relint.rules.concurrency.dangling_task import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    if not isinstance(call, cst.Call):
        return None
    if (group := _open_task_group(ctx, call)) is not None and _suits_a_group(ctx, call):
        changes = edits.replace_node(ctx, call.func, f"{group}.create_task")
        return Fix(f"Start the task in `{group}`", changes, Safety.UNSAFE)
    return _kept_in_set(ctx, call)


def _kept_in_set(ctx: Context, call: cst.Call) -> Fix | None:
    statement = ctx.statement_of(call)
    if not isinstance(statement, cst.SimpleStatementLine) or call.lpar:
        return None
    kept = edits.ensure_definition(ctx, "background_tasks", "set()", call)
    if kept is None:
        return None
    tasks, definition = kept
    start, end = ctx.range(call)
    word = "future" if makes_remote_tasks(ctx, call.func) else "task"
    match statement.body[0]:
        case cst.Expr(value=value) if _is_call_chain(value, call):
            name = edits.free_name(ctx, word, call)
            # `create_task(f()).add_done_callback(log)` becomes two statements.
            chained = ctx.text[end : ctx.range(value)[1]]
            changes = [Edit(start, start, f"{name} = "), *([Edit(end, end + len(chained), "")] if chained else [])]
            added = [f"{name}{chained}"] if chained else []
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="_") as target)], value=value) if value is call:
            name, added = edits.free_name(ctx, word, call), []
            changes = [ctx.edit(target, name)]
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if value is call:
            changes, added = [], []
        case cst.Expr(value=cst.Call(func=adds, args=[cst.Arg(value=value)]) as adding) if value is call:
            around = (ctx.range(adding)[0], start), (end, ctx.range(adding)[1])
            if any("#" in ctx.text[slice(*each)] for each in around):
                return None
            name = edits.free_name(ctx, word, call)
            changes = [Edit(*around[0], f"{name} = "), Edit(*around[1], "")]
            added = [f"{ctx.source(adds)}({name})"]
        case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is call:
            changes, added = [], []
        case _:
            return None
    keeping = edits.insert_after(
        ctx, statement, f"{tasks}.add({name})", f"{name}.add_done_callback({tasks}.discard)", *added
    )
    if keeping is None:
        return None
    return Fix(f"Keep the task in `{tasks}` until it is done", (*changes, *keeping, *definition))


def _is_call_chain(value: cst.BaseExpression, call: cst.Call) -> bool:
    """Whether an expression is the call, or one method call on it."""
    match value:
        case cst.Call(func=cst.Attribute(value=inner)):
            return value is call or inner is call
    return value is call


def _open_task_group(ctx: Context, call: cst.Call) -> str | None:
    """The name of the innermost `asyncio.TaskGroup` open around a call in its own function."""
    for ancestor in ctx.ancestors(call):
        if isinstance(ancestor, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            return None
        if isinstance(ancestor, cst.With):
            for item in ancestor.items:
                if ctx.instance_of(item.item) == "asyncio.TaskGroup" and item.asname is not None:
                    return ctx.source(item.asname.name)
    return None


def _suits_a_group(ctx: Context, call: cst.Call) -> bool:
    """Whether the call is `create_task` itself, or `ensure_future` of a coroutine: a group takes no futures."""
    if not makes_tasks(ctx, call.func) or not call.args:
        return False
    if (ctx.qualname(call.func) or "").endswith(".ensure_future"):
        made = call.args[0].value
        function = ctx.function_def(made.func) if isinstance(made, cst.Call) else None
        return len(call.args) == 1 and function is not None and function.asynchronous is not None
    return True
